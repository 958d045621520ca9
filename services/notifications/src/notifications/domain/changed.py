"""`dataclasses.replace` for the values of a domain, which are many and large, and often stay as they are."""

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["changed"]

if TYPE_CHECKING:
    from dataclasses import replace as changed
else:

    def changed(value: Any, /, **differing: Any) -> Any:
        """The value itself where nothing differs, so that nothing is written for it, nor made of it."""
        for name, new in differing.items():
            old = getattr(value, name)
            if new is not old and (type(new) is not type(old) or new != old):
                break
        else:
            return value
        kind = type(value)
        shape = _SHAPES[kind] if kind in _SHAPES else _learned(kind)
        if shape is None:
            return dataclasses.replace(value, **differing)
        read, writes = shape
        made = object.__new__(kind)
        for write, now in zip(writes.values(), read(value), strict=True):
            write(made, now)
        for name, new in differing.items():
            writes[name](made, new)
        return made


Shape = tuple[Callable[[Any], tuple[Any, ...]], dict[str, Callable[[Any, Any], None]]]
_SHAPES: dict[type, Shape | None] = {}


def _learned(kind: type) -> Shape | None:
    """How to read all slots at once, and how to write each past the guard of a frozen class; None for a
    class that keeps something besides, or does something when one is made.
    """
    own = dataclasses.fields(kind)
    names = [one.name for one in own]
    plain = all(one.init for one in own) and not hasattr(kind, "__post_init__")
    slotted = all(hasattr(getattr(kind, name, None), "__set__") for name in names)
    every = attrgetter(*names)
    read = every if len(names) > 1 else lambda value: (every(value),)
    writes = {name: getattr(kind, name).__set__ for name in names} if slotted else {}
    _SHAPES[kind] = (read, writes) if plain and slotted and not _has_dict(kind) else None
    return _SHAPES[kind]


def _has_dict(kind: type) -> bool:
    return any("__dict__" in one.__dict__ for one in kind.__mro__)
