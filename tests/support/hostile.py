"""Words that would be more than words wherever a page forgot to escape them, and their harmless twins."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from lxml import html

PAYLOADS = (
    "<script>a()</script>",
    '"><img src=x onerror=a()>',
    "' onfocus='a()",
    '" onfocus="a()',
    "javascript:a()",
    "</textarea><b>",
    "</title><svg onload=a()>",
    "</select></form><b>",
    "{{7*7}}",
    "{%raw%}",
    "${7*7}",
    "\u202elive\u202c",
    "<!--",
    "<![CDATA[<b>]]>",
    "&lt;b&gt;",
    "&#60;b&#62;",
    "<iframe srcdoc=a>",
    "<style>*{}</style>",
    "<base href=//evil.example>",
    "\\u003cb\\u003e",
    "+ADw-b+AD4-",
)
BROKEN = ("a\r\nSet-Cookie: b=c", "\u2028<p>")
"""These break lines, which what an operator writes on one line cannot hold."""
TEXT = " ".join((*PAYLOADS, *BROKEN))
"""All of them at once, for whatever takes four hundred characters."""
MOST = 40
"""What the shortest text of the contracts takes."""

_WORDS = sorted({word for one in (*PAYLOADS, *BROKEN) for word in one.split()})
_TWINS = {word: f"twin{number:02}" for number, word in enumerate(_WORDS)}
_ORIGINALS = {twin: word for word, twin in _TWINS.items()}

LEADING = frozenset({"href", "src", "srcset", "action", "formaction", "data", "style", "content"})

Node = tuple[str, tuple[tuple[str, str], ...], str, str]
"""An element: its name, its attributes, the text in it and the text behind it."""


def few_at_once() -> Iterator[str]:
    """Every payload, together with as many others as a short text takes."""
    held: list[str] = []
    for one in PAYLOADS:
        if len(" ".join([*held, one])) > MOST:
            yield " ".join(held)
            held = []
        held.append(one)
    yield " ".join(held)


def twin(text: str) -> str:
    """The same text with a plain word for each hostile one."""
    return re.sub(r"\S+", lambda found: _TWINS.get(found[0], found[0]), text)


def original(text: str) -> str:
    return re.sub(r"twin\d\d", lambda found: _ORIGINALS[found[0]], text)


def dom(page: str) -> list[Node]:
    """As a browser would have it: line breaks are all the same to it."""
    return [
        (
            str(one.tag),
            tuple(sorted((str(name), _even(str(value))) for name, value in one.attrib.items())),
            _even(one.text or ""),
            _even(one.tail or ""),
        )
        for one in html.document_fromstring(page).iter()
    ]


def dom_with(page: str, words: Callable[[str], str]) -> list[Node]:
    """What a page would be with other words in their place, as text."""
    return [
        (
            tag,
            tuple((name, _even(words(value))) for name, value in attributes),
            _even(words(text)),
            _even(words(tail)),
        )
        for tag, attributes, text, tail in dom(page)
    ]


def followed(page: str) -> list[str]:
    """Whatever a browser would fetch, send to or run because an attribute says so."""
    return [
        value
        for _, attributes, _, _ in dom(page)
        for name, value in attributes
        if name in LEADING or name.startswith("on")
    ]


def words_of(pages: Iterable[str]) -> str:
    """Whatever stands on these pages as text or in an attribute."""
    return "\n".join(
        "\n".join((text, tail, *(value for _, value in attributes)))
        for page in pages
        for _, attributes, text, tail in dom(page)
    )


def assert_only_words(
    hostile: Mapping[str, str], plain: Mapping[str, str], words: Callable[[str], str] = original
) -> None:
    """Page by page, the one is the other with the hostile words in it, and these lead nowhere."""
    assert hostile.keys() == plain.keys()
    for name, page in plain.items():
        assert dom(hostile[name]) == dom_with(page, words), name
        assert not [one for one in followed(page) if words(one) != one], name


def in_place_of(plain: str, hostile: str) -> Callable[[str], str]:
    return lambda text: text.replace(plain, hostile)


def _even(text: str) -> str:
    return text.replace("\r\n", "\n")
