"""Why a record is refused: its field and a reason, and never a word of what it held."""

from pydantic import ValidationError

from parley_contracts import ids, known, text, times

_IN_WORDS = {
    ids.ID_PATTERN: "Input should be 1 to 128 of A-Z a-z 0-9 . _ : - beginning with a letter or digit",
    known.MEMBER_PATTERN: "Input should be 1 to 40 of A-Z a-z 0-9 . _ - beginning with a letter or digit",
    text.LINE_PATTERN: "Input should be one line without control characters",
    text.TEXT_PATTERN: "Input should have no control characters besides line breaks",
    text.URL_PATTERN: "Input should be an http or https address in ASCII",
    text.EMAIL_PATTERN: "Input should be one e-mail address",
    text.LOCALE_PATTERN: "Input should be a language tag, as de-CH is",
    text.AMOUNT_PATTERN: "Input should be a decimal number as text, as 42.50 is",
    text.CURRENCY_PATTERN: "Input should be a currency code, as EUR is",
    times.RFC3339_PATTERN: "Input should be a date and time with its offset, as 2027-03-16T09:30:00Z is",
    times.LOCAL_TIME_PATTERN: "Input should be a time of day, as 09:30 is",
}
_OPEN_NAMES = "refs"
"""The one field whose names are the writer's own: a path ends there."""


class Refused(Exception):
    """One field and why; the codec adds whose record it is."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason


class BrokenRecord(Exception):
    """A record that breaks the contract, and will whenever it is read: keep it aside and go on."""

    def __init__(
        self,
        field: str,
        reason: str,
        *,
        source: str | None = None,
        id: str | None = None,  # noqa: A002 - the CloudEvents name of it
        type: str | None = None,  # noqa: A002 - the CloudEvents name of it
    ) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason
        self.source = source
        self.id = id
        self.type = type


def refused_data(error: ValidationError) -> Refused:
    """The first thing wrong with the data, without its content."""
    first = error.errors(include_url=False, include_input=False)[0]
    pattern = first.get("ctx", {}).get("pattern")
    reason = _IN_WORDS.get(pattern, first["msg"]) if pattern else first["msg"]
    return Refused(".".join(("data", *_path(first["loc"]))), reason)


def _path(location: tuple[int | str, ...]) -> tuple[str, ...]:
    if _OPEN_NAMES in location:
        location = location[: location.index(_OPEN_NAMES) + 1]
    return tuple(str(step) for step in location)
