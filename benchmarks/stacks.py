"""Where a service's time goes while it takes records in: py-spy's samples, added up by what they are for."""

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks.ingest import Ingest

RATE = 250
"""Samples a second: few enough that what is watched is hardly slower."""
PARTS = (
    ("decode records", ("decode (parley_contracts/cloudevents.py",)),
    ("traces", ("(opentelemetry/", "adapters/traces.py")),
    ("claim", ("adapters/inbox.py",)),
    ("ask what is needed", ("needs (", "needs_of", "union (", "_ask_again")),
    ("read and lock rows", ("_load (",)),
    ("use cases and domain", ("_run (", "/use_cases/", "/domain/", "finish (")),
    ("encode and write rows", ("remove (", "write (", "flush (")),
    ("encode and append events", ("adapters/outbox.py",)),
    ("the batch itself", ("adapters/batch.py", "adapters/transaction.py")),
    ("Kafka client", ("aiokafka/", "(kafka/", "faststream/", "adapters/consumer.py")),
)
"""The first whose mark stands in a stack's frames has the sample; from the finest to the widest."""

A_WAITING_THREAD = "Queue.get (queue.py"
"""One that serves files, and has none to serve."""


async def measure(one: Ingest) -> Mapping[str, float]:
    """Share of each part, of all samples that were taken while something was done."""
    await one.prepare()
    async with one.as_ours() as stage:
        (consumer,) = [p for p in stage.system.programs.values() if p.arguments[-1] == "consume"]
        file = one.rig.folder / f"{stage.name}.stacks"
        spy = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("py-spy"),
            *["record", "--pid", str(consumer.process.pid if consumer.process else 0)],
            *["--rate", str(RATE), "--format", "raw", "--output", str(file), "--duration", "600"],
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await one.timed(stage, one.records(), moving=one.span)
        spy.send_signal(signal.SIGINT)
        await spy.wait()
    return shares(file.read_text(encoding="utf-8").splitlines())


def shares(stacks: Iterable[str]) -> dict[str, float]:
    """Lines are `frame;frame;… count`, the outermost first."""
    found: Counter[str] = Counter()
    for line in stacks:
        stack, _, count = line.rpartition(" ")
        if A_WAITING_THREAD in stack:
            continue
        found[part_of(stack)] += int(count)
    total = sum(found.values())
    return {name: count / total for name, count in found.most_common()}


def part_of(stack: str) -> str:
    if "importlib" in stack or "warm_up (" in stack:
        return "start"
    if "asyncio/runners.py" in stack.rpartition(";")[2]:
        return "the event loop itself"
    return next((name for name, marks in PARTS if any(m in stack for m in marks)), "all else")
