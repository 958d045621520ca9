"""`ats.people.v1`: the only topic with personal data. A record with a null value erases the person."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from parley_contracts.event import Event
from parley_contracts.ids import PersonId
from parley_contracts.known import Known
from parley_contracts.text import EmailAddress, Label, Line, Locale, LongText, Phone
from parley_contracts.times import Zone


class Contact(StrEnum):
    ALLOWED = "allowed"
    NONE = "none"


class PersonEvent(Event):
    person_id: PersonId

    @property
    def aggregate_id(self) -> str:
        return self.person_id


class PersonUpserted(PersonEvent):
    """Someone is known, or known anew: a full replacement, so that what is left out is gone."""

    name: Line
    email: EmailAddress | None = None
    phone: Phone | None = None
    zone: Zone | None = None
    locale: Locale | None = None
    pronouns: Label | None = None
    title: Label | None = None
    """What they do, as the other side reads it: `Staff engineer, payments`."""
    bio: LongText | None = None
    chat_id: Annotated[str, Field(max_length=120, pattern=r"^[\x21-\x7e]+$")] | None = None
    contact: Annotated[str, Known(Contact)] = Contact.ALLOWED
    """`none` stops every message to them; anything else but `allowed` is treated as `none`."""


class PersonMerged(PersonEvent):
    """This person turned out to be another one. The key is the id that ends, so that compaction keeps
    the way from the old id to the new.
    """

    into_id: PersonId

    @field_validator("into_id")
    @classmethod
    def _someone_else(cls, value: str, info: ValidationInfo) -> str:
        if value == info.data.get("person_id"):
            raise PydanticCustomError("merge", "Input should differ from person_id")
        return value
