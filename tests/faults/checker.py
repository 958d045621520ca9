"""Names what is wrong with a history, by the words of REL-02; a history without a finding is a good one.

It knows no service's code: only what was asked and acknowledged, what transactions wrote (triggers
of ours saw it), what is on Kafka, in inboxes and tables, and what mails came.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.faults.history import Claimed, Command, Emitted, History

from parley_contracts.interviews import InterviewBooked, InterviewEvent, InterviewRescheduled
from parley_contracts.rounds import FeedbackSubmitted
from parley_local.demo import invariants
from parley_local.demo.evidence import Record
from parley_local.demo.seals import seals

OURS = "parley/"
EFFECTS: Mapping[tuple[str, str], frozenset[str]] = {
    ("book", "cancel"): frozenset({"parley.interview.cancelled.v1"}),
    ("seat", "decline"): frozenset(
        {"parley.interview.seat-declined.v1", "parley.interview.interviewer-replaced.v1"}
    ),
    ("prepare", "ask"): frozenset({"parley.round.question-asked.v1"}),
    ("prepare", "answer"): frozenset({"parley.round.question-answered.v1"}),
    ("prepare", "read"): frozenset({"parley.round.preparation-read.v1"}),
    ("scorecard", "card"): frozenset(
        {"parley.round.feedback-submitted.v1", "parley.round.feedback-amended.v1"}
    ),
    ("review", "review"): frozenset({"parley.round.feedback-submitted.v1"}),
    ("review", "nothing"): frozenset({"parley.round.feedback-submitted.v1"}),
    ("release", "release"): frozenset({"parley.round.candidate-feedback-released.v1"}),
}
"""By page and action of an acknowledged form: one of these events tells that it was done."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    kind: str
    what: str


def check(history: History) -> list[Finding]:
    return [Finding(kind, what) for kind, findings in CHECKS.items() for what in findings(history)]


def lost(history: History) -> Iterator[str]:
    """Acknowledged, or committed, and nowhere to be found."""
    on_kafka = {(one.source, one.id) for one in history.records}
    ids = {one.id for one in history.records}
    for said in history.said:
        if said.id not in ids:
            yield f"{said.id} was acknowledged by the broker and is not on {said.topic}"
    for transaction, rows in _transactions(history).items():
        missing = [one for one in rows if (f"{OURS}{one.service}", one.id) not in on_kafka]
        if len(missing) == len(rows):
            yield f"{len(rows)} events of {transaction} never came to Kafka: {_name(rows[0])}"
    for command in history.commands:
        if command.acknowledged and not _has_effect(history, command):
            yield f"{command.purpose}/{command.action} of {command.about} was acknowledged, and nothing came of it"


def torn(history: History) -> Iterator[str]:
    """Part of what one transaction did, or of what one aggregate went through."""
    on_kafka = {(one.source, one.id) for one in history.records}
    for transaction, rows in _transactions(history).items():
        there = [one for one in rows if (f"{OURS}{one.service}", one.id) in on_kafka]
        if 0 < len(there) < len(rows):
            yield f"{len(there)} of the {len(rows)} events of {transaction} are on Kafka"
    for stream, revisions in _revisions(history).items():
        if gaps := sorted(set(range(1, max(revisions) + 1)) - set(revisions)):
            yield f"{stream} never had revision {gaps[0]}"
    yield from invariants.bookings_as_published(history.evidence)


def duplicate_effect(history: History) -> Iterator[str]:
    """Done twice: a state, a claim, a form's effect or a mail."""
    for stream, revisions in _revisions(history).items():
        for revision, count in Counter(revisions).items():
            if count > 1:
                yield f"{stream} had revision {revision} {count} times"
    claims = Counter((one.service, one.source, one.id) for one in history.claimed)
    yield from (
        f"{claim} was claimed {count} times" for claim, count in claims.items() if count > 1
    )
    yield from _submitted_twice(history)
    yield from invariants.mail_once(history.evidence, copies_allowed=history.copies_allowed)
    yield from invariants.told_once(history.evidence)


def order_inversion(history: History) -> Iterator[str]:
    """Of one key, what was written later came earlier; repeats of what is there already do not count."""
    seqs = {(f"{OURS}{one.service}", one.id): one.seq for one in history.emitted}
    last: dict[tuple[str, str, str], int] = {}
    seen: set[tuple[str, str]] = set()
    for record in history.records:
        if record.source is None or record.id is None or (record.source, record.id) in seen:
            continue
        seen.add((record.source, record.id))
        seq = seqs.get((record.source, record.id))
        if seq is None:
            continue
        stream = (record.topic, record.source, record.key)
        if seq < last.get(stream, 0):
            yield f"{record.type} of {record.key} came after what was written later"
        last[stream] = max(seq, last.get(stream, 0))


def poll_skip(history: History) -> Iterator[str]:
    """A record that a consumer passed by: one of a type that it takes, and neither claimed nor a repeat."""
    claims: dict[str, set[tuple[str, str]]] = defaultdict(set)
    digests: dict[str, set[bytes]] = defaultdict(set)
    for one in history.claimed:
        claims[one.service].add((one.source, one.id))
        digests[one.service].add(one.digest)
    for service, topics in history.consumed.items():
        read = [one for one in history.records if one.topic in topics and _is_event(one)]
        if read and not claims[service]:
            yield f"{service} has claimed nothing, of {len(read)} events on its topics"
        taken = {one.type for one in read if (one.source, one.id) in claims[service]}
        for record in read:
            known = (record.source, record.id) in claims[service]
            if record.type in taken and not known and record.digest not in digests[service]:
                yield f"{service} passed by {record.type} {record.id} of {record.topic}"


def aborted_read(history: History) -> Iterator[str]:
    """On Kafka, and no transaction that was committed wrote it (G1a)."""
    written = {(f"{OURS}{one.service}", one.id) for one in history.emitted}
    for record in history.records:
        ours = record.source is not None and record.source.startswith(OURS)
        if ours and (record.source, record.id) not in written:
            yield f"{record.type} {record.id} is on Kafka and in no transaction"


def double_booking(history: History) -> Iterator[str]:
    yield from invariants.no_double_booking(history.evidence)


def crossed_seal(history: History) -> Iterator[str]:
    yield from seals(history.evidence)


def calendar_differs(history: History) -> Iterator[str]:
    yield from invariants.every_calendar_right(history.evidence)


def stuck(history: History) -> Iterator[str]:
    """Still waiting when all is quiet."""
    yield from invariants.nothing_undone(history.evidence)


def wrongly_kept(history: History) -> Iterator[str]:
    """Dead letters of good records, and broken records that nobody keeps or answers."""
    yield from invariants.only_broken_dead_lettered(history.evidence)


def deadlock(history: History) -> Iterator[str]:
    """Locks are taken in one order everywhere, so that no two transactions ever wait for each other."""
    for service, count in history.deadlocks.items():
        if count:
            yield f"{count} in {service}'s database"


CHECKS = {
    "lost": lost,
    "torn": torn,
    "duplicate-effect": duplicate_effect,
    "order-inversion": order_inversion,
    "poll-skip": poll_skip,
    "G1a": aborted_read,
    "double-booking": double_booking,
    "crossed-seal": crossed_seal,
    "calendar-differs": calendar_differs,
    "stuck": stuck,
    "wrongly-kept": wrongly_kept,
    "deadlock": deadlock,
}


def _transactions(history: History) -> Mapping[str, list[Emitted]]:
    found: dict[str, list[Emitted]] = defaultdict(list)
    for one in history.emitted:
        found[f"transaction {one.transaction} of {one.service}"].append(one)
    return found


def _revisions(history: History) -> Mapping[str, list[int]]:
    """What was written, by stream of states."""
    found: dict[str, list[int]] = defaultdict(list)
    for one in history.emitted:
        if one.revision is not None:
            found[f"{one.key} on {one.topic}"].append(one.revision)
    return found


def _submitted_twice(history: History) -> Iterator[str]:
    """A card or a review is given once; what is written later amends it."""
    submitted = {
        record.id: (event.aggregate_id, event.person_id, event.session_id, event.kind)
        for record, event in history.evidence.of(FeedbackSubmitted)
    }
    given = Counter(submitted.values())
    yield from (
        f"{about} was submitted {count} times" for about, count in given.items() if count > 1
    )


def _has_effect(history: History, command: Command) -> bool:
    match command.purpose, command.action:
        case "book", "slot":
            return _starts(history, command, (InterviewBooked,))
        case "book", "move":
            return _starts(history, command, (InterviewRescheduled, InterviewBooked))
        case known if known in EFFECTS:
            wanted = EFFECTS[known]
            return any(one.type in wanted for one in history.emitted if one.key == command.about)
        case _:
            return True


def _starts(history: History, command: Command, events: tuple[type[InterviewEvent], ...]) -> bool:
    """Some event of the kind says that it begins when the form said."""
    wished = datetime.fromisoformat(command.form["starts_at"][0])
    return any(
        isinstance(one.data, events)
        and one.data.aggregate_id == command.about
        and any(session.starts_at == wished for session in one.data.interview.sessions)
        for one in history.records
    )


def _is_event(record: Record) -> bool:
    return record.broken is None and record.data is not None


def _name(row: Emitted) -> str:
    return f"{row.type} of {row.key}"


def by_kind(findings: Sequence[Finding]) -> Counter[str]:
    return Counter(one.kind for one in findings)


__all__ = ["CHECKS", "Claimed", "Finding", "by_kind", "check"]
