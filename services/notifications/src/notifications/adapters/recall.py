"""Before a database that was put back takes in again what it missed: which mails have gone out meanwhile, as our topic says."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from notifications.adapters.database import Pool
from notifications.adapters.told import Told
from notifications.adapters.transaction import Store, run_steps, with_retries
from notifications.ports import Clock, Work
from notifications.working_set import Step, UseCase
from parley_contracts.notifications import NotificationEvent

NOT_DONE = """
select told.id from unnest($1::text[]) as told (id)
left join message on message.id = told.id
where message.id is null or message.status = 'queued'
"""
AT_ONCE = 200

Events = Sequence[NotificationEvent]


@dataclass(frozen=True)
class Recall:
    pool: Pool
    store: Store[Work]
    use_case: UseCase[NotificationEvent, Work]
    clock: Clock

    async def __call__(self, told: Told) -> None:
        spelled = iter(told.events)
        while some := list(islice(spelled, AT_ONCE)):
            events = [model.model_validate_json(raw) for model, raw in some]
            await self._recall([one for one in events if isinstance(one, NotificationEvent)])

    async def _recall(self, events: Events) -> None:
        rows = await self.pool.fetch(NOT_DONE, [one.notification.notification_id for one in events])
        open_ids = {row["id"] for row in rows}
        if lost := [one for one in events if one.notification.notification_id in open_ids]:
            await self._remember(lost)

    async def _remember(self, events: Events) -> None:
        steps = [Step(one, self.use_case) for one in events]

        async def attempt() -> None:
            async with self.pool.acquire() as connection, connection.transaction():
                await run_steps(connection, self.store, steps, now=self.clock.now())

        await with_retries(attempt)
