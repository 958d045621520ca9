"""Each benchmark by its name: what it runs, and the rows that come of it."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from benchmarks import (
    booking,
    flow,
    footprint,
    growth,
    latency,
    relaying,
    slots,
    stacks,
    timers,
    volume,
    year,
)
from benchmarks.day import Day, in_turn
from benchmarks.ingest import Ingest, Sample
from benchmarks.pages import reading
from benchmarks.report import Row, median, spread
from benchmarks.rig import Rig
from parley_local.demo.system import SERVICES

SIZES = (10**4, 10**5, 10**6, 10**7)
PAGE_SECONDS = 20
A_YEAR = 10_000


@dataclass(frozen=True, slots=True)
class Setting:
    rig: Rig
    day: Day
    rounds: int
    days: int
    """Copies of the demo's day side by side: 60 interviews each."""

    @property
    def interviews(self) -> int:
        return 60 * self.days


Bench = Callable[[Setting], Awaitable[list[Row]]]


async def ingest(setting: Setting) -> list[Row]:
    rows = []
    for service in SERVICES:
        rows += await ingest_of(setting, service)
    return rows


async def ingest_of(setting: Setting, service: str) -> list[Row]:
    one = Ingest(setting.rig, setting.day, service, setting.days)
    ours, two, raw, naive, crowded = [], [], [], [], []
    writes = await one.prepare()
    for _ in range(setting.rounds):
        ours.append(await one.ours())
        raw.append(await one.raw(writes))
        two.append(await one.ours(processes=2))
        naive.append(await one.naive(writes))
        crowded.append(await one.crowded_naive(writes))
    hot = Ingest(setting.rig, setting.day, service, setting.days, shared_staff=True)
    shared = await hot.ours()
    beside_raw, beside_naive = ratio(ours, raw), ratio(ours, naive)
    return [
        Row(f"ingest {service} beside a raw loop", beside_raw, ours=rates(ours), beside=rates(raw), at_least=0.5,
            chart="ingest", place=service, points={
                "ours": middle(ours), "ours, two processes": middle(two), "raw loop": middle(raw), "one by one": middle(naive)}),
        Row(f"ingest {service} beside one by one", beside_naive, ours=rates(ours), beside=rates(naive), at_least=20),
        Row(f"ingest {service} beside one by one that has pages and timers beside it too", ratio(ours, crowded), ours=rates(ours), beside=rates(crowded)),
        Row(f"ingest {service}, two processes beside one", ratio(two, ours), at_least=1.15, cores=median([one.cores for one in two]),
            ours=f"{rates(two)}, {median([one.cores for one in two]):.0%} of the cores busy", beside=rates(ours)),
        Row(f"ingest {service}, the same interviewers everywhere", shared.rate, "ev/s"),
    ]  # fmt: skip


def middle(samples: Sequence[Sample]) -> float:
    return median([one.rate for one in samples])


def rates(samples: Sequence[Sample]) -> str:
    return spread([one.rate for one in samples]) + " ev/s"


def ratio(ours: Sequence[Sample], beside: Sequence[Sample]) -> float:
    return middle(ours) / middle(beside)


async def timer(setting: Setting) -> list[Row]:
    rows = []
    for service in SERVICES:
        one = Ingest(setting.rig, setting.day, service, setting.days)
        await one.prepare()
        sample = await timers.measure(one)
        mails = f", and the {sample.mails:,} mails that came of them" if sample.mails else ""
        told = f"{sample.fired:,} in {sample.seconds:.1f} s{mails}"
        rows.append(Row(f"timers of {service}, due at once", sample.rate, "timers/s", ours=told))
    return rows


async def leftover(setting: Setting) -> list[Row]:
    rows = []
    for service in SERVICES:
        days = max(1, setting.days // 4)
        one = Ingest(setting.rig, setting.day, service, days)
        sample = await volume.measure(one, 60 * days)
        told = ", ".join(
            f"{name} {count / sample.interviews:.1f} rows, {size / sample.interviews / 1000:.1f} kB"
            for name, (count, size) in sample.tables.items()
        )
        rows.append(
            Row(
                f"an interview in {service}'s database",
                sample.bytes_of_each / 1000,
                "kB",
                ours=told,
            )
        )
    return rows


async def a_year(setting: Setting) -> list[Row]:
    """Of so many interviews whatever `--days` says, once for each service."""
    days = -(-A_YEAR // 60)
    rows = []
    for service in SERVICES:
        sample = await year.measure(Ingest(setting.rig, setting.day, service, days))
        cpu = ", ".join(
            f"{re.sub('-.*', '', name)} {used:.0f} s" for name, used in sample.cpu.items()
        )
        told = f"{sample.records:,} records in, {sample.published:,} out; of processors {cpu}; {sample.bytes / 1e6:,.0f} MB"
        rows.append(
            Row(f"{60 * days:,} interviews through {service}", sample.seconds, "s", ours=told)
        )
    return rows


async def where(setting: Setting) -> list[Row]:
    rows = []
    for service in SERVICES:
        one = Ingest(setting.rig, setting.day, service, setting.days)
        parts = await stacks.measure(one)
        told = ", ".join(f"{name} {100 * share:.0f} %" for name, share in parts.items())
        rows.append(Row(f"where {service}'s time goes", len(parts), "parts", ours=told))
    return rows


async def hop(setting: Setting) -> list[Row]:
    """Feedback's, which has the most to say."""
    one = Ingest(setting.rig, setting.day, "feedback", 1)
    writes = await one.prepare()
    rows = []
    for rate, seconds in ((50, 30), (500, 12), (2000, 12)):
        count = rate * seconds
        own = setting.day.told_to(one.topics)
        wanted = list(islice(in_turn(own, count // len(own) + 1), count))
        async with one.as_ours() as stage:
            ours = await latency.measure(stage, wanted, rate=rate)
        async with one.as_raw(writes) as stage:
            raw = await latency.measure(stage, wanted, rate=rate)
        told = [f"p50 {s.p50_ms:.0f}, p99 {s.p99_ms:.0f} ms of {s.hops}" for s in (ours, raw)]
        value = ours.p99_ms / max(1.0, raw.p99_ms)
        rows.append(
            Row(f"one hop at {rate} ev/s, p99", value, ours=told[0], beside=told[1], at_most=1.5,
                chart="latency", place=f"{rate} ev/s", points={
                    "ours p50": ours.p50_ms, "ours p99": ours.p99_ms, "raw p50": raw.p50_ms, "raw p99": raw.p99_ms})
        )  # fmt: skip
    return rows


async def relay(setting: Setting) -> list[Row]:
    ours, bare = [], []
    await relaying.ours(setting.rig)  # not counted: the broker has not met such batches yet
    await relaying.bare(setting.rig)
    for _ in range(setting.rounds):
        ours.append(await relaying.ours(setting.rig))
        bare.append(await relaying.bare(setting.rig))
    value = median(ours) / median(bare)
    return [Row("relay beside bare send_batch", value, ours=spread(ours) + " rows/s", beside=spread(bare) + " rows/s", at_least=0.45)]  # fmt: skip


async def slot_search(setting: Setting) -> list[Row]:
    rows = []
    for interviewers in (10, 50, 100, 1000):
        one = await slots.measure(setting.rig, interviewers)
        bound = 2.0 if interviewers == 50 else None
        rows.append(
            Row(f"slots of a panel of 3 over {interviewers} interviewers, 30 days", one.ratio,
                ours=f"{one.search_ms:.1f} ms, {one.starts} starts; {one.first_ms:.0f} ms the first time", beside=f"{one.rows_ms:.1f} ms", at_most=bound,
                chart="slots", place=f"{interviewers} interviewers",
                points={"search": one.search_ms, "the first time": one.first_ms, "rows alone": one.rows_ms})
        )  # fmt: skip
    return rows


async def bookers(setting: Setting) -> list[Row]:
    rows = []
    for seats in (1, 3):
        samples = await booking.measure(setting.rig, seats=seats)
        assert all(one.winners == 1 for one in samples), samples
        assert not any(one.deadlocks for one in samples), samples
        ours, bare = [s.ours_ms for s in samples], [s.bare_ms for s in samples]
        rows.append(
            Row(f"50 bookers of one slot, {seats} seats", median(ours) / median(bare),
                ours=spread(ours) + " ms", beside=spread(bare) + " ms", at_most=3)
        )  # fmt: skip
    return rows


async def processes(setting: Setting) -> list[Row]:
    rows = []
    for one in await footprint.measure(setting.rig, setting.day):
        rows += [
            Row(f"{one.program}: memory under load", one.load_mib, "MiB", ours=f"{one.rest_mib:.0f} MiB at rest", at_most=150),
            Row(f"{one.program}: start to /livez", one.live_seconds, "s", at_most=3),
            Row(f"{one.program}: start to /readyz", one.ready_seconds, "s", at_most=10),
            Row(f"{one.program}: CPU at rest", 100 * one.rest_cpu, "%", at_most=1),
        ]  # fmt: skip
    return rows


async def whole_flow(setting: Setting) -> list[Row]:
    one = await flow.measure(setting.rig, rate=50, seconds=30)
    told = f"p50 {one.p50_ms:.0f} ms of {one.mails} mails"
    return [
        Row("ATS request to mail at 50 ev/s, p99", one.p99_ms / 1000, "s", ours=told, at_most=1)
    ]


async def history(setting: Setting) -> list[Row]:
    ingest = Ingest(setting.rig, setting.day, "feedback", max(1, setting.days // 5))
    samples = await growth.measure(ingest, SIZES, setting.rounds)
    first = samples[0]
    return [
        Row(f"cost of an event over {one.rows:,} rows of history", one.cpu_us / first.cpu_us,
            ours=f"{one.cpu_us:.0f} µs, {one.rate:,.0f} ev/s", at_most=1.2,
            chart="history", place=f"{one.rows:,} rows", points={"service and database": one.cpu_us})
        for one in samples
    ]  # fmt: skip


async def page(setting: Setting) -> list[Row]:
    one = Ingest(setting.rig, setting.day, "scheduling", 1)
    async with one.with_offers() as (stage, program):
        async with reading(stage, program, count=50, every=1.0) as readers:
            await asyncio.sleep(PAGE_SECONDS)
        took = sorted(1000 * seconds for seconds in readers.seconds)
        assert set(readers.statuses) == {200}, readers.statuses
    told = f"p50 {latency.percentile(took, 0.5):.0f} ms of {len(took)} pages"
    p99 = latency.percentile(took, 0.99)
    return [
        Row(
            "booking page, 50 readers who each look once a second, p99",
            p99,
            "ms",
            ours=told,
            at_most=50,
        )
    ]


BENCHES: dict[str, Bench] = {
    "ingest": ingest,
    "timers": timer,
    "volume": leftover,
    "where": where,
    "hop": hop,
    "flow": whole_flow,
    "relay": relay,
    "slots": slot_search,
    "bookers": bookers,
    "page": page,
    "history": history,
    "processes": processes,
    "year": a_year,
}
EVERYDAY = tuple(name for name in BENCHES if name != "year")
"""A year takes as long as half of the rest, and moves no ratio."""
