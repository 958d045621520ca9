"""Words that stand nowhere else: planted in what people write, and looked for in all that others see."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

CANARY = re.compile(r"\bzq(?:[bdfgklmnprstvwz][aeiou]){3}\b")
_CONSONANTS, _VOWELS = "bdfgklmnprstvwz", "aeiou"


class Kind(StrEnum):
    """What somebody wrote, by who may read it."""

    CARD = "a scorecard"
    FOR_CANDIDATE = "words for the candidate"
    REVIEW = "a review in confidence"
    REVIEW_FOR_TEAM = "a review for the team"
    QUESTION = "a question"
    ANSWER = "an answer"
    CANDIDATE_NOTE = "a candidate's note to the coordinator"
    SEAT_NOTE = "an interviewer's note to the coordinator"
    DECISION_NOTE = "a note on a decision"
    FEEDBACK = "feedback to the candidate"


@dataclass(frozen=True, slots=True)
class Written:
    canary: str
    kind: Kind
    author: str
    """An address, as everywhere in the simulation."""
    about: str
    """The interview."""
    at: datetime
    order: int


@dataclass(frozen=True, slots=True)
class Sight:
    """Somebody was shown a page with somebody's word on it."""

    canary: str
    reader: str
    page: str
    at: datetime
    order: int


@dataclass(slots=True)
class Canaries:
    """`order` counts what was written and seen, since much happens at one quarter of an hour."""

    now: Callable[[], datetime]
    written: dict[str, Written] = field(default_factory=dict)
    sights: list[Sight] = field(default_factory=list)
    _order: int = 0

    def plant(self, text: str, kind: Kind, *, author: str, about: str) -> str:
        """The same text with a word of its own at its end; nothing stays nothing."""
        if not text:
            return text
        canary = spell(len(self.written))
        self._order += 1
        self.written[canary] = Written(canary, kind, author, about, self.now(), self._order)
        return f"{text} ({canary})"

    def look(self, text: str, *, reader: str, page: str) -> None:
        self._order += 1
        for canary in dict.fromkeys(CANARY.findall(text)):
            self.sights.append(Sight(canary, reader, page, self.now(), self._order))


def spell(number: int) -> str:
    word = ""
    for _ in range(3):
        number, consonant = divmod(number, len(_CONSONANTS))
        number, vowel = divmod(number, len(_VOWELS))
        word = _CONSONANTS[consonant] + _VOWELS[vowel] + word
    return f"zq{word}"
