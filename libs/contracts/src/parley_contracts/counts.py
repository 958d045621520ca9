"""Numbers and yes-or-no, as JSON spells them: `"5"` is no number and 1 is no truth."""

from typing import Annotated

from pydantic import Field, Strict

Flag = Annotated[bool, Strict()]

Count = Annotated[int, Strict(), Field(ge=0, le=2**31 - 1)]

Ordinal = Annotated[int, Strict(), Field(ge=1, le=2**31 - 1)]

Offset = Annotated[int, Strict(), Field(ge=0, le=2**53 - 1)]
