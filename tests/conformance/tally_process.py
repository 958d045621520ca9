"""A process made of a service's consumer and timers over the tally, or a relay; `PARLEY_FAILPOINT` may end it."""

import asyncio
import os
import signal
import sys
from typing import Any

from fastapi import FastAPI
from tests.conformance.tally import Plumbing, subscriptions, tally_store


async def consume(service: str) -> None:
    plumbing = Plumbing(service)
    plumbing.logs.configure("INFO", service)
    dsn = os.environ["TALLY_DSN"]
    pool = await plumbing.database.connect(dsn, size=5, name=service)
    clock = plumbing.clock.RealClock()
    batch = plumbing.batch.Batch(pool, tally_store(plumbing), subscriptions(plumbing), clock)
    consumer = plumbing.consumer.Consumer(
        bootstrap=os.environ["TALLY_KAFKA"],
        group=os.environ["TALLY_PREFIX"] + service,
        topics=["ats.applications.v1"],
        prefix=os.environ["TALLY_PREFIX"],
        ingest=batch.ingest,
        decode_ahead=batch.decode_ahead,
        session_timeout_ms=6_000,
        heartbeat_interval_ms=1_000,
    )
    await run(plumbing, consumer, pool)


async def run(plumbing: Plumbing, consumer: Any, pool: Any) -> None:
    async def alive() -> bool:
        return bool(consumer.alive())

    async def ready() -> bool:
        return bool(consumer.ready()) and await pool.fetchval("select true") is True

    pages = FastAPI()
    pages.include_router(plumbing.probes.router(alive=alive, ready=ready, started=ready))
    server = plumbing.http.server(pages)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    with plumbing.http.listen("127.0.0.1", int(os.environ["TALLY_PORT"])) as door:
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve(sockets=[door]))
            group.create_task(consumer.run())
            await stopped.wait()
            consumer.stop()
            server.should_exit = True
    await pool.close()


async def relay() -> None:
    from relay import logs  # noqa: PLC0415 - a consumer's process has no relay in it
    from relay.app import serve  # noqa: PLC0415 - as above
    from relay.config import Settings  # noqa: PLC0415 - see above

    logs.configure("INFO", "relay")
    await serve(Settings())


if __name__ == "__main__":
    name = sys.argv[1]
    asyncio.run(relay() if name == "relay" else consume(name))
