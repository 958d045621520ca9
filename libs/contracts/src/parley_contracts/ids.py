"""Ids are opaque: given by the upstream system, prefixed by its name (`greenhouse:265277`), never an
address. The first character is a letter or digit, so that no id can be read as a path or an option.
"""

from typing import Annotated

from pydantic import Field, StringConstraints

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$"

_OPAQUE = StringConstraints(pattern=ID_PATTERN, min_length=1, max_length=128)
_EXAMPLES = Field(examples=["greenhouse:265277"])

Id = Annotated[str, _OPAQUE, _EXAMPLES]

PersonId = Annotated[str, _OPAQUE, _EXAMPLES]
"""A candidate, an interviewer, a recruiter: everyone is one person, whatever they do here."""

InterviewerId = PersonId
"""An interviewer is a person too: the interviewer's id is their person id, on every topic."""

ApplicationId = Annotated[str, _OPAQUE, _EXAMPLES]

InterviewId = Annotated[str, _OPAQUE, _EXAMPLES]
"""The upstream's own id for what it asked for: one or more sessions with one candidate."""

SessionId = Annotated[str, _OPAQUE, Field(examples=["system-design"])]
"""Unique within its interview, and never used again for another session of it."""

PoolId = Annotated[str, _OPAQUE, Field(examples=["backend-panel"])]
