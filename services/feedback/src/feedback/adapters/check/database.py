"""The database: whether it is there, what it is, and what this role may do in it."""

import re
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from feedback.adapters.check.findings import Findings
from feedback.adapters.database import SESSION, Connection, Password
from feedback.adapters.migrate import Migration, pending
from feedback.adapters.transaction import OUTAGES

OLDEST = 16
MOST_SKEW = timedelta(seconds=2)
"""Leases and retention go by two clocks: this process's and the database's."""
MARK = "61s"
MARKED = {"idle_session_timeout": MARK}
"""Asked for with a connection, and read back: PgBouncer refuses such a setting, or drops it."""
BEHIND_A_POOLER = "leads through a pooler, where LISTEN and locks are lost: DATABASE_DIRECT_URL names the server itself"
POOLER_REFUSES = (
    "PgBouncer refuses what a session asks for: set ignore_startup_parameters ="
    f" {', '.join(name for name in SESSION if name != 'timezone')}"
)
EXTENSION = re.compile(r"create extension if not exists (\w+)")

ABOUT = """
select current_database() as name, current_user as role, pg_postmaster_start_time() as since,
    current_setting('server_version') as version,
    current_setting('server_version_num')::int / 10000 as major,
    current_setting('server_encoding') as encoding, pg_is_in_recovery() as standby,
    clock_timestamp() as clock, current_setting('idle_session_timeout') as marked,
    has_schema_privilege('public', 'usage') as sees,
    has_schema_privilege('public', 'create') as makes_tables,
    has_database_privilege(current_database(), 'create') as makes_extensions
"""
WITHOUT = """
select relname || ': ' || "right" as lacking
from pg_class, unnest(array['select', 'insert', 'update', 'delete']) as "right"
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
    and not has_table_privilege(oid, "right")
union all
select relname || ': usage' from pg_class
where relnamespace = 'public'::regnamespace
    and case when relkind = 'S' then not has_sequence_privilege(oid, 'usage') end
union all
select proname || ': execute' from pg_proc
where pronamespace = 'public'::regnamespace and not has_function_privilege(oid, 'execute')
order by 1
"""
OF_OTHERS = """
select relname || ' belongs to ' || relowner::regrole::text as whose from pg_class
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
    and not pg_has_role(relowner, 'usage')
order by 1
"""
EXTENSIONS = """
select name, installed_version is not null as installed from pg_available_extensions
where name = any($1)
"""
MEANS: Mapping[type[BaseException], str] = {
    FileNotFoundError: "not tried, for a file that it names cannot be read",
    PermissionError: "not tried, for a file that it names cannot be read",
    asyncpg.InvalidCatalogNameError: "there is no such database",
    asyncpg.InvalidAuthorizationSpecificationError: "the login is refused",
    asyncpg.InsufficientPrivilegeError: "this role has too few rights to look, or to connect",
    asyncpg.PostgresConnectionError: "the server takes no connection now",
    OSError: "no PostgreSQL answers there",
    TimeoutError: "no PostgreSQL answers there",
}
"""The first that fits."""
TROUBLE = (*OUTAGES, asyncpg.PostgresError, ssl.SSLError, ValueError)


@dataclass(frozen=True, kw_only=True)
class Place:
    """One address of the database, by the setting that names it."""

    setting: str
    dsn: str
    direct: bool
    """Sessions of one's own are needed here: for LISTEN, locks and migrations."""


def places(prefix: str, url: str, direct_url: str | None) -> list[Place]:
    """The direct one first; where there is only one, it is that."""
    if direct_url is None:
        return [Place(setting=f"{prefix}DATABASE_URL", dsn=url, direct=True)]
    return [
        Place(setting=f"{prefix}DATABASE_DIRECT_URL", dsn=direct_url, direct=True),
        Place(setting=f"{prefix}DATABASE_URL", dsn=url, direct=False),
    ]


async def look_at_database(
    found: Sequence[Place],
    password: Password | None,
    wanted: Sequence[Migration],
    findings: Findings,
    *,
    wall: Callable[[], datetime],
    migrates: bool,
) -> None:
    """`migrates`: what `migrate` needs, at the direct one alone; otherwise what the running service does."""
    seen = set()
    for place in found[:1] if migrates else found:
        try:
            async with _session(place, password) as connection:
                look = _Look(connection, place, wanted, findings)
                seen.add(await look.at_all(wall=wall, migrates=migrates))
        except TROUBLE as trouble:
            findings.lacks(place.setting, _why(trouble, place))
    if len(seen) > 1:
        findings.lacks(found[1].setting, f"leads elsewhere than {found[0].setting}")


@asynccontextmanager
async def _session(place: Place, password: Password | None) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(
        place.dsn,
        password=password,
        timeout=10,
        command_timeout=10,
        server_settings=MARKED if place.direct else SESSION,
    )
    try:
        yield connection
    finally:
        with suppress(*TROUBLE):
            await connection.close(timeout=2)


@dataclass(frozen=True, slots=True)
class _Look:
    connection: Connection
    place: Place
    wanted: Sequence[Migration]
    findings: Findings

    async def at_all(
        self, *, wall: Callable[[], datetime], migrates: bool
    ) -> tuple[object, object]:
        """Which database of which server this is."""
        before = wall()
        about = await self.connection.fetchrow(ABOUT)
        after = wall()
        if about is None:
            raise asyncpg.InterfaceError("no answer")
        lacking = [*_of_server(about, self.place), *_of_clock(about["clock"], before, after)]
        missing = await pending(self.connection, self.wanted)
        if migrates:
            lacking += await self._of_migrating(about, missing)
        elif missing:
            self.findings.remarks(self.place.setting, f"{len(missing)} migrations are to be run")
        else:
            rows = await self.connection.fetch(WITHOUT)
            lacking += [f"{about['role']} has no right to {row['lacking']}" for row in rows]
        for one in lacking:
            self.findings.lacks(self.place.setting, one)
        if not lacking:
            told = f"PostgreSQL {about['version']}, {about['name']} as {about['role']}"
            self.findings.fine[self.place.setting] = told
        return about["name"], about["since"]

    async def _of_migrating(self, about: asyncpg.Record, missing: Sequence[str]) -> list[str]:
        role = about["role"]
        lacking = [row["whose"] for row in await self.connection.fetch(OF_OTHERS)]
        if not about["makes_tables"]:
            lacking.append(f"{role} has no right to create in the schema public")
        sql = "".join(one.sql for one in self.wanted if one.name in missing)
        names = sorted(set(EXTENSION.findall(sql)))
        found = {
            row["name"]: row["installed"] for row in await self.connection.fetch(EXTENSIONS, names)
        }
        for name in names:
            if name not in found:
                lacking.append(f"the server has no extension {name}: install PostgreSQL's contrib")
            elif not found[name] and not about["makes_extensions"]:
                lacking.append(f"{role} has no right to create the extension {name}")
        return lacking


def _of_server(about: asyncpg.Record, place: Place) -> list[str]:
    lacking = []
    if about["major"] < OLDEST:
        lacking.append(f"PostgreSQL {about['version']} is older than {OLDEST}")
    if about["encoding"] != "UTF8":
        lacking.append(f"the database's encoding is {about['encoding']}, and has to be UTF8")
    if about["standby"]:
        lacking.append("this server is a standby, and takes no writes")
    if not about["sees"]:
        lacking.append(f"{about['role']} has no right to use the schema public")
    if place.direct and about["marked"] != MARK:
        lacking.append(BEHIND_A_POOLER)
    return lacking


def _of_clock(clock: datetime, before: datetime, after: datetime) -> list[str]:
    """Theirs was read somewhere between ours."""
    ahead, behind = clock - after, before - clock
    skew = max(ahead, behind)
    if skew <= MOST_SKEW:
        return []
    way = "ahead of" if ahead > behind else "behind"
    return [f"its clock is {skew.total_seconds():.0f} s {way} ours: set both by NTP"]


def _why(trouble: BaseException, place: Place) -> str:
    if isinstance(trouble, asyncpg.ProtocolViolationError):
        return BEHIND_A_POOLER if place.direct else POOLER_REFUSES
    if isinstance(trouble, ssl.SSLError):
        return f"TLS fails: {trouble.reason}"
    for kind, meaning in MEANS.items():
        if isinstance(trouble, kind):
            return meaning
    return f"{type(trouble).__name__}"
