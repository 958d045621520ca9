"""A value with some fields changed is what `dataclasses.replace` makes of it."""

from dataclasses import FrozenInstanceError, dataclass, replace
from functools import cached_property
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conformance.tally import SERVICES


@dataclass(frozen=True, slots=True)
class One:
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    id: str
    one: One | None = None
    names: tuple[str, ...] = ()
    weight: float | int | bool = 0


@dataclass(frozen=True)
class Remembering:
    """Keeps what it has worked out, of these numbers and no others."""

    number: int

    @cached_property
    def double(self) -> int:
        return 2 * self.number


@dataclass(frozen=True, slots=True)
class Careful:
    number: int

    def __post_init__(self) -> None:
        if self.number < 0:
            raise ValueError(self.number)


fields = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["a", "b"]),
        "one": st.none() | st.builds(One, st.integers(0, 2)),
        "names": st.lists(st.sampled_from("xy"), max_size=2).map(tuple),
        "weight": st.sampled_from([0, 0.0, False, 1, True, 2.5]),
    },
)


@pytest.mark.parametrize("service", SERVICES)
@given(begins=fields, differing=fields)
def test_as_replace_does(service: str, begins: dict[str, Any], differing: dict[str, Any]) -> None:
    changed = import_module(f"{service}.domain.changed").changed
    value = Many(**{"id": "a"} | begins)

    found, wanted = changed(value, **differing), replace(value, **differing)

    assert (found, repr(found)) == (wanted, repr(wanted))
    assert (found is value) == (repr(wanted) == repr(value))


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_class_does_of_its_own_is_done(service: str) -> None:
    changed = import_module(f"{service}.domain.changed").changed
    known = Remembering(1)
    assert known.double == 2

    assert changed(known, number=2).double == 4
    with pytest.raises(ValueError, match="-1"):
        changed(Careful(1), number=-1)
    with pytest.raises(AttributeError):
        changed(One(1), nmber=2)
    with pytest.raises(FrozenInstanceError):
        changed(One(1), number=3).number = 4
