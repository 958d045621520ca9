"""A digest is due at eight of its reader's clock, whichever was heard first: the news, the zone or the reader."""

from datetime import UTC, datetime

from notifications.domain.correspondence import Line
from notifications.domain.desk import Desk
from notifications.ports import Work
from notifications.use_cases.settle_dossier import put_on_desks
from notifications.use_cases.upsert_person import needs, upsert_person
from parley_contracts.cloudevents import Received
from parley_contracts.people import PersonUpserted

NOW = datetime(2027, 3, 1, 5, tzinfo=UTC)
AT_EIGHT_IN_UTC = datetime(2027, 3, 1, 8, tzinfo=UTC)
AT_EIGHT_IN_NEW_YORK = datetime(2027, 3, 1, 13, tzinfo=UTC)
RUTH = "ats:ruth"
NEWS = (Line(kind="booked"),)


def a_desk_with_news() -> Work:
    work = Work()
    work.persons.loaded({RUTH: None})
    work.desks.loaded({RUTH: None})
    put_on_desks(work, (RUTH,), NEWS, zone=None, now=NOW)
    return work


def planned(work: Work) -> datetime | None:
    alarm = work.timers.changes[("digest", RUTH)]
    assert alarm is not None
    assert alarm.due_at == work.desks[RUTH].digest_at
    return work.desks[RUTH].digest_at


def test_digest_moves_when_the_company_s_zone_is_heard_of() -> None:
    work = a_desk_with_news()
    assert planned(work) == AT_EIGHT_IN_UTC

    put_on_desks(work, (RUTH,), (), zone="America/New_York", now=NOW)

    assert planned(work) == AT_EIGHT_IN_NEW_YORK
    assert work.desks[RUTH].news == NEWS


def test_zone_that_was_heard_of_first_stays() -> None:
    work = a_desk_with_news()
    put_on_desks(work, (RUTH,), (), zone="America/New_York", now=NOW)

    put_on_desks(work, (RUTH,), NEWS, zone="Asia/Tokyo", now=NOW)

    assert planned(work) == AT_EIGHT_IN_NEW_YORK


def test_digest_moves_when_its_reader_becomes_known() -> None:
    work = a_desk_with_news()
    known = heard_of(work, zone="America/New_York")

    assert upsert_person(known, work, now=NOW) is None

    assert planned(work) == AT_EIGHT_IN_NEW_YORK


def test_digest_that_is_due_already_goes_out_first() -> None:
    work = a_desk_with_news()
    known = heard_of(work, zone="America/New_York")

    assert upsert_person(known, work, now=AT_EIGHT_IN_UTC) is None

    assert planned(work) == AT_EIGHT_IN_UTC


def test_whoever_has_no_desk_is_given_none() -> None:
    work = Work()
    known = heard_of(work, zone="Europe/Berlin")
    work.persons.loaded({RUTH: None})

    assert upsert_person(known, work, now=NOW) is None

    assert work.desks.peek(RUTH) is None
    assert "desk" not in {table for table, _ in needs(known, work).ids}


def heard_of(work: Work, *, zone: str) -> Received:
    for rows, column in (
        (work.desks, "id"),
        (work.dossiers, "waiting_for"),
        (work.applications, "waiting_for"),
        (work.messages, "failed_person"),
    ):
        rows.asked(column, [RUTH])
    event = PersonUpserted(person_id=RUTH, name="Ruth", email="ruth@corp.example", zone=zone)
    return Received(
        id="e1",
        source="ats",
        type="ats.person.upserted.v1",
        subject=RUTH,
        time=NOW,
        traceparent=None,
        tracestate=None,
        data=event,
        digest=b"",
    )


def test_desk_is_known_by_its_reader() -> None:
    work = Work()
    work.desks.asked("id", [RUTH])
    work.desks.loaded({RUTH: Desk(id=RUTH)})
    assert work.desks.where("id", RUTH) == (Desk(id=RUTH),)
