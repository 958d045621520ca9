"""What is to be written to a person: the difference between what they were told and what holds."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from notifications.domain.catalogue import PARTS
from notifications.domain.changed import changed
from notifications.domain.correspondence import Correspondence, Entry, Facts, Meeting, Part
from notifications.domain.dossier import Dossier
from notifications.domain.interview import InterviewStatus
from notifications.domain.message import Action, CalendarEntry, Draft, Message, Method
from notifications.domain.round import Decision, FeedbackStatus

SAID_ELSEWHERE = frozenset({"application_closed", "candidate_withdrew", "candidate_declined"})
"""Reasons for which taking back an offer is no news to the candidate: another mail says it, or they did."""
_CHANGES = frozenset({"invite", "moved", "changed", "cancelled"})
"""Parts that go with a calendar entry."""
_ORDER = {kind: number for number, kind in enumerate(PARTS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    letter: Correspondence
    drafts: tuple[Draft, ...]

    @property
    def declines(self) -> bool:
        """It tells that the company does not go on."""
        parts = (part for draft in self.drafts for part in draft.parts)
        return any(part.kind == "decided" and part.word == Decision.DECLINE for part in parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    part: Part
    method: Method
    meeting: Meeting


def write(
    dossier: Dossier, person_id: str, *, now: datetime, outcome_told: bool = False
) -> Written:
    """The mails to write, and the correspondence once they are written.

    A mail holds one calendar entry at most; the first one says everything else there is to say.
    """
    letter, facts = dossier.letter(person_id), dossier.facts(person_id)
    changes = list(_changes(dossier, letter, facts, now=now))
    parts = [*_offer_parts(dossier, letter, facts, changes)]
    parts += _note_parts(dossier, letter, facts, changes, outcome_told=outcome_told)
    drafts: list[Draft] = []
    for change in changes:
        letter, entry = _enter(dossier, letter, change, now=now)
        drafts.append(_draft(dossier, [change.part, *parts], entry))
        parts = []
    if parts:
        drafts.append(_draft(dossier, parts, None))
    after = changed(
        letter,
        told=facts,
        notes=(),
        events=(),
        record=None,
        waiting=None,
        count=letter.count + len(drafts),
    )
    return Written(letter=after, drafts=tuple(drafts))


def uid_of(interview_id: str, session_id: str) -> str:
    """One for ever; where it is spelled out, the installation's own domain follows."""
    return sha256(f"{interview_id}\n{session_id}".encode()).hexdigest()[:40]


def _changes(
    dossier: Dossier, letter: Correspondence, facts: Facts, *, now: datetime
) -> Iterator[_Change]:
    role = dossier.calendar_role(letter.person_id)
    both = {one.session_id: one for one in (*letter.told.meetings, *facts.meetings)}
    for session_id, any_of_them in sorted(both.items(), key=lambda pair: pair[1].starts_at):
        was, new = letter.told.meeting(session_id), facts.meeting(session_id)
        told = letter.entry(session_id) is not None
        if new is None:
            if was is not None and told:
                yield _change("cancelled", role, was, was, Method.CANCEL)
        elif was is None or not told:
            if any_of_them.ends_at > now:
                yield _change("invite", role, new, None, Method.REQUEST)
        elif not was.same_as(new):
            moved = (was.starts_at, was.ends_at) != (new.starts_at, new.ends_at)
            yield _change("moved" if moved else "changed", role, new, was, Method.REQUEST)


def _change(kind: str, role: str, meeting: Meeting, was: Meeting | None, method: Method) -> _Change:
    part = Part(kind=kind, role=role, session_id=meeting.session_id, meeting=meeting, was=was)
    return _Change(part=part, method=method, meeting=meeting)


def _offer_parts(
    dossier: Dossier, letter: Correspondence, facts: Facts, changes: list[_Change]
) -> Iterator[Part]:
    known, before = dossier.interview, letter.told.offer
    if known is None:
        return
    if facts.offer is not None and facts.offer != before:
        expires = known.slots.expires_at if known.slots is not None else None
        yield Part(kind="offer", role="candidate", at=known.book_by or expires)
    taken_back = before is not None and known.status == InterviewStatus.CANCELLED
    reason = known.cancelled.reason if known.cancelled is not None else None
    if taken_back and not changes and reason not in SAID_ELSEWHERE:
        yield Part(kind="called_off", role="candidate", word=reason)


def _note_parts(
    dossier: Dossier,
    letter: Correspondence,
    facts: Facts,
    changes: list[_Change],
    *,
    outcome_told: bool,
) -> list[Part]:
    parts = [
        changed(
            note.part, meeting=facts.meeting(note.part.session_id or "") or _any(dossier, note.part)
        )
        for note in letter.notes
    ]
    said = {change.part.session_id for change in changes}
    kinds = {part.kind for part in parts}
    kept = [
        part
        for part in parts
        if _holds(dossier, letter.person_id, part)
        and not (part.kind == "reminder" and part.session_id in said)
        and not (part.kind == "decided" and "match" in kinds)
        and not (part.kind == "decide_asked" and "review_asked" in kinds)
        and not (part.kind == "decided" and part.word == Decision.DECLINE and outcome_told)
    ]
    return sorted(_counted(kept), key=lambda part: _ORDER[part.kind])


def _counted(parts: Iterable[Part]) -> Iterator[Part]:
    """What would be said in the same words is said once."""
    for part, count in Counter(parts).items():
        yield changed(part, count=count)


def _any(dossier: Dossier, part: Part) -> Meeting | None:
    return dossier.meeting(part.session_id)


_WHILE = {
    "nudge": InterviewStatus.OFFERED,
    "booking_overdue": InterviewStatus.OFFERED,
    "expired": InterviewStatus.EXPIRED,
    "no_slots": InterviewStatus.NO_SLOTS,
}
"""Notes that are worth telling only as long as the interview stands so."""


def _holds(dossier: Dossier, person_id: str, part: Part) -> bool:
    """A note may be overtaken before it is told."""
    if part.kind == "reminder":
        return part.meeting is not None and part.meeting.starts_at == part.at
    if part.kind in _WHILE and dossier.interview is not None:
        return dossier.interview.status == _WHILE[part.kind]
    if dossier.round is None:
        return True
    if part.kind in ("scorecard_asked", "scorecard_overdue"):
        return any(
            card.interviewer_id == person_id
            and card.session_id == part.session_id
            and card.status == FeedbackStatus.ASKED
            for card in dossier.round.cards
        )
    if part.kind in ("review_asked", "review_overdue"):
        return dossier.round.review.status == FeedbackStatus.ASKED
    return True


def as_it_holds(message: Message, dossier: Dossier) -> Message | None:
    """What a late mail still has to say: nothing of a session whose later entry was written since, and no note that
    was overtaken. None where nothing is left.
    """
    parts, entry = message.parts, message.entry
    if entry is not None:
        session_id = entry.meeting.session_id
        last = dossier.letter(message.person_id).entry(session_id)
        if last is not None and last.sequence > entry.sequence:
            entry = None
            parts = tuple(p for p in parts if p.kind not in _CHANGES or p.session_id != session_id)
    kept = tuple(part for part in parts if _holds_now(dossier, message.person_id, part))
    return changed(message, parts=kept, entry=entry) if kept else None


def _holds_now(dossier: Dossier, person_id: str, part: Part) -> bool:
    known = dossier.interview
    if part.kind == "offer":
        return dossier.facts(person_id).offer is not None
    if part.kind == "called_off" and known is not None:
        return known.status == InterviewStatus.CANCELLED
    meeting = dossier.facts(person_id).meeting(part.session_id or "")
    return _holds(dossier, person_id, changed(part, meeting=meeting))


def _enter(
    dossier: Dossier, letter: Correspondence, change: _Change, *, now: datetime
) -> tuple[Correspondence, CalendarEntry]:
    """SEQUENCE rises with each change that is told, DTSTAMP is later each time."""
    session_id = change.meeting.session_id
    last = letter.entry(session_id)
    stamp = now.replace(microsecond=0)
    if last is not None and stamp <= last.stamp:
        stamp = last.stamp + timedelta(seconds=1)
    sequence = 0 if last is None else last.sequence + 1
    entry = CalendarEntry(
        method=change.method,
        uid=uid_of(dossier.id, session_id),
        sequence=sequence,
        stamp=stamp,
        meeting=change.meeting,
    )
    known = Entry(session_id=session_id, sequence=sequence, stamp=stamp)
    return letter.with_entry(known), entry


def _draft(dossier: Dossier, parts: list[Part], entry: CalendarEntry | None) -> Draft:
    sessions = dict.fromkeys(part.session_id for part in parts if part.session_id is not None)
    return Draft(
        kind=PARTS[parts[0].kind].mail,
        parts=tuple(parts),
        actions=actions_of(parts, dossier.id),
        entry=entry,
        session_ids=tuple(sessions)[:16],
        valid_until=_valid_until(parts),
    )


def actions_of(parts: Iterable[Part], interview_id: str | None) -> tuple[Action, ...]:
    found: dict[str, Action] = {}
    for part in parts:
        for purpose in PARTS[part.kind].leads_to(part.role):
            label = "pick" if part.kind in ("offer", "nudge") else purpose
            about = None if purpose == "desk" else interview_id
            action = Action(purpose=purpose, label=label, interview_id=about)
            found.setdefault(purpose, action)
    return tuple(found.values())


def _valid_until(parts: list[Part]) -> datetime | None:
    """A reminder alone is worth nothing once the session has begun."""
    if any(part.kind != "reminder" for part in parts):
        return None
    starts = [part.meeting.starts_at for part in parts if part.meeting is not None]
    return min(starts) if starts else None
