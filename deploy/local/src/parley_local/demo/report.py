"""Both sides' day, in figures: from topics and mails, as anyone could count them."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from parley_contracts import applications, candidate_updates, interviews, notifications, rounds
from parley_contracts.event import Event
from parley_contracts.topics import ATS, TOPICS
from parley_local.demo.evidence import Evidence, Record
from parley_local.demo.invariants import INVARIANTS, MAIL_ONCE, MOMENT, PAGES_ANSWER, Violation

MOST_SHOWN = 20
TRACE = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How the day went by, besides what it left."""

    applications: int
    seed: int
    jumps: int
    seconds: float
    said: Mapping[str, float]
    """By trace: when its first record went out, in seconds since 1970."""
    done: Mapping[str, int]
    visitor: str
    kills: Mapping[str, int] = field(default_factory=dict)
    """How often each of our programs was ended by kill -9."""


class EventToMail(TypedDict):
    """On the machine's own clock, from an event of the ATS or of a page to the mails that tell it."""

    mails: int
    p50_seconds: float | None
    p99_seconds: float | None


class Broken(TypedDict):
    invariant: str
    what: str


class Report(TypedDict):
    applications: int
    seed: int
    until: str
    company: dict[str, int]
    candidates: dict[str, int]
    event_to_mail: EventToMail
    records: int
    jumps: int
    seconds: float
    people: dict[str, int]
    visitor: str | None
    kills: dict[str, int]
    invariants: list[str]
    violations: list[Broken]


def make(evidence: Evidence, played: Played, violations: Sequence[Violation]) -> Report:
    waits = seconds_to_mail(evidence, played.said)
    return {
        "applications": played.applications,
        "seed": played.seed,
        "until": evidence.now.isoformat(),
        "company": company(evidence),
        "candidates": candidates(evidence),
        "event_to_mail": {
            "mails": len(waits),
            "p50_seconds": quantile(waits, 0.50),
            "p99_seconds": quantile(waits, 0.99),
        },
        "records": len(evidence.records),
        "jumps": played.jumps,
        "seconds": round(played.seconds, 1),
        "people": dict(sorted(played.done.items())),
        "visitor": played.visitor or None,
        "kills": dict(sorted(played.kills.items())),
        "invariants": [*INVARIANTS, MAIL_ONCE, PAGES_ANSWER],
        "violations": [{"invariant": one.invariant, "what": one.what} for one in violations],
    }


def company(evidence: Evidence) -> dict[str, int]:
    """What the company asked for, got and gave."""
    asked, mails = events(evidence), sent(evidence)
    closed = asked[interviews.InterviewCancelled]
    return {
        "interviews requested": asked[applications.InterviewRequested],
        "interviews imported": asked[applications.InterviewImported],
        "no time found": asked[interviews.NoSlotsFound],
        "booked": asked[interviews.InterviewBooked],
        "moved": asked[interviews.InterviewRescheduled],
        "cancelled": closed,
        "seats left open": asked[interviews.SeatDeclined],
        "seats taken over": asked[interviews.InterviewerReplaced],
        "sessions ended": asked[interviews.SessionEnded],
        "no-shows": asked[rounds.NoShowReported],
        "questions answered": asked[rounds.QuestionAnswered],
        "scorecards": submitted(evidence, rounds.FeedbackKind.SCORECARD),
        "opened to the team": asked[rounds.RevealedToCompany],
        "decisions told to it": told(evidence, rounds.Side.CANDIDATE),
        "feedback released": asked[rounds.CandidateFeedbackReleased],
        "mails to its people": sum(mails[False].values()),
        "records refused": len(evidence.dead_letters),
    }


def candidates(evidence: Evidence) -> dict[str, int]:
    """What candidates were offered, told and asked."""
    asked, mails = events(evidence), sent(evidence)
    return {
        "applications": asked[applications.ApplicationOpened],
        "offers of times": asked[interviews.SlotsOffered],
        "offers looked at": asked[interviews.OfferOpened],
        "invites": mails[True][notifications.MessageKind.INVITE],
        "updates of invites": mails[True][notifications.MessageKind.UPDATE],
        "invites taken back": mails[True][notifications.MessageKind.CANCEL],
        "reminders": mails[True][notifications.MessageKind.REMINDER],
        "questions asked": asked[rounds.QuestionAsked],
        "reviews": submitted(evidence, rounds.FeedbackKind.REVIEW),
        "opened to the candidate": asked[rounds.RevealedToCandidate],
        "decisions told to them": told(evidence, rounds.Side.COMPANY),
        "matches": asked[rounds.MatchReached],
        "feedback received": asked[rounds.CandidateFeedbackReleased],
        "promises kept": promises_kept(evidence),
        "promises broken, and said so": asked[candidate_updates.CandidateUpdateOverdue],
        "mails to candidates": sum(mails[True].values()),
    }


def events(evidence: Evidence) -> Counter[type[Event]]:
    return Counter(type(one.data) for one in evidence.records if one.data is not None)


def sent(evidence: Evidence) -> dict[bool, Counter[str]]:
    """Mails by kind; True are those to candidates."""
    hoped = {event.candidate_id for _, event in evidence.of(applications.ApplicationOpened)}
    found: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for _, event in evidence.of(notifications.NotificationSent):
        found[event.notification.person_id in hoped][event.notification.kind] += 1
    return found


def submitted(evidence: Evidence, kind: rounds.FeedbackKind) -> int:
    return sum(event.kind == kind for _, event in evidence.of(rounds.FeedbackSubmitted))


def told(evidence: Evidence, side: rounds.Side) -> int:
    """How many decisions of this side became known."""
    known = set()
    for _, event in evidence.of(rounds.RoundEvent):
        pair = event.round.pair
        one = pair.company if side == rounds.Side.COMPANY else pair.candidate
        if one.told is not None and one.told.decision != rounds.Decision.NONE:
            known.add((event.aggregate_id, pair.number))
    return len(known)


def promises_kept(evidence: Evidence) -> int:
    """Dates by which a word was due, and before which one was given."""
    kept = 0
    due: dict[str, datetime | None] = {}
    for record, event in evidence.of(candidate_updates.ApplicationClockEvent):
        known = due.get(event.aggregate_id)
        spoken = isinstance(event, candidate_updates.CandidateUpdated)
        kept += known is not None and spoken and record.happened_at <= known
        due[event.aggregate_id] = event.application.next_word_due_at
    return kept


def seconds_to_mail(evidence: Evidence, said: Mapping[str, float]) -> list[float]:
    """From an event to the mails that told it at once: `NotificationSent` names what it told. Where the
    event came of one of the ATS's, by its trace, from when that was sent.
    """
    arrived = {mail.message_id.strip("<>").partition("@")[0]: mail for mail in evidence.mails}
    told_by = {
        (record.type, record.key, record.data.revision): record
        for record in evidence.records
        if record.data is not None
    }
    sent_by_ats = _sent_by_ats(evidence, said)
    waits = []
    for _, event in evidence.of(notifications.NotificationSent):
        mail = arrived.get(event.notification.notification_id)
        causes = [
            record
            for one in event.notification.told
            if (record := told_by.get((one.type, one.aggregate_id, one.revision))) is not None
        ]
        if mail is not None and causes and mail.received_at < causes[0].happened_at + MOMENT:
            waits.append(max(0.0, mail.wall - min(_began(one, sent_by_ats) for one in causes)))
    return sorted(waits)


def _began(cause: Record, sent_by_ats: Mapping[str, tuple[float, datetime]]) -> float:
    """A timer carries the trace of what set it, long ago."""
    match = TRACE.match(cause.trace or "")
    wall, at = sent_by_ats.get(match[1] if match is not None else "", (cause.wall, cause.time))
    return wall if at is not None and cause.happened_at < at + MOMENT else cause.wall


def _sent_by_ats(
    evidence: Evidence, said: Mapping[str, float]
) -> dict[str, tuple[float, datetime]]:
    """By trace: when the machine sent its first record, and when that was in the day."""
    sent: dict[str, tuple[float, datetime]] = {}
    for record in evidence.records:
        match = TRACE.match(record.trace or "")
        from_ats = ATS in TOPICS[record.topic].owners
        if from_ats and match is not None and record.time is not None and match[1] in said:
            sent[match[1]] = (said[match[1]], record.time)
    return sent


def quantile(values: Sequence[float], share: float) -> float | None:
    if not values:
        return None
    return round(values[min(len(values) - 1, int(len(values) * share))], 3)


def in_words(told_of: Report) -> RenderableType:
    """Two columns, the company's day and the candidates'; then how fast it went, and what held."""
    sides = Table.grid(padding=(0, 6))
    sides.add_row(
        _column("The company’s day", told_of["company"]),
        _column("The candidates’ day", told_of["candidates"]),
    )
    return Padding(Group(sides, Text(), _pace(told_of), Text(), _verdict(told_of)), (1, 2))


def _column(title: str, rows: Mapping[str, int]) -> Table:
    table = Table(box=None, show_header=True, padding=(0, 1), pad_edge=False)
    table.add_column(title, min_width=26)
    table.add_column("", justify="right")
    for what, count in rows.items():
        table.add_row(what, str(count), style="" if count else "dim")
    return table


def _pace(told_of: Report) -> Text:
    pace = told_of["event_to_mail"]
    words = (
        f"{told_of['records']} records and {told_of['jumps']} jumps of the clock "
        f"in {told_of['seconds']:.0f} s. "
    )
    if pace["p50_seconds"] is None or pace["p99_seconds"] is None:
        return Text(words + "No mail told an event at once.")
    return Text(
        f"{words}From an event to its mail: {pace['p50_seconds'] * 1000:.0f} ms (p50), "
        f"{pace['p99_seconds'] * 1000:.0f} ms (p99), over {pace['mails']} mails."
    )


def _verdict(told_of: Report) -> Table:
    broken = Counter(one["invariant"] for one in told_of["violations"])
    table = Table.grid(padding=(0, 2))
    for name in told_of["invariants"]:
        if count := broken[name]:
            table.add_row(Text("broken", style="bold red"), f"{name}: {count} times")
        else:
            table.add_row(Text("holds", style="green"), name)
    for one in told_of["violations"][:MOST_SHOWN]:
        table.add_row("", Text(f"{one['invariant']}: {one['what']}", style="red"))
    return table
