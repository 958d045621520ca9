"""PgBouncer in transaction mode before the tests' PostgreSQL: as `docs/operating.md` asks for it."""

import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_connection
from urllib.parse import urlsplit, urlunsplit

from parley_local.account import database_account
from parley_local.ports import LOOPBACK, free_ports
from parley_local.process import spawn

OLDEST = (1, 21)
"""The first that knows prepared statements in transaction mode."""
SETTINGS = """\
[databases]
* = host=127.0.0.1 port={server} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = 20
max_prepared_statements = 200
ignore_startup_parameters = idle_in_transaction_session_timeout, statement_timeout, jit
"""


@dataclass(frozen=True)
class PgBouncer:
    port: int

    def of(self, dsn: str) -> str:
        parts = urlsplit(dsn)
        return urlunsplit(parts._replace(netloc=f"{parts.username}@{LOOPBACK}:{self.port}"))


def too_old(binary: str) -> str | None:
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"PgBouncer (\d+)\.(\d+)", said)
    if found is None or (int(found[1]), int(found[2])) < OLDEST:
        return f"{said.splitlines()[0]} is older than {'.'.join(map(str, OLDEST))}"
    return None


@contextmanager
def pgbouncer(binary: str, server: str, folder: Path) -> Iterator[PgBouncer]:
    """`server` is the DSN of any of its databases."""
    folder.chmod(0o755)
    (port,) = free_ports(1)
    parts = urlsplit(server)
    settings = folder / "pgbouncer.ini"
    given = {"server": parts.port, "user": parts.username, "port": port, "folder": folder}
    settings.write_text(SETTINGS.format(**given))
    (folder / "users").write_text(f'"{parts.username}" ""\n')
    process = spawn(
        [binary, str(settings)],
        folder=folder,
        log=folder / "pgbouncer.log",
        account=database_account(),
    )
    try:
        until_it_listens(port)
        yield PgBouncer(port)
    finally:
        process.send(signal.SIGTERM)
        process.wait(seconds=20)
        process.release()


def until_it_listens(port: int) -> None:
    give_up = time.monotonic() + 20
    while True:
        try:
            with closing(create_connection((LOOPBACK, port), timeout=1)):
                return
        except OSError:
            assert time.monotonic() < give_up, "PgBouncer does not listen"
