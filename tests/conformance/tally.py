"""A tiny domain on a service's own plumbing, so that one suite can hold all three copies to it.

An application's tally counts `CandidateContacted`; each count publishes `CandidateUpdated` with the next
revision. What a channel says makes trouble: `letter` breaks the use case, `chat` is refused, `visit` makes anew what is there already.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from types import ModuleType
from typing import Any

from parley_contracts.applications import CandidateContacted
from parley_contracts.candidate_updates import Application, CandidateUpdated
from parley_contracts.cloudevents import Received
from parley_contracts.plan import HiringTeam
from parley_contracts.topics import APPLICATIONS

SERVICES = ("scheduling", "feedback", "notifications")
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)

DDL = """
create table tally (id text primary key, version int not null default 0, state jsonb, side text);
create table side (id text primary key, version int not null default 0, state jsonb);
"""


@dataclass(frozen=True, slots=True)
class Tally:
    id: str
    count: int = 0
    seen: tuple[str, ...] = ()
    side: str | None = None


@dataclass(frozen=True, slots=True)
class Side:
    id: str
    count: int = 0


@dataclass
class FixedClock:
    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment

    def wall(self) -> datetime:
        return self.moment


@dataclass(frozen=True)
class Plumbing:
    """One service's copies of the modules, by name."""

    service: str
    modules: Mapping[str, ModuleType] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        where = self.service if name == "working_set" else f"{self.service}.adapters"
        return import_module(f"{where}.{name}")


class Bug(Exception):
    pass


def tally_store(plumbing: Plumbing) -> Any:
    table, working_set = plumbing.table, plumbing.working_set

    @dataclass(slots=True)
    class Work(working_set.WorkingSet):  # type: ignore[misc,name-defined]  # a base chosen at run time
        sides: Any = field(default_factory=lambda: working_set.Rows("side"))
        tallies: Any = field(default_factory=lambda: working_set.Rows("tally", ("side",)))

    sides = table.Table(
        name="side",
        type=Side,
        placeholder="insert into side (id) select unnest($1::text[]) on conflict do nothing",
        insert="insert into side (id, state) select * from unnest($1::text[], $2::jsonb[])"
        " on conflict do nothing returning id, xmin as stamp",
        update="update side set state = n.state, version = n.version + 1"
        " from unnest($1::text[], $2::int[], $3::jsonb[]) as n (id, version, state)"
        " where side.id = n.id and side.version = n.version returning side.id, side.xmin as stamp",
    )
    tallies = table.Table(
        name="tally",
        type=Tally,
        columns=("side",),
        matching={"side": "select side as value, id from tally where side = any($1)"},
        insert="insert into tally (id, state, side)"
        " select * from unnest($1::text[], $2::jsonb[], $3::text[]) returning id, xmin as stamp",
        update="update tally set state = n.state, side = n.side, version = n.version + 1"
        " from unnest($1::text[], $2::int[], $3::jsonb[], $4::text[]) as n (id, version, state, side)"
        " where tally.id = n.id and tally.version = n.version returning tally.id, tally.xmin as stamp",
        delete="delete from tally where id = any($1)",
    )
    return plumbing.transaction.Store((sides, tallies), Work, f"test/{plumbing.service}")


def count(message: Received, work: Any, *, now: datetime) -> Any:
    event = message.data
    assert isinstance(event, CandidateContacted)
    if event.channel == "letter":
        raise Bug
    if event.channel == "visit":
        work.sides.add(Side("ats:there"))
    before = work.tallies.get(event.application_id) or Tally(event.application_id)
    after = replace(before, count=before.count + 1, seen=(*before.seen, message.id))
    work.tallies.put(after)
    work.publish(counted(after), at=now)
    return None


def counted(tally: Tally) -> CandidateUpdated:
    return CandidateUpdated(
        revision=tally.count,
        application=Application(
            application_id=tally.id,
            candidate_id="test:candidate",
            hiring_team=HiringTeam(recruiter_id="test:recruiter"),
            job_title="Tally",
            status="open",
            next_word_due_at=NOW + timedelta(days=tally.count),
        ),
    )


def subscriptions(plumbing: Plumbing, run: Any = count, *, owned: bool = True) -> Any:
    working_set = plumbing.working_set

    def needs(message: Received, work: Any) -> Any:
        return working_set.Needs.rows("tally", message.subject)

    def answering(message: Received, work: Any, *, now: datetime) -> Any:
        event = message.data
        if isinstance(event, CandidateContacted) and event.channel == "chat":
            return working_set.Refusal("no_chat")
        return run(message, work, now=now)

    return working_set.Subscriptions(
        topics={APPLICATIONS.name: APPLICATIONS},
        events={CandidateContacted: working_set.UseCase(needs, answering)},
        owned=frozenset({APPLICATIONS.name}) if owned else frozenset(),
    )
