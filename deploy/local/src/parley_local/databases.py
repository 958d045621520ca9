"""A PostgreSQL to work on, wherever it runs: databases made, named and removed."""

from abc import ABC, abstractmethod
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from parley_local.errors import NotEmpty

OWN_TABLES = """
select schemaname || '.' || tablename from pg_tables
where schemaname not in ('pg_catalog', 'information_schema') order by 1 limit 5
"""
PREFIXED = "select datname from pg_database where starts_with(datname, $1)"


class Postgres(ABC):
    """Names are given without the prefix, which sets ours apart where others have databases."""

    def __init__(self, *, prefix: str) -> None:
        self.prefix = prefix

    @property
    @abstractmethod
    def admin_dsn(self) -> str:
        """A database from which others can be made."""

    def dsn(self, name: str) -> str:
        return urlunsplit(urlsplit(self.admin_dsn)._replace(path=f"/{self.prefix}{name}"))

    async def create_database(self, name: str, *, template: str | None = None) -> str:
        """Returns its DSN; as a copy of another of ours where that is named, and not in use."""
        source = "template1" if template is None else self.prefix + template
        await self._execute(
            f"create database {quoted(self.prefix + name)} template {quoted(source)}"
        )
        return self.dsn(name)

    async def drop_database(self, name: str) -> None:
        """Also while somebody is connected."""
        await self._execute(f"drop database if exists {quoted(self.prefix + name)} with (force)")

    async def drop_prefixed(self) -> None:
        if not self.prefix:
            raise ValueError("an empty prefix names everything")
        connection = await asyncpg.connect(self.admin_dsn)
        try:
            for (name,) in await connection.fetch(PREFIXED, self.prefix):
                await connection.execute(f"drop database if exists {quoted(name)} with (force)")
        finally:
            await connection.close()

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.admin_dsn)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


class NamedPostgres(Postgres):
    """A server that runs without us."""

    def __init__(self, dsn: str, *, prefix: str) -> None:
        super().__init__(prefix=prefix)
        self._dsn = dsn

    @property
    def admin_dsn(self) -> str:
        return self._dsn

    async def refuse_unless_empty(self) -> None:
        connection = await asyncpg.connect(self._dsn)
        try:
            tables = [name for (name,) in await connection.fetch(OWN_TABLES)]
            if tables:
                raise NotEmpty(await connection.fetchval("select current_database()"), tables)
        finally:
            await connection.close()


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
