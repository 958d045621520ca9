"""PostgreSQL on this machine, under a user that owns nothing else."""

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Literal

from parley_local.account import database_account
from parley_local.config import Config
from parley_local.databases import Postgres
from parley_local.errors import PortTaken, ServerFailed
from parley_local.ports import LOOPBACK, free_ports
from parley_local.process import Identity, Process, run, spawn
from parley_local.unpack import postgres_binaries
from parley_local.waiting import until

START_SECONDS = 60
STOP_SECONDS = 60
PORT_ATTEMPTS = 4
USER = "parley"
STOP_SIGNALS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}
INITDB = ["--no-sync", "--username", USER, "--auth", "trust", "--encoding", "UTF8"]
BUILTIN = ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
BUILTIN_SINCE = 17
"""Major version; before, the C library's has to do."""


class PostgresServer(Postgres):
    """Anybody on this machine may connect as its superuser: it holds nothing that matters. `hba` are other
    rules for who may come in (the lines of a new cluster's pg_hba.conf), `listen` is where it is reached from outside.

    Without `fsync` it survives the end of any process, but not of the machine.
    """

    def __init__(
        self,
        folder: Path,
        config: Config,
        *,
        fsync: bool = True,
        lasting: bool = False,
        listen: str = LOOPBACK,
        hba: str | None = None,
    ) -> None:
        super().__init__(prefix="")
        self.folder = folder
        self.data = folder / "postgres"
        self.log = folder / "postgres.log"
        self.port = 0
        self.process: Process | None = None
        self._config = config
        self._fsync = fsync
        self._lasting = lasting
        self._listen = listen
        self._hba = hba
        self._log_read_from = 0

    @property
    def admin_dsn(self) -> str:
        return f"postgresql://{USER}@{LOOPBACK}:{self.port}/postgres"

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.alive

    def start(self, *, port: int | None = None) -> None:
        """Make the cluster the first time; later starts, and a given port, keep to that port."""
        self._account = database_account()
        self._binaries = postgres_binaries(self._config, self._account) / "bin"
        if not self.data.exists():
            self._initialise()
        fixed = port or self.port
        for attempt in range(1, PORT_ATTEMPTS + 1):
            self.port = fixed or free_ports(1)[0]
            try:
                self._launch()
            except PortTaken:
                if fixed or attempt == PORT_ATTEMPTS:
                    raise
                self.port = 0
            else:
                return

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """Fast ends what is open and writes a checkpoint; immediate leaves it to recovery."""
        self._end(STOP_SIGNALS[mode])

    def kill(self) -> None:
        """SIGKILL to the server and all its workers, as when the machine's memory runs out."""
        workers = self._workers()
        self._end(signal.SIGKILL)
        for worker in workers:
            worker.send(signal.SIGKILL)
        until(lambda: not any(worker.alive for worker in workers), seconds=STOP_SECONDS)

    def pause(self) -> None:
        """The server first, so that no worker is born after the others have been paused."""
        if self.process is not None:
            self.process.send(signal.SIGSTOP)
        for worker in self._workers():
            worker.send(signal.SIGSTOP)

    def resume(self) -> None:
        for worker in self._workers():
            worker.send(signal.SIGCONT)
        if self.process is not None:
            self.process.send(signal.SIGCONT)

    def close(self) -> None:
        """End it at once and forget its data."""
        self.resume()
        self.stop("immediate")
        if not self._lasting:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _locale(self) -> list[str]:
        return ["--locale", "C", *(BUILTIN if int(self._config.postgres) >= BUILTIN_SINCE else [])]

    def _initialise(self) -> None:
        """Under another name first: one that was broken off looks whole."""
        unfinished = self.folder / "postgres.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        if self._account is not None:
            os.chown(unfinished, self._account.user, self._account.group)
        run(
            [str(self._binaries / "initdb"), "--pgdata", str(unfinished), *INITDB, *self._locale],
            folder=unfinished,
            log=self.log,
            account=self._account,
            environment=environment(),
            removed=None if self._lasting else self.folder,
        )
        if self._hba is not None:
            (unfinished / "pg_hba.conf").write_text(self._hba)
        unfinished.rename(self.data)

    def _launch(self) -> None:
        self._log_read_from = self.log.stat().st_size if self.log.exists() else 0
        settings = [f"--{name}={value}" for name, value in self._settings().items()]
        self.process = spawn(
            [str(self._binaries / "postgres"), "-D", str(self.data), *settings],
            folder=self.data,
            log=self.log,
            lasting=self._lasting,
            end_signal=signal.SIGQUIT,
            account=self._account,
            environment=environment(),
            removed=None if self._lasting else self.folder,
        )
        until(lambda: not self.alive or self._ready(), seconds=START_SECONDS)
        if self.alive and self._ready():
            return
        self.kill()
        with self.log.open(errors="replace") as log:
            log.seek(self._log_read_from)
            taken = "could not bind" in log.read()
        raise (PortTaken if taken else ServerFailed)("PostgreSQL did not start", self.log)

    def _settings(self) -> dict[str, str | int]:
        return {
            "listen_addresses": self._listen,
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "fsync": "on" if self._fsync else "off",
            "full_page_writes": "on" if self._fsync else "off",
            "synchronous_commit": "on",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }

    def _ready(self) -> bool:
        """The eighth line of its pid file is what the server says of itself."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return False
        if self.process is None or lines[:1] != [str(self.process.pid)]:
            return False  # left by an earlier run
        return [line.strip() for line in lines[7:8]] == ["ready"]

    def _end(self, number: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send(number)
        if not self.process.wait(seconds=STOP_SECONDS):
            self.process.send(signal.SIGKILL)
            self.process.wait(seconds=STOP_SECONDS)

    def _workers(self) -> list[Identity]:
        if self.process is None or not sys.platform.startswith("linux"):
            return []
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        try:
            return [Identity.of(int(pid)) for pid in children.read_text().split()]
        except OSError:
            return []


def environment() -> dict[str, str]:
    """Nothing of ours: no home that the other user cannot enter, no PG* setting, no locale."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
