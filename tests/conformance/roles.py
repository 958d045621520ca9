"""The roles of `deploy/database/roles.sql` in a database of a test's own."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

ROLES = Path(__file__).parents[2] / "deploy" / "database" / "roles.sql"


@dataclass(frozen=True)
class Roles:
    dsn: str
    name: str

    def of(self, role: str) -> str:
        parts = urlsplit(self.dsn)
        place = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{self.name}_{role}@{place}"))


@asynccontextmanager
async def roles_in(database: str) -> AsyncIterator[Roles]:
    name = f"t{secrets.token_hex(4)}"
    superuser = await asyncpg.connect(database)
    await superuser.execute("select set_config('parley.service', $1, false)", name)
    for _ in range(2):
        await superuser.execute(ROLES.read_text())
    yield Roles(database, name)
    # A role's name is no parameter in SQL; this one is ours.
    for role in ("serve", "read", "migrate"):
        await superuser.execute(f"drop owned by {name}_{role} cascade")
        await superuser.execute(f"drop role {name}_{role}")
    await superuser.close()
