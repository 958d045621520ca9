"""What failed and waits for an operator: dead letters, and timers that are parked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from feedback.adapters import dead_letter
from feedback.adapters.answer import Answer, Report
from feedback.adapters.batch import Batch, NotTaken, StillBroken
from feedback.adapters.database import Pool

PARKED = """
select kind, aggregate_id, due_at, parked_at, parked_reason from timer
where parked_at is not null
order by parked_at, kind, aggregate_id
"""
RETRY = """
with again as (
    update timer set parked_at = null, parked_reason = null
    where parked_at is not null
        and ($1::text is null or kind = $1) and ($2::text is null or aggregate_id = $2)
    returning kind
)
select count(*), pg_notify('timer', '') from again
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Letters by id, or by topic and reason; all of them where nothing is named."""

    ids: Sequence[int] = ()
    topic: str | None = None
    reason: str | None = None
    after: int = 0


async def letters(pool: Pool, chosen: Chosen) -> list[Report]:
    """The oldest first; without what they hold."""
    async with pool.acquire() as connection:
        found = await dead_letter.listed(
            connection, topic=chosen.topic, reason=chosen.reason, after=chosen.after
        )
    return [{name: getattr(one, name) for name in one.__slots__} for one in found]


async def redrive(batch: Batch[Any], chosen: Chosen) -> Answer:
    """Each once more through the shell, in a transaction of its own; where it fails again it stays, and this says why."""
    done: list[int] = []
    stay: dict[str, str] = {}
    for letter_id in await _ids(batch.pool, chosen):
        try:
            if await batch.redrive(letter_id):
                done.append(letter_id)
        except StillBroken as broken:
            stay[str(letter_id)] = f"the contracts refuse it as before: {broken}"
        except NotTaken:
            stay[str(letter_id)] = "nothing in this version takes it: is it an earlier one?"
        except Exception as bug:  # noqa: BLE001 - what broke once may break again, and stays kept
            stay[str(letter_id)] = f"it failed again: {type(bug).__name__}"
    return _ended("redriven", done, stay, chosen)


async def discard(pool: Pool, chosen: Chosen) -> Answer:
    done = []
    for letter_id in await _ids(pool, chosen):
        async with pool.acquire() as connection:
            if await dead_letter.discard(connection, letter_id):
                done.append(letter_id)
    return _ended("discarded", done, {}, chosen)


async def parked(pool: Pool) -> list[Report]:
    """Timers that failed and were tried singly, the longest parked first."""
    return [dict(row) for row in await pool.fetch(PARKED)]


async def retry(pool: Pool, kind: str | None, aggregate_id: str | None) -> Answer:
    """They are due as before, and whoever leads the timers runs them now; those that fail again are parked again."""
    count = await pool.fetchval(RETRY, kind, aggregate_id)
    return Answer({"due_again": count})


async def _ids(pool: Pool, chosen: Chosen) -> Sequence[int]:
    if chosen.ids:
        return sorted(chosen.ids)
    async with pool.acquire() as connection:
        return await dead_letter.ids(connection, topic=chosen.topic, reason=chosen.reason)


def _ended(word: str, done: Sequence[int], stay: Report, chosen: Chosen) -> Answer:
    gone = sorted({*chosen.ids} - {*done} - {int(one) for one in stay})
    warnings = [f"dead letter {one} stays: {why}" for one, why in stay.items()]
    if gone:
        named = ", ".join(map(str, gone))
        warnings.append(f"there is no such dead letter: {named}; it may have been ended before")
    return Answer({word: len(done), "stay": len(stay)}, tuple(warnings), int(bool(warnings)))
