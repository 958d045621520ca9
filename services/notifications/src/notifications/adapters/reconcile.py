"""Compares what the topics hold with what this database has told and seen, and mends where they differ.

A database that was put back knows less than it has told, and less than its offsets say that it has read.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from notifications.adapters.answer import Answer
from notifications.adapters.kafka import Kafka
from notifications.adapters.missed import Intake, Missed
from notifications.adapters.snapshot import AT_ONCE, Owner
from notifications.adapters.timer_runner import TimerRunner
from notifications.adapters.told import Heard, Lost, Told, ids_of, listen
from notifications.working_set import Restate, WorkingSet

W = TypeVar("W", bound=WorkingSet)

BEHIND = "{count} are behind what their topic has told: this database was put back"
UNSEEN = "{count} records are behind the committed offsets and were never seen by this database: it was put back"
LOST = "{count} keys lack events that were published: the broker lost them; stop the relay, then `relay republish --since {since}`"
GONE = "{count} are on the topic and cannot be made again here: what asked for them is on no topic any more"
HEALED = (
    "What people did on pages in the time that was lost is gone, and nobody can make it up: look at what is"
    " listed as healed, with whoever it concerns."
)


@dataclass(frozen=True)
class Found:
    """What differs."""

    told: Told
    lost: Lost
    missed: Missed
    behind: Mapping[str, Mapping[str, Heard]]

    @property
    def clean(self) -> bool:
        return not (self.behind or self.lost.keys or self.missed.keys)


Recall = Callable[[Told], Awaitable[None]]
"""What a service remembers of what its own topic says, before it takes in again what led to it."""


@dataclass(frozen=True)
class Reconciliation(Generic[W]):
    service: str
    kafka: Kafka
    owner: Owner[W]
    intake: Intake[W]
    runner: TimerRunner[W]
    recall: Recall | None = None

    async def find(self) -> Found:
        streams = self.owner.streams
        told, lost = await listen(
            self.kafka,
            self.owner.pool,
            service=self.service,
            source=self.owner.store.source,
            stateless=[one.topic for one in streams if one.stateless],
        )
        behind = {}
        for stream in streams:
            differ = told.behind(stream.topic, await self.owner.revisions(stream))
            if differ:
                behind[stream.topic] = differ
        return Found(told, lost, await self.intake.missed(), behind)

    async def heal(self, found: Found, *, now: datetime) -> dict[str, Sequence[str]]:
        """Inputs first, then what is due, so that each state comes as far as it can by itself; only
        then is it told, above all that its topic has told. Readers follow the last state, and none between.
        """
        if self.recall is not None:
            await self.recall(found.told)
        await self.intake.take_in(found.missed)
        if any(not one.stateless for one in self.owner.streams):
            while await self.runner.fire_due(now=now):
                continue
        return await self._lift(found.behind, now=now)

    async def _lift(
        self, behind: Mapping[str, Mapping[str, Heard]], *, now: datetime
    ) -> dict[str, Sequence[str]]:
        lifted: dict[str, Sequence[str]] = {}
        for stream in self.owner.streams:
            messages = [
                Restate(key, above=heard.revision, generation=heard.generation)
                for key, heard in behind.get(stream.topic, {}).items()
            ]
            for start in range(0, len(messages), AT_ONCE):
                await self.owner.restate(stream, messages[start : start + AT_ONCE], now=now)
            if messages:
                lifted[stream.topic] = [one.aggregate_id for one in messages]
        return lifted


def answer(found: Found) -> Answer:
    """Ids only."""
    report = {
        "behind_own_topic": ids_of(found.behind),
        "missing_on_topic": dict(found.lost.keys),
        "never_seen": {topic: sorted(keys) for topic, keys in sorted(found.missed.keys.items())},
    }
    return Answer(report, _warnings(found), status=0 if found.clean else 1)


def healed(before: Found, lifted: Mapping[str, Sequence[str]], left: Found) -> Answer:
    after = answer(left)
    unseen = {topic: sorted(keys) for topic, keys in sorted(before.missed.keys.items())}
    mended = {
        "healed": {
            topic: [key for key in keys if key not in left.behind.get(topic, {})]
            for topic, keys in lifted.items()
        },
        "taken_in_again": unseen,
    }
    warnings = list(after.warnings)
    gone = sum(len(keys) for keys in left.behind.values())
    if gone:
        warnings.append(GONE.format(count=gone))
    notes = (HEALED,) if lifted else ()
    return Answer({**mended, **after.report}, tuple(warnings), after.status, notes)


def _warnings(found: Found) -> tuple[str, ...]:
    said = []
    if found.behind:
        said.append(BEHIND.format(count=sum(map(len, found.behind.values()))))
    if found.missed.keys:
        count = sum(sum(by_key.values()) for by_key in found.missed.keys.values())
        said.append(UNSEEN.format(count=count))
    if found.lost.keys and found.lost.since is not None:
        count = sum(len(keys) for keys in found.lost.keys.values())
        said.append(LOST.format(count=count, since=found.lost.since.isoformat()))
    return tuple(said)
