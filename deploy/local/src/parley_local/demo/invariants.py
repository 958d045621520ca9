"""What has to hold after any day, recomputed from topics, tables, mails and pages alone.

Each is a pure function of the evidence and returns what breaks it, in words; the table names them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations, groupby

from parley_contracts.applications import ApplicationClosed, ApplicationOpened
from parley_contracts.candidate_updates import ApplicationClockEvent, CandidateUpdateOverdue, Word
from parley_contracts.intake import RecordRejected
from parley_contracts.interviews import (
    BookingConflictFound,
    InterviewBooked,
    Origin,
    SeatStatus,
    SessionEnded,
)
from parley_contracts.notifications import NotificationSent
from parley_contracts.rounds import DecisionRecorded, FeedbackSubmitted
from parley_contracts.topics import ATS, TOPICS
from parley_local.demo.calendars import (
    KEPT,
    SITTING,
    Appointment,
    appointments,
    calendar_of,
    wanted,
)
from parley_local.demo.evidence import Evidence, Record
from parley_local.demo.open_items import open_items
from parley_local.demo.seals import seals

WITHOUT_MAIL = (Word.OPENED, Word.HOLD, Word.CONTACTED)
"""Words that are given, or counted, outside Parley's mails."""

Check = Callable[[Evidence], list[str]]

MOMENT = timedelta(minutes=15)
"""Time moves by quarters of an hour while the day is played."""


@dataclass(frozen=True, slots=True)
class Violation:
    invariant: str
    what: str


def check(
    evidence: Evidence,
    *,
    copies_allowed: int = 0,
    pages_may_fail: bool = False,
    something_happens: bool = False,
) -> list[Violation]:
    """All of them; both allowances are for days on which programs are killed. `something_happens` in a day of ours;
    somebody's own may hold anything.
    """
    found = [
        Violation(name, what) for name, holds in INVARIANTS.items() for what in holds(evidence)
    ]
    if not pages_may_fail:
        found += [Violation(PAGES_ANSWER, what) for what in every_page_answered(evidence)]
    if something_happens:
        found += [Violation(HAPPENS, what) for what in a_day_took_place(evidence)]
    repeated = mail_once(evidence, copies_allowed=copies_allowed)
    return found + [Violation(MAIL_ONCE, what) for what in repeated]


# Nobody is booked twice


@dataclass(frozen=True, slots=True, order=True)
class Taken:
    """Somebody's time that an interview holds."""

    starts_at: datetime
    ends_at: datetime
    interview_id: str
    session_id: str


def no_double_booking(evidence: Evidence) -> list[str]:
    return [*_twice_in_states(evidence), *_twice_in_table(evidence)]


def _twice_in_states(evidence: Evidence) -> Iterator[str]:
    announced = {
        (event.aggregate_id, event.interviewer_id) for _, event in evidence.of(BookingConflictFound)
    }
    for person_id, times in _times_taken(evidence).items():
        for one, other in combinations(sorted(times), 2):
            told = {(one.interview_id, person_id), (other.interview_id, person_id)} & announced
            if other.starts_at < one.ends_at and not told:
                yield (
                    f"{person_id} sits in {one.interview_id} ({one.session_id}) and "
                    f"{other.interview_id} ({other.session_id}) on {other.starts_at:%d %b %H:%M}"
                )


def _times_taken(evidence: Evidence) -> Mapping[str, list[Taken]]:
    """Imported seats are facts that nobody here decided on."""
    times: dict[str, list[Taken]] = {}
    for interview in evidence.interviews.values():
        for session in interview.sessions if interview.origin != Origin.IMPORTED else ():
            if session.status not in KEPT or not session.starts_at or not session.ends_at:
                continue
            taken = Taken(
                session.starts_at, session.ends_at, interview.interview_id, session.session_id
            )
            for seat in session.seats:
                if seat.interviewer_id is not None and seat.status == SeatStatus.SEATED:
                    times.setdefault(seat.interviewer_id, []).append(taken)
    return times


def _twice_in_table(evidence: Evidence) -> Iterator[str]:
    rows = [one for one in evidence.bookings if not one.imported]
    rows.sort(key=lambda one: (one.interviewer_id, one.starts_at))
    for person_id, own in groupby(rows, key=lambda one: one.interviewer_id):
        for one, other in combinations(own, 2):
            if other.starts_at < one.held_until:
                yield (
                    f"the bookings of {person_id} for {one.interview_id} and "
                    f"{other.interview_id} overlap"
                )


def bookings_as_published(evidence: Evidence) -> list[str]:
    """Every seat taken in a state that is still to come has its row, and no row is without one."""
    seated = {
        (interview.interview_id, seat.interviewer_id, session.starts_at)
        for interview in evidence.interviews.values()
        for session in interview.sessions
        for seat in session.seats
        if session.status in KEPT and seat.interviewer_id and seat.status in SITTING
    }
    rows = {(one.interview_id, one.interviewer_id, one.starts_at) for one in evidence.bookings}
    lost = [f"{who} sits in {what} without a booking" for what, who, _ in seated - rows]
    return lost + [f"{who} is booked for {what} and sits nowhere" for what, who, _ in rows - seated]


# Mails and calendars


def every_calendar_right(evidence: Evidence) -> list[str]:
    expected = wanted(evidence)
    shown = {address: appointments(calendar_of(own)) for address, own in evidence.mails_to.items()}
    return [
        f"{address}: {what}"
        for address in sorted(expected.keys() | shown.keys())
        for what in _differences(expected.get(address, []), shown.get(address, []))
    ]


def _differences(expected: list[Appointment], shown: list[Appointment]) -> Iterator[str]:
    missing, extra = list(expected), []
    for one in shown:
        match = next((other for other in missing if _same_time(one, other)), None)
        if match is None:
            extra.append(one)
            continue
        missing.remove(match)
        if not match.location or match.location not in one.location:
            yield f"the calendar has {one}, and it is at {match.location!r}"
    yield from (f"the calendar lacks {one}" for one in missing)
    yield from (f"the calendar still has {one}" for one in extra)


def _same_time(one: Appointment, other: Appointment) -> bool:
    return (one.starts_at, one.ends_at) == (other.starts_at, other.ends_at)


HAPPENS = "a day took place"
MAIL_ONCE = "every mail once"
PAGES_ANSWER = "every page answers"
"""Two that a day may break on which programs are killed."""


def a_day_took_place(evidence: Evidence) -> list[str]:
    """A system in which nobody can do anything breaks no other rule."""
    wanted = (InterviewBooked, SessionEnded, FeedbackSubmitted, DecisionRecorded, NotificationSent)
    missing = [f"there is no {one.__name__}" for one in wanted if not any(evidence.of(one))]
    return missing if evidence.homes else [*missing, "no mail led to anybody's home"]


def mail_once(evidence: Evidence, *, copies_allowed: int = 0) -> list[str]:
    """One Message-ID reaches one recipient once; a crash may cost one copy more of each mail that was in hand."""
    nameless = [
        f"a mail to {mail.recipient} has no Message-ID: {mail.subject}"
        for mail in evidence.mails
        if not mail.message_id
    ]
    counts = Counter((mail.message_id, mail.recipient) for mail in evidence.mails)
    copies = {key: count - 1 for key, count in counts.items() if count > 1}
    if sum(copies.values()) <= copies_allowed:
        return nameless
    return nameless + [
        f"{message_id} came to {recipient} {more + 1} times"
        for (message_id, recipient), more in copies.items()
    ]


def told_once(evidence: Evidence) -> list[str]:
    """One event in one mail of a kind to a person: a second would have a Message-ID of its own."""
    told: dict[tuple[str, ...], set[str]] = {}
    for _, event in evidence.of(NotificationSent):
        one = event.notification
        for what in one.told:
            about = (what.type, str(what.revision), what.aggregate_id, one.kind, one.person_id)
            told.setdefault(about, set()).add(one.notification_id)
    return [
        f"{what} {revision} of {about} was told to {person} in {len(mails)} mails ({kind})"
        for (what, revision, about, kind, person), mails in told.items()
        if len(mails) > 1
    ]


# Nothing left lying about


def nothing_undone(evidence: Evidence) -> list[str]:
    return [f"{one.service}: {one.what}" for one in evidence.undone]


def every_page_answered(evidence: Evidence) -> list[str]:
    failed = evidence.pages_failed
    return [f"{failed} times a page did not answer, or was broken"] if failed else []


def only_broken_dead_lettered(evidence: Evidence) -> list[str]:
    """What the contracts refuse is kept by its topic's intake owner, answered, and nothing else is."""
    broken = {_place(one): one for one in evidence.records if _is_refused(one)}
    broken |= {_place(one): one for one in _used_again(evidence)}
    kept = {(one.topic, one.partition, one.offset): one for one in evidence.dead_letters}
    answered = {
        (event.record.topic, event.record.partition, event.record.offset)
        for _, event in evidence.of(RecordRejected)
    }
    return [
        *(f"{_name(broken[at])} is broken and was not kept" for at in broken.keys() - kept.keys()),
        *(f"{_name(broken[at])} was kept and not answered" for at in broken.keys() - answered),
        *(
            f"{kept[at].service} keeps {kept[at].event_id} of {at[0]}: {kept[at].reason}"
            for at in kept.keys() - broken.keys()
        ),
        *(f"{at[0]} {at[1]}:{at[2]} was refused, and is good" for at in answered - broken.keys()),
        *_kept_by_the_wrong_one(evidence),
    ]


def _is_refused(record: Record) -> bool:
    return record.broken is not None


def _used_again(evidence: Evidence) -> Iterator[Record]:
    """An id that comes again with other content."""
    first: dict[tuple[str | None, str | None], bytes] = {}
    for record in sorted(evidence.records, key=lambda one: one.wall):
        if record.data is None:
            continue
        known = first.setdefault((record.source, record.id), record.digest)
        if known != record.digest and ATS in TOPICS[record.topic].owners:
            yield record


def _kept_by_the_wrong_one(evidence: Evidence) -> Iterator[str]:
    for letter in evidence.dead_letters:
        owner = TOPICS[letter.topic].intake_owner
        if letter.service != owner:
            yield f"{letter.service} keeps {letter.event_id} of {letter.topic}, which is {owner}'s"


def _place(record: Record) -> tuple[str, int, int]:
    return record.topic, record.partition, record.offset


def _name(record: Record) -> str:
    return f"{record.id} of {record.topic}"


# Promises


def every_word_given(evidence: Evidence) -> list[str]:
    """Each date that a candidate was promised saw a word by then, or its breach was published."""
    followed: dict[str, list[tuple[datetime, ApplicationClockEvent]]] = {}
    for record, event in evidence.of(ApplicationClockEvent):
        followed.setdefault(event.aggregate_id, []).append((record.happened_at, event))
    opened = {event.application_id for _, event in evidence.of(ApplicationOpened)}
    return [
        *(f"{one} has no date for its next word" for one in sorted(opened - followed.keys())),
        *(
            f"{application_id} was owed a word by {due:%d %b %H:%M}: none came, and nobody was told"
            for application_id, history in followed.items()
            for due in _silent_breaches(history, evidence.now)
        ),
        *_words_without_a_mail(evidence),
    ]


def _words_without_a_mail(evidence: Evidence) -> Iterator[str]:
    """What counts as a word has reached the candidate: a mail came with it, or the ATS told them."""
    told_by_ats = {
        event.application_id for _, event in evidence.of(ApplicationClosed) if event.candidate_told
    }
    words = {
        (event.aggregate_id, event.application.candidate_id, word.kind, word.at)
        for _, event in evidence.of(ApplicationClockEvent)
        if (word := event.application.last_word) is not None and word.kind not in WITHOUT_MAIL
    }
    for application_id, candidate_id, kind, at in sorted(words):
        address = evidence.address(candidate_id)
        own = evidence.mails_to.get(address or "", ())
        came = any(abs(mail.received_at - at) <= MOMENT for mail in own)
        if not came and address is not None and application_id not in told_by_ats:
            yield f"{application_id}: {kind} of {at:%d %b %H:%M} counts as a word, and no mail came"


def _silent_breaches(
    history: list[tuple[datetime, ApplicationClockEvent]], now: datetime
) -> Iterable[datetime]:
    for (_, event), (until, following) in zip(history, [*history[1:], (now, None)], strict=True):
        due = event.application.next_word_due_at
        told = event.application.overdue_since is not None
        told_then = isinstance(following, CandidateUpdateOverdue)
        if due is not None and until >= due + MOMENT and not told and not told_then:
            yield due


INVARIANTS: Mapping[str, Check] = {
    "no double booking": no_double_booking,
    "every booking published": bookings_as_published,
    "every calendar equal to our state": every_calendar_right,
    "nothing unpublished, overdue or parked": nothing_undone,
    "nothing across a seal": seals,
    "every item that should be closed is closed": open_items,
    "only the broken record dead-lettered": only_broken_dead_lettered,
    "every promise kept, or its breach published": every_word_given,
    "every event told once": told_once,
}
