"""A day of five applications, as the topics that this service reads have recorded it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.feedback.builders import (
    ANNA,
    ATS_SEAT,
    BOB,
    CANDIDATE,
    SESSION_AT,
    START,
    TEAM,
    a_session,
    an_interview,
    closed,
    opened,
    seat,
)

from parley_contracts import applications, interviews, notifications, people
from parley_contracts.event import Event

END = SESSION_AT + timedelta(hours=1)
LATER = SESSION_AT + timedelta(days=1)
Recorded = tuple[datetime, Event]
OTHER_TEAM = TEAM.model_copy(update={"recruiter_id": "ats:new-recruiter"})


def ids(number: int) -> dict[str, str]:
    return {
        "interview_id": f"ats:i{number}",
        "application_id": f"ats:a{number}",
        "candidate_id": f"{CANDIDATE}{number}",
    }


def interview(number: int, **values: Any) -> interviews.Interview:
    return an_interview(**(ids(number) | values))


def done(session: interviews.Session) -> interviews.Session:
    return session.model_copy(update={"status": "ended"})


def offered(number: int) -> interviews.SlotsOffered:
    open_session = a_session(status="open", starts_at=None, seats=())
    return interviews.SlotsOffered(
        revision=1, interview=interview(number, status="offered", sessions=(open_session,))
    )


def booked(number: int, revision: int = 2, **values: Any) -> interviews.InterviewBooked:
    return interviews.InterviewBooked(
        revision=revision, interview=interview(number, **values), by="candidate"
    )


def ended(
    number: int, revision: int, *sessions: interviews.Session, session_id: str = "s1", **values: Any
) -> interviews.SessionEnded:
    last = all(one.status == "ended" for one in sessions)
    return interviews.SessionEnded(
        revision=revision,
        interview=interview(
            number, sessions=sessions, status="ended" if last else "booked", **values
        ),
        session_id=session_id,
        last=last,
    )


def application(number: int, **values: Any) -> applications.ApplicationOpened:
    about = ids(number)
    return opened(
        application_id=about["application_id"], candidate_id=about["candidate_id"], **values
    )


def told(
    number: int, kind: str, revision: int, event: type[notifications.NotificationEvent]
) -> notifications.NotificationEvent:
    about = ids(number)
    failed = event is notifications.NotificationFailed
    notification = notifications.Notification(
        notification_id=f"n-{number}-{kind}",
        person_id=about["candidate_id"],
        interview_id=about["interview_id"],
        kind="action",
        status="failed" if failed else "sent",
        at=START + timedelta(hours=4),
        told=(notifications.ToldEvent(type=kind, aggregate_id=about["interview_id"], revision=1),),
    )
    more = {"reason": "bounced"} if failed else {}
    return event(revision=revision, notification=notification, **more)


def the_day() -> Mapping[str, list[Recorded]]:
    """By topic, each in its own order."""
    return {
        "people": _people(),
        "applications": _applications(),
        "interviews": _interviews(),
        "notifications": _notifications(),
    }


def _people() -> list[Recorded]:
    names = {ANNA: "Anna", BOB: "Bob"} | {f"{CANDIDATE}{n}": f"Candidate {n}" for n in range(1, 6)}
    known: list[Recorded] = [
        (START, people.PersonUpserted(person_id=one, name=name, revision=1))
        for one, name in names.items()
    ]
    newer = people.PersonUpserted(person_id=ANNA, name="Anna Weber", revision=2, zone="Asia/Tokyo")
    merged = people.PersonMerged(person_id="ats:twin", into_id=BOB)
    return [*known, (START, newer), (START, merged)]


def _applications() -> list[Recorded]:
    events: list[Recorded] = [(START, application(n)) for n in range(1, 6)]
    a = {n: ids(n)["application_id"] for n in range(1, 6)}
    return [
        *events,
        (
            START + timedelta(hours=2),
            applications.HiringTeamChanged(application_id=a[5], hiring_team=OTHER_TEAM),
        ),
        (
            START + timedelta(hours=3),
            applications.ApplicationOnHold(application_id=a[3], until=END + timedelta(days=6)),
        ),
        (
            START + timedelta(days=1),
            applications.CandidateContacted(
                application_id=a[3], channel="phone", next_word_due_at=END + timedelta(days=3)
            ),
        ),
        (
            END + timedelta(hours=1),
            applications.ApplicationAdvanced(application_id=a[2], stage_name="Offer"),
        ),
        (
            END + timedelta(hours=2),
            applications.ScorecardSubmittedUpstream(
                application_id=a[5], interview_id="ats:i5", interviewer_id=ATS_SEAT
            ),
        ),
        (LATER + timedelta(hours=9), _closed(1, "hired")),
        (LATER + timedelta(hours=9), _closed(4, "rejected")),
        (
            LATER + timedelta(hours=10),
            applications.ApplicationReopened(application_id=a[4]),
        ),
        (LATER + timedelta(hours=11), _closed(4, "job_closed")),
    ]


def _closed(number: int, outcome: str) -> applications.ApplicationClosed:
    event = closed(outcome)
    return event.model_copy(update={"application_id": ids(number)["application_id"]})


def _interviews() -> list[Recorded]:
    moved = a_session(starts_at=LATER)
    replaced = a_session(starts_at=LATER, seats=(seat("ats:carla"), seat(BOB)))
    two = (a_session("s1"), a_session("s2", starts_at=END + timedelta(hours=1)))
    ats: dict[str, Any] = {"decide_in": "ats"}
    return [
        *[(START + timedelta(hours=1), offered(n)) for n in range(1, 5)],
        *[(START + timedelta(hours=2), booked(n)) for n in (1, 3, 4)],
        (START + timedelta(hours=2), booked(2, **ats)),
        (START + timedelta(hours=2), booked(5, 1, origin="imported", sessions=two)),
        (
            START + timedelta(hours=5),
            interviews.InterviewCancelled(revision=3, interview=interview(3, status="cancelled")),
        ),
        (
            START + timedelta(hours=6),
            interviews.InterviewRescheduled(
                revision=3,
                interview=interview(4, sessions=(moved,)),
                by="candidate",
                moves=(interviews.SessionMove(session_id="s1", was_at=SESSION_AT),),
            ),
        ),
        (
            START + timedelta(hours=7),
            interviews.InterviewerReplaced(
                revision=4,
                interview=interview(4, sessions=(replaced,)),
                session_id="s1",
                replaced_id=ANNA,
                interviewer_id="ats:carla",
            ),
        ),
        (END, ended(1, 3, done(a_session()))),
        (END, ended(2, 3, done(a_session()), **ats)),
        (END, ended(5, 2, done(two[0]), two[1])),
        (END + timedelta(hours=2), ended(5, 3, done(two[0]), done(two[1]), session_id="s2")),
        (LATER + timedelta(hours=1), ended(4, 5, done(replaced))),
    ]


def _notifications() -> list[Recorded]:
    offer, book = "parley.interview.slots-offered.v1", "parley.interview.booked.v1"
    failed, sent = notifications.NotificationFailed, notifications.NotificationSent
    return [
        (START + timedelta(hours=4), told(1, offer, 1, failed)),
        (START + timedelta(hours=4), told(5, book, 1, failed)),
        (START + timedelta(hours=5), told(1, offer, 2, sent)),
    ]
