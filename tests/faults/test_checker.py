"""A good history has no finding; in each bad one, one thing is planted, and the checker names just that."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.demo.building import (
    CANDIDATE,
    HOUR,
    INES,
    NINE,
    a_day,
    a_round,
    a_session,
    address,
    an_interview,
    an_invite,
    booked,
)
from tests.faults.checker import CHECKS, by_kind, check
from tests.faults.history import Claimed, Command, Emitted, History, Said

from parley_contracts.event import Event
from parley_contracts.interviews import InterviewRescheduled, SessionMove
from parley_contracts.notifications import Notification, NotificationSent, ToldEvent
from parley_contracts.rounds import FeedbackKind, FeedbackSubmitted
from parley_local.demo.canaries import CANARY, Kind, Sight, Written, spell
from parley_local.demo.evidence import Booking, DeadLetter, Evidence, Record, Undone

SCHEDULING = "parley/scheduling"
LATER = NINE + HOUR


def good() -> History:
    """An interview is booked, then moved by its candidate; the invites came, and feedback reads along."""
    first = booked(an_interview())
    moved = InterviewRescheduled(
        revision=2,
        interview=an_interview(a_session(starts_at=LATER)),
        by="candidate",
        moves=(SessionMove(session_id="team", was_at=NINE),),
    )
    mails = [an_invite(person) for person in (CANDIDATE, INES)]
    mails += [an_invite(person, starts_at=LATER, sequence=1) for person in (CANDIDATE, INES)]
    day = a_day(first, moved, mails=mails)
    records = tuple(
        replace(one, source=SCHEDULING) if one.topic == "parley.interviews.v1" else one
        for one in day.records
    )
    ours = [one for one in records if one.source == SCHEDULING]
    row = Booking("int:1", INES, imported=False, starts_at=LATER, held_until=LATER + HOUR)
    form = {"starts_at": [LATER.isoformat()]}
    return History(
        replace(day, records=records, bookings=(row,)),
        commands=(Command("cand.1", "book", "int:1", "move", form, NINE, 303),),
        said=tuple(Said(one.topic, str(one.id)) for one in records if one.source == "test"),
        emitted=tuple(emitted_as(one, number) for number, one in enumerate(ours, start=1)),
        claimed=tuple(claimed_as(one, number) for number, one in enumerate(ours, start=1)),
        consumed={"feedback": frozenset({"parley.interviews.v1"})},
    )


def emitted_as(record: Record, number: int) -> Emitted:
    return Emitted(
        "scheduling",
        number,
        number,
        str(record.id),
        record.topic,
        record.key,
        str(record.type),
        number,
    )


def claimed_as(record: Record, number: int) -> Claimed:
    return Claimed("feedback", number, str(record.source), str(record.id), record.digest)


def on_kafka(history: History, records: tuple[Record, ...]) -> History:
    return replace(history, evidence=replace(history.evidence, records=records))


def seen(history: History, **values: object) -> History:
    evidence: Evidence = replace(history.evidence, **values)  # type: ignore[arg-type]  # by name
    return replace(history, evidence=evidence)


def acknowledged_event_is_gone() -> History:
    history = good()
    return replace(history, said=(*history.said, Said("ats.people.v1", "gone")))


def committed_event_never_came() -> History:
    history = good()
    missing = replace(history.emitted[-1], transaction=9, seq=9, id="never", revision=3)
    return replace(history, emitted=(*history.emitted, missing))


def acknowledged_form_without_effect() -> History:
    history = good()
    elsewhere = replace(history.commands[0], form={"starts_at": [(LATER + HOUR).isoformat()]})
    return replace(history, commands=(elsewhere,))


def half_a_transaction() -> History:
    history = good()
    other = replace(history.emitted[-1], seq=9, id="other half", revision=3)
    return replace(history, emitted=(*history.emitted, other))


def revision_that_never_was() -> History:
    history = good()
    first, last = history.emitted
    return replace(history, emitted=(first, replace(last, revision=3)))


def seat_without_a_booking() -> History:
    return seen(good(), bookings=())


def revision_twice() -> History:
    history = good()
    first, last = history.emitted
    return replace(history, emitted=(first, replace(last, revision=1)))


def claimed_twice() -> History:
    history = good()
    return replace(history, claimed=(*history.claimed, history.claimed[0]))


def mail_twice() -> History:
    history = good()
    return seen(history, mails=(*history.evidence.mails, history.evidence.mails[-1]))


def card_given_twice() -> History:
    card = FeedbackSubmitted(
        revision=1, round=a_round(), kind=FeedbackKind.SCORECARD, person_id=INES, session_id="team"
    )
    return added(good(), card, card)


def told_twice() -> History:
    told = (ToldEvent(type="parley.interview.booked.v1", aggregate_id="int:1", revision=1),)
    first, other = (
        NotificationSent(
            revision=number,
            notification=Notification(
                notification_id=f"n{number}",
                person_id=CANDIDATE,
                interview_id="int:1",
                kind="invite",
                status="sent",
                at=NINE,
                told=told,
            ),
        )
        for number in (1, 2)
    )
    return added(good(), first, other)


def added(history: History, first: Event, second: Event) -> History:
    """Two more events of feedback's, each of a transaction of its own."""
    more = a_day(first, second.model_copy(update={"revision": 2})).records[-2:]
    records, emitted = list(history.records), list(history.emitted)
    for number, one in enumerate(more, start=1):
        record = replace(one, source="parley/feedback", id=f"more-{number}", offset=100 + number)
        records.append(record)
        emitted.append(replace(emitted_as(record, number), service="feedback", seq=number))
    return replace(on_kafka(history, tuple(records)), emitted=tuple(emitted))


def written_later_came_earlier() -> History:
    history = good()
    first, last = history.emitted
    return replace(history, emitted=(replace(first, seq=2), replace(last, seq=1)))


def record_passed_by() -> History:
    history = good()
    strange = replace(history.records[-1], type=history.records[-2].type)
    history = on_kafka(history, (*history.records[:-1], strange))
    return replace(history, claimed=history.claimed[:1])


def event_of_no_transaction() -> History:
    history = good()
    ghost = replace(history.records[-1], id="ghost", offset=99)
    history = on_kafka(history, (*history.records, ghost))
    return replace(history, claimed=(*history.claimed, claimed_as(ghost, 9)))


def two_places_at_once() -> History:
    history = good()
    return seen(history, bookings=history.evidence.bookings * 2)


def review_shown_to_the_team() -> History:
    canary = spell(1)
    assert CANARY.fullmatch(canary)
    word = Written(canary, Kind.REVIEW, address(CANDIDATE), "int:1", NINE, 1)
    sight = Sight(canary, address(INES), "/round/int:1", NINE, 2)
    return seen(good(), written={canary: word}, sights=(sight,))


def old_time_in_a_calendar() -> History:
    history = good()
    return seen(history, mails=history.evidence.mails[:-1])


def timer_left_over() -> History:
    return seen(good(), undone=(Undone("feedback", "the timer remind of int:1 is parked"),))


def good_record_is_kept() -> History:
    letter = DeadLetter("feedback", "parley.interviews.v1", 0, 4, SCHEDULING, "x", "Bug")
    return seen(good(), dead_letters=(letter,))


def nothing_claimed() -> History:
    return replace(good(), claimed=())


def two_waited_for_each_other() -> History:
    return replace(good(), deadlocks={"scheduling": 1, "feedback": 0})


BAD: dict[str, tuple[Callable[[], History], ...]] = {
    "lost": (
        acknowledged_event_is_gone,
        committed_event_never_came,
        acknowledged_form_without_effect,
    ),
    "torn": (half_a_transaction, revision_that_never_was),
    "duplicate-effect": (revision_twice, claimed_twice, mail_twice, card_given_twice, told_twice),
    "order-inversion": (written_later_came_earlier,),
    "poll-skip": (record_passed_by, nothing_claimed),
    "G1a": (event_of_no_transaction,),
    "double-booking": (two_places_at_once,),
    "crossed-seal": (review_shown_to_the_team,),
    "calendar-differs": (old_time_in_a_calendar,),
    "stuck": (timer_left_over,),
    "wrongly-kept": (good_record_is_kept,),
    "deadlock": (two_waited_for_each_other,),
}


def test_a_good_history_has_no_finding() -> None:
    assert check(good()) == []


def test_a_repeat_on_kafka_is_no_finding() -> None:
    history = good()
    again = replace(history.records[-1], offset=50)

    assert check(on_kafka(history, (*history.records, again))) == []


def test_a_form_without_an_answer_may_have_had_no_effect() -> None:
    history = acknowledged_form_without_effect()
    unanswered = replace(history.commands[0], status=None)

    assert check(replace(history, commands=(unanswered,))) == []


def test_a_mail_may_come_twice_for_a_kill() -> None:
    assert check(replace(mail_twice(), copies_allowed=1)) == []


@pytest.mark.parametrize(
    ("kind", "make"),
    [(kind, make) for kind, made in BAD.items() for make in made],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_a_bad_history_is_named(kind: str, make: Callable[[], History]) -> None:
    found = check(make())

    assert set(by_kind(found)) == {kind}, found


def test_a_seat_without_a_booking_is_torn() -> None:
    assert "torn" in by_kind(check(seat_without_a_booking()))


def test_every_kind_of_finding_has_a_bad_history() -> None:
    assert BAD.keys() == CHECKS.keys()
