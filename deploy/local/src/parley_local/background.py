"""Servers that people keep: started by one command, ended by another, found by a file."""

import fcntl
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from parley_local.account import database_account, open_folder, reachable
from parley_local.config import Config
from parley_local.errors import AlreadyRunning, OtherNodes
from parley_local.kafka import KafkaCluster
from parley_local.kafka_settings import Ports
from parley_local.postgres import PostgresServer
from parley_local.process import Identity
from parley_local.servers import Servers
from parley_local.waiting import until

STATE = "servers.json"
STOP_SECONDS = 40


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    address: str
    log: str
    identity: Identity
    end_signal: int

    @property
    def running(self) -> bool:
        return self.identity.alive

    def line(self) -> str:
        word = f"runs as {self.identity.pid}" if self.running else "is stopped"
        return f"{self.name:10} {word:20} {self.address}  (log: {self.log})"


@dataclass(frozen=True, slots=True)
class State:
    """What a later command must know; written when everything runs, kept when it does not."""

    data: str
    bootstrap: str
    dsn: str
    kafka_ports: list[Ports]
    postgres_port: int
    servers: list[Server]

    @property
    def running(self) -> bool:
        return all(server.running for server in self.servers)

    @property
    def environment(self) -> dict[str, str]:
        """What makes tests and benchmarks use these servers."""
        return {"PARLEY_TEST_KAFKA": self.bootstrap, "PARLEY_TEST_POSTGRES": self.dsn}

    def described(self) -> dict[str, object]:
        """For programs."""
        servers = [
            {
                "name": server.name,
                "running": server.running,
                "address": server.address,
                "pid": server.identity.pid,
                "log": server.log,
            }
            for server in self.servers
        ]
        return {"environment": self.environment, "servers": servers}


STORED = TypeAdapter(State)


def start(folder: Path, *, nodes: int | None) -> State:
    """On the same data and ports as the last time, if there was one."""
    with only_one(folder):
        before = read(folder)
        if before is not None and any(server.running for server in before.servers):
            raise AlreadyRunning(folder)
        if before is not None and nodes not in {None, len(before.kafka_ports)}:
            raise OtherNodes(folder, len(before.kafka_ports))
        cluster, database = servers_of(folder, before, nodes or 1)
        try:
            launch(cluster, database, before)
            state = describe(cluster, database)
            write(folder, state)
        except BaseException:
            cluster.kill()
            database.stop("immediate")
            raise
        for process in (database.process, *(node.process for node in cluster.nodes)):
            if process is not None:
                process.let_go()
    return state


def stop(folder: Path) -> State | None:
    """Ends what is still the process that was started; None where nothing ever was."""
    with only_one(folder):
        state = read(folder)
        if state is None:
            return None
        for server in state.servers:
            server.identity.send(signal.Signals(server.end_signal))
        if not until(lambda: not any_running(state), seconds=STOP_SECONDS):
            for server in state.servers:
                server.identity.send(signal.SIGKILL)
            until(lambda: not any_running(state), seconds=STOP_SECONDS)
        return state


def remove(folder: Path, state: State) -> None:
    """Forget the data of servers that have been stopped, and where they were."""
    with only_one(folder):
        shutil.rmtree(state.data, ignore_errors=True)
        (folder / STATE).unlink(missing_ok=True)


def any_running(state: State) -> bool:
    return any(server.running for server in state.servers)


def servers_of(
    folder: Path, before: State | None, nodes: int
) -> tuple[KafkaCluster, PostgresServer]:
    data = Path(before.data) if before is not None else data_folder(folder)
    count = len(before.kafka_ports) if before is not None else nodes
    return (
        KafkaCluster(data, Config.here(), nodes=count, lasting=True),
        PostgresServer(data, Config.here(), lasting=True),
    )


def launch(cluster: KafkaCluster, database: PostgresServer, before: State | None) -> None:
    def kafka() -> KafkaCluster:
        cluster.start(ports=None if before is None else before.kafka_ports)
        return cluster

    def postgres() -> PostgresServer:
        database.start(port=None if before is None else before.postgres_port)
        return database

    Servers(kafka, postgres).start()


def data_folder(folder: Path) -> Path:
    """Beside the state, unless the user that runs the database cannot go there."""
    account = database_account()
    if account is None:
        return folder / "data"
    if reachable(folder):
        return open_folder(folder / "data")
    elsewhere = Path(tempfile.mkdtemp(prefix="parley-data-", dir="/var/tmp"))
    elsewhere.chmod(0o711)
    return elsewhere


def describe(cluster: KafkaCluster, database: PostgresServer) -> State:
    servers = [
        Server(
            f"kafka-{node.number}",
            node.bootstrap,
            str(node.log),
            node.process.identity,
            signal.SIGTERM,
        )
        for node in cluster.nodes
        if node.process is not None
    ]
    if database.process is not None:
        identity, log = database.process.identity, str(database.log)
        servers.append(Server("postgres", database.admin_dsn, log, identity, signal.SIGINT))
    return State(
        data=str(cluster.folder),
        bootstrap=cluster.bootstrap,
        dsn=database.admin_dsn,
        kafka_ports=cluster.ports,
        postgres_port=database.port,
        servers=servers,
    )


def read(folder: Path) -> State | None:
    file = folder / STATE
    return STORED.validate_json(file.read_bytes()) if file.exists() else None


def write(folder: Path, state: State) -> None:
    part = folder / f".{STATE}"
    part.write_bytes(STORED.dump_json(state, indent=2))
    part.replace(folder / STATE)


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Two commands on one folder take turns."""
    open_folder(folder)
    with (folder / ".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
