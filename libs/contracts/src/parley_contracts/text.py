"""What a text may be. Every one is bounded, and sized so that the largest state event stays under
64 KiB; none holds a control character that a mail header, a calendar entry or a database would choke on.
"""

from typing import Annotated

from pydantic import Field, StringConstraints

LINE_PATTERN = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
TEXT_PATTERN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
URL_PATTERN = r"^https?://[A-Za-z0-9\[][!#$%&'()*+,./0-9:;=?@A-Z\[\]_a-z~-]*$"
EMAIL_PATTERN = (
    r'^[^\s@<>(),:;"\\\[\]\x00-\x20\x7f-\x9f]{1,64}'
    r'@([^\s@<>(),:;"\\\[\].\x00-\x20\x7f-\x9f]+\.)*[^\s@<>(),:;"\\\[\].\x00-\x20\x7f-\x9f]+$'
)
LOCALE_PATTERN = r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$"
AMOUNT_PATTERN = r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?$"
CURRENCY_PATTERN = r"^[A-Z]{3}$"


def _line(most: int) -> StringConstraints:
    return StringConstraints(
        pattern=LINE_PATTERN, min_length=1, max_length=most, strip_whitespace=True
    )


def _text(most: int) -> StringConstraints:
    return StringConstraints(pattern=TEXT_PATTERN, max_length=most, strip_whitespace=True)


Role = Annotated[str, _line(40)]

Label = Annotated[str, _line(80)]
"""A few words: a skill, a theme, the name of a link."""

Title = Annotated[str, _line(120)]

Line = Annotated[str, _line(200)]

Sentences = Annotated[str, _text(160)]

ShortText = Annotated[str, _text(200)]
"""Operator-written; may have line breaks."""

LongText = Annotated[str, _text(2000)]

Url = Annotated[
    str,
    StringConstraints(pattern=URL_PATTERN, max_length=400, strip_whitespace=True),
    Field(examples=["https://meet.example.com/abc"]),
]
"""http or https, in ASCII as RFC 3986 has it."""

EmailAddress = Annotated[str, StringConstraints(pattern=EMAIL_PATTERN, max_length=254)]

Phone = Annotated[str, _line(40)]

Locale = Annotated[
    str, StringConstraints(pattern=LOCALE_PATTERN, max_length=32), Field(examples=["de-CH"])
]

Amount = Annotated[
    str,
    StringConstraints(pattern=AMOUNT_PATTERN, max_length=15),
    Field(examples=["62000", "42.50"]),
]
"""A decimal number as text: money is never a float."""

Currency = Annotated[
    str, StringConstraints(pattern=CURRENCY_PATTERN, max_length=3), Field(examples=["EUR"])
]
