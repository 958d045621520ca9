"""What each event tells whom: the one table that the code runs by and docs/mails.md is written from.

`FACTS` means that the event may change what holds for the audience; a mail is written when it differs from
what they were told last. Any other word is a note, said once. `DIGEST` gathers until 08:00.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from notifications.domain.message import Kind

FACTS = "facts"


class Audience(StrEnum):
    CANDIDATE = "candidate"
    INTERVIEWERS = "interviewers"
    """Whoever sits in a session, or was told that they do."""
    NAMED = "named"
    """Whom the event names."""
    DECIDERS = "deciders"
    """Whoever decides for the company and has no desk."""
    DESK = "desk"
    """Recruiter and coordinator, by a single mail: what needs them now."""
    DIGEST = "digest"
    """Recruiter and coordinator, at 08:00."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """A thing that a mail says: what kind of mail it makes, and the pages it leads to, by role."""

    mail: Kind
    words: str
    candidate: tuple[str, ...] = ()
    interviewer: tuple[str, ...] = ()
    decider: tuple[str, ...] = ()
    desk: tuple[str, ...] = ()

    def leads_to(self, role: str) -> tuple[str, ...]:
        by_role = {
            "candidate": self.candidate,
            "interviewer": self.interviewer,
            "decider": self.decider,
            "desk": self.desk,
        }
        return by_role.get(role, ())


_MEETING = {"candidate": ("prepare", "book"), "interviewer": ("prepare", "seat")}

PARTS: Mapping[str, Says] = {
    "offer": Says(mail=Kind.ACTION, words="Pick a time", candidate=("book",)),
    "invite": Says(mail=Kind.INVITE, words="It is booked", **_MEETING),
    "moved": Says(mail=Kind.UPDATE, words="It has another time", **_MEETING),
    "changed": Says(mail=Kind.UPDATE, words="Place or people have changed", **_MEETING),
    "cancelled": Says(mail=Kind.CANCEL, words="It will not take place"),
    "called_off": Says(mail=Kind.NEWS, words="The offered times are taken back"),
    "nudge": Says(mail=Kind.REMINDER, words="A time is still to be picked", candidate=("book",)),
    "expired": Says(mail=Kind.NEWS, words="The offered times have run out"),
    "reminder": Says(mail=Kind.REMINDER, words="It is soon", **_MEETING),
    "question_asked": Says(
        mail=Kind.ACTION, words="The candidate asks something", interviewer=("prepare",)
    ),
    "question_answered": Says(
        mail=Kind.NEWS, words="A question is answered", candidate=("prepare",)
    ),
    "scorecard_asked": Says(
        mail=Kind.ACTION, words="A scorecard, please", interviewer=("scorecard",)
    ),
    "scorecard_overdue": Says(
        mail=Kind.REMINDER, words="A scorecard is late", interviewer=("scorecard",)
    ),
    "review_asked": Says(
        mail=Kind.ACTION, words="A review and a decision, please", candidate=("review", "decide")
    ),
    "review_overdue": Says(mail=Kind.REMINDER, words="A review is late", candidate=("review",)),
    "decide_asked": Says(
        mail=Kind.ACTION, words="A decision, please", candidate=("decide",), decider=("decide",)
    ),
    "decided": Says(mail=Kind.NEWS, words="What the company decided", candidate=("round",)),
    "answered": Says(
        mail=Kind.NEWS, words="What the candidate decided", decider=("round",), desk=("round",)
    ),
    "match": Says(
        mail=Kind.NEWS, words="Both want to go on", candidate=("round",), decider=("round",)
    ),
    "revealed": Says(mail=Kind.NEWS, words="What interviewers wrote is open", candidate=("round",)),
    "revealed_team": Says(
        mail=Kind.NEWS,
        words="What the candidate wrote is open",
        interviewer=("round",),
        decider=("round",),
    ),
    "feedback_released": Says(mail=Kind.NEWS, words="Feedback is released", candidate=("round",)),
    "missed": Says(mail=Kind.NEWS, words="A session was missed"),
    "no_slots": Says(mail=Kind.ACTION, words="No time fits", desk=("arrange", "desk")),
    "booking_overdue": Says(mail=Kind.ACTION, words="No time is picked", desk=("arrange", "desk")),
    "declined": Says(mail=Kind.ACTION, words="A seat is given up", desk=("arrange", "desk")),
    "no_show": Says(mail=Kind.ACTION, words="Somebody was not there", desk=("arrange", "desk")),
    "withdrawn": Says(mail=Kind.ACTION, words="The candidate withdraws", desk=("desk",)),
    "undelivered": Says(mail=Kind.ACTION, words="A mail did not arrive", desk=("desk",)),
    "outcome": Says(mail=Kind.NEWS, words="How the application ended"),
    "on_hold": Says(mail=Kind.NEWS, words="Nothing will move before a date"),
    "goes_on": Says(mail=Kind.NEWS, words="The application goes on"),
    "renewed": Says(mail=Kind.ACTION, words="A new link, as asked"),
    "digest": Says(mail=Kind.DIGEST, words="What needs you, and what moved", desk=("desk",)),
}
"""Every thing a mail can say; each has its template in every language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tells:
    audience: Audience
    what: str = FACTS
    when: str | None = None
    """Only for this variant of the event."""


def _facts(*audiences: Audience) -> tuple[Tells, ...]:
    return tuple(Tells(audience=one) for one in audiences)


def _news(kind: str, when: str | None = None) -> Tells:
    return Tells(audience=Audience.DIGEST, what=kind, when=when)


def _note(audience: Audience, what: str, when: str | None = None) -> Tells:
    return Tells(audience=audience, what=what, when=when)


NOBODY: tuple[Tells, ...] = ()
_EVERYONE = _facts(Audience.CANDIDATE, Audience.INTERVIEWERS)

EVENTS: Mapping[str, tuple[Tells, ...]] = {
    "ats.person.upserted.v1": NOBODY,
    "ats.person.merged.v1": NOBODY,
    "ats.application.opened.v1": NOBODY,
    "ats.application.hiring-team-changed.v1": NOBODY,
    "ats.application.advanced.v1": NOBODY,
    "ats.application.on-hold.v1": _facts(Audience.CANDIDATE),
    "ats.application.reopened.v1": _facts(Audience.CANDIDATE),
    "ats.application.closed.v1": _facts(Audience.CANDIDATE),
    "ats.candidate.contacted.v1": NOBODY,
    "ats.interview.requested.v1": NOBODY,
    "ats.interview.request-changed.v1": NOBODY,
    "ats.interview.request-cancelled.v1": NOBODY,
    "ats.interview.imported.v1": NOBODY,
    "ats.scorecard.submitted.v1": NOBODY,
    "parley.interview.slots-offered.v1": (*_facts(Audience.CANDIDATE), _news("offered")),
    "parley.interview.no-slots-found.v1": (_note(Audience.DESK, "no_slots"),),
    "parley.interview.offer-opened.v1": NOBODY,
    "parley.interview.offer-expired.v1": (
        _note(Audience.CANDIDATE, "expired"),
        _news("expired"),
    ),
    "parley.interview.times-proposed.v1": (_news("times_proposed"),),
    "parley.interview.booked.v1": (*_EVERYONE, _news("booked")),
    "parley.interview.rescheduled.v1": (*_EVERYONE, _news("moved")),
    "parley.interview.changed.v1": _EVERYONE,
    "parley.interview.seat-declined.v1": (
        *_EVERYONE,
        _note(Audience.DESK, "declined"),
    ),
    "parley.interview.interviewer-replaced.v1": (*_EVERYONE, _news("replaced")),
    "parley.interview.cancelled.v1": (
        *_EVERYONE,
        _note(Audience.DESK, "withdrawn", "by_candidate"),
        _news("cancelled", "by_others"),
    ),
    "parley.interview.session-ended.v1": NOBODY,
    "parley.interview.booking-overdue.v1": (
        _note(Audience.CANDIDATE, "nudge"),
        _note(Audience.DESK, "booking_overdue"),
    ),
    "parley.interview.booking-conflict-found.v1": (_news("conflict"),),
    "parley.interview.attention-needed.v1": (_news("attention"),),
    "parley.interview.snapshot.v1": _EVERYONE,
    "parley.round.no-show-reported.v1": (
        _note(Audience.CANDIDATE, "missed", "candidate_absent"),
        _note(Audience.DESK, "no_show"),
    ),
    "parley.round.preparation-ready.v1": NOBODY,
    "parley.round.preparation-read.v1": NOBODY,
    "parley.round.question-asked.v1": (_note(Audience.NAMED, "question_asked"),),
    "parley.round.question-answered.v1": (_note(Audience.CANDIDATE, "question_answered"),),
    "parley.round.feedback-requested.v1": (
        _note(Audience.NAMED, "scorecard_asked", "scorecard"),
        _note(Audience.CANDIDATE, "review_asked", "review"),
    ),
    "parley.round.feedback-submitted.v1": NOBODY,
    "parley.round.feedback-amended.v1": NOBODY,
    "parley.round.feedback-waived.v1": NOBODY,
    "parley.round.feedback-overdue.v1": (
        _note(Audience.NAMED, "scorecard_overdue", "scorecard"),
        _note(Audience.CANDIDATE, "review_overdue", "review"),
        _news("card_overdue", "scorecard"),
    ),
    "parley.round.decision-requested.v1": (
        _note(Audience.CANDIDATE, "decide_asked"),
        _note(Audience.DECIDERS, "decide_asked", "company_decides"),
    ),
    "parley.round.decision-recorded.v1": NOBODY,
    "parley.round.decided.v1": (
        _note(Audience.CANDIDATE, "decided", "company_told"),
        _note(Audience.DECIDERS, "answered", "candidate_told"),
        _note(Audience.DESK, "withdrawn", "candidate_declined"),
        _news("decided", "nobody_declined"),
    ),
    "parley.round.match-reached.v1": (
        _note(Audience.CANDIDATE, "match"),
        _note(Audience.DECIDERS, "match"),
        _news("match"),
    ),
    "parley.round.revealed-to-candidate.v1": (_note(Audience.CANDIDATE, "revealed"),),
    "parley.round.revealed-to-company.v1": (
        _note(Audience.INTERVIEWERS, "revealed_team"),
        _note(Audience.DECIDERS, "revealed_team"),
        _news("revealed_team"),
    ),
    "parley.round.candidate-feedback-released.v1": (
        _note(Audience.CANDIDATE, "feedback_released"),
    ),
    "parley.round.closed.v1": NOBODY,
    "parley.round.snapshot.v1": NOBODY,
    "parley.application.update-due.v1": (_news("update_due"),),
    "parley.application.updated.v1": NOBODY,
    "parley.application.update-overdue.v1": (_news("update_overdue"),),
    "parley.application.snapshot.v1": NOBODY,
}
"""By CloudEvents type, every event of every topic that is read here; `NOBODY` is an answer too."""

REASONS: Mapping[str, str] = {
    "ats.person.upserted.v1": "releases what waited for this person",
    "ats.person.merged.v1": "mails go to the person who remains",
    "ats.application.opened.v1": "the ATS confirms applications itself",
    "ats.application.hiring-team-changed.v1": "whose desk it is on changes",
    "ats.application.advanced.v1": "a decision is sealed until feedback tells it",
    "ats.candidate.contacted.v1": "somebody gave the word already",
    "ats.interview.requested.v1": "scheduling answers it",
    "ats.interview.request-changed.v1": "scheduling answers it",
    "ats.interview.request-cancelled.v1": "scheduling answers it",
    "ats.interview.imported.v1": "scheduling publishes it as booked",
    "ats.scorecard.submitted.v1": "feedback counts it",
    "parley.interview.offer-opened.v1": "nothing to do for anybody",
    "parley.interview.session-ended.v1": "feedback asks for cards and review",
    "parley.round.preparation-ready.v1": "opens an item; the invite has the link already",
    "parley.round.preparation-read.v1": "closes the reader's item",
    "parley.round.feedback-submitted.v1": "closes the writer's item; what it says is sealed",
    "parley.round.feedback-amended.v1": "what it says is sealed",
    "parley.round.feedback-waived.v1": "closes the item",
    "parley.round.decision-recorded.v1": "closes the decider's item; what it says is sealed",
    "parley.round.closed.v1": "closes what is open",
    "parley.round.snapshot.v1": "nothing happened; whoever missed something follows again",
    "parley.application.snapshot.v1": "nothing happened; whoever missed something follows again",
    "parley.application.updated.v1": "the date on the candidate's home moves",
}
"""Why nobody is told."""


def as_markdown() -> str:
    """The table of docs/mails.md."""
    rows = ["| event | when | audience | facts or note | mail |", "|---|---|---|---|---|"]
    for event, tells in EVENTS.items():
        if not tells:
            rows.append(f"| `{event}` | | nobody | {REASONS[event]} | |")
        rows += [
            f"| `{event}` | {_plain(one.when)} | {one.audience} | {_told(one)} |" for one in tells
        ]
    rows += ["", "| what a mail says | in words | kind of mail | leads to |", "|---|---|---|---|"]
    for name, says in PARTS.items():
        rows.append(f"| `{name}` | {says.words} | {says.mail} | {_leads(says)} |")
    return "\n".join(rows) + "\n"


def _told(tells: Tells) -> str:
    if tells.what == FACTS:
        return "facts | offer, invite, moved, changed or cancelled, where they differ"
    if tells.audience is Audience.DIGEST:
        return f"line `{tells.what}` | digest at 08:00"
    return f"note `{tells.what}` | {PARTS[tells.what].mail}"


def _leads(says: Says) -> str:
    roles = ("candidate", "interviewer", "decider", "desk")
    return "; ".join(
        f"{role}: {', '.join(says.leads_to(role))}" for role in roles if says.leads_to(role)
    )


def _plain(when: str | None) -> str:
    return "" if when is None else when.replace("_", " ")
