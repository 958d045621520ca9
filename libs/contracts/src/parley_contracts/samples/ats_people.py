"""What an ATS says about people, and about when they can interview."""

from datetime import UTC, datetime, timedelta
from typing import Final

from parley_contracts.event import Event, Upstream
from parley_contracts.interviewers import (
    BusyInterval,
    Hours,
    InterviewerBusySet,
    InterviewerProfileSet,
    Limits,
    PoolMembership,
    Training,
    WeeklyHours,
)
from parley_contracts.people import Contact, PersonMerged, PersonUpserted
from parley_contracts.times import Interval

AT: Final = datetime(2027, 3, 8, 7, 30, tzinfo=UTC)

CANDIDATE: Final = "greenhouse:265772"
RECRUITER: Final = "greenhouse:3128"
COORDINATOR: Final = "greenhouse:3140"
LEAD: Final = "greenhouse:2622"
PEER: Final = "greenhouse:4080"
SHADOW: Final = "greenhouse:4101"

_office_hours = (Hours(start="09:00", end="12:30"), Hours(start="13:30", end="17:30"))

PEOPLE: Final = (
    PersonUpserted(
        revision=4,
        upstream=Upstream(system="greenhouse", refs={"candidate_id": "265772"}),
        person_id=CANDIDATE,
        name="Zoë Ngũgĩ-Müller",
        email="zoe.ngugi@example.com",
        phone="+254 20 555 0142",
        zone="Africa/Nairobi",
        locale="en",
        pronouns="she/her",
    ),
    PersonUpserted(
        person_id=LEAD,
        name="山田 花子",
        email="hanako.yamada@example.com",
        zone="Asia/Tokyo",
        locale="ja",
        title="Engineering manager, payments",
        bio="Builds payment systems since 2009.\nAsk me about on-call, and about growing as an engineer here.",
        chat_id="U02HANAKO",
    ),
    PersonUpserted(
        person_id=PEER,
        name="Олена Шевченко",
        email="olena.shevchenko@example.com",
        zone="Europe/Kyiv",
        locale="uk",
        title="Staff engineer, payments",
    ),
    PersonUpserted(
        person_id=SHADOW,
        name="أمينة الخطيب",
        email="amina.alkhatib@example.com",
        zone="Africa/Cairo",
        locale="ar-EG",
    ),
    PersonUpserted(
        person_id=RECRUITER,
        name="Jürgen Straßner",
        email="juergen.strassner@example.com",
        zone="Europe/Berlin",
        locale="de-DE",
        title="Recruiter",
    ),
    PersonUpserted(
        person_id="greenhouse:265990",
        name="Wants No Mail",
        email="quiet@example.com",
        contact=Contact.NONE,
    ),
)

TOLD: Final[tuple[tuple[datetime, Event], ...]] = (
    *((AT + timedelta(minutes=number), person) for number, person in enumerate(PEOPLE)),
    (
        AT + timedelta(hours=1),
        PersonMerged(revision=9, person_id="greenhouse:265001", into_id=CANDIDATE),
    ),
    (
        AT + timedelta(hours=1, minutes=5),
        InterviewerProfileSet(
            revision=2,
            interviewer_id=PEER,
            zone="Europe/Kyiv",
            weekly_hours=WeeklyHours(
                monday=_office_hours,
                tuesday=_office_hours,
                wednesday=(Hours(start="09:00", end="12:30"),),
                thursday=_office_hours,
                friday=(Hours(start="20:00", end="24:00"),),
            ),
            buffer_before_minutes=5,
            buffer_after_minutes=15,
            limits=Limits(per_day=2, per_week=6),
            pools=(
                PoolMembership(pool_id="backend-panel", skills=("System design", "Go")),
                PoolMembership(pool_id="values-panel", training=Training.SHADOW),
            ),
            pauses=(
                Interval(
                    starts_at=datetime(2027, 4, 5, tzinfo=UTC),
                    ends_at=datetime(2027, 4, 19, tzinfo=UTC),
                ),
            ),
        ),
    ),
    (
        AT + timedelta(hours=1, minutes=10),
        InterviewerBusySet(
            interviewer_id=PEER,
            range=Interval(
                starts_at=datetime(2027, 3, 15, tzinfo=UTC),
                ends_at=datetime(2027, 3, 29, tzinfo=UTC),
            ),
            busy=(
                BusyInterval(
                    starts_at=datetime(2027, 3, 15, 9, 0, tzinfo=UTC),
                    ends_at=datetime(2027, 3, 15, 9, 45, tzinfo=UTC),
                    ical_uid="040000008200E00074C5B7101A82E008@example.com",
                ),
                BusyInterval(
                    starts_at=datetime(2027, 3, 18, 7, 30, tzinfo=UTC),
                    ends_at=datetime(2027, 3, 18, 12, 0, tzinfo=UTC),
                ),
            ),
        ),
    ),
)
