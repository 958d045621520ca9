"""Apache Kafka on this machine: one node, or three that can be stopped one by one."""

import base64
import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from parley_local import artefacts, class_archive
from parley_local.config import Config
from parley_local.errors import PortTaken, ServerFailed
from parley_local.fetch import fetch
from parley_local.java import find_java
from parley_local.kafka_settings import (
    LOGGING,
    Address,
    Ports,
    as_properties,
    server_properties,
)
from parley_local.ports import LOOPBACK, free_ports
from parley_local.process import Process, run, spawn
from parley_local.side_by_side import side_by_side
from parley_local.topics import Kafka
from parley_local.waiting import until

START_SECONDS = 90
STOP_SECONDS = 30
PORT_ATTEMPTS = 4
LIGHT = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"]
HEAP_OF_ONE, HEAP_OF_SEVERAL = "384m", "256m"


class KafkaNode:
    """One broker and controller; what was written outlives its process."""

    def __init__(self, number: int, folder: Path, java: list[str], *, lasting: bool) -> None:
        self.number = number
        self.folder = folder
        self.log = folder / "kafka.log"
        self.settings = folder / "server.properties"
        self.port = 0
        self.process: Process | None = None
        self._java = java
        self._lasting = lasting
        self._log_read_from = 0

    @property
    def bootstrap(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.alive

    def configure(self, cluster: list[Ports], at: Address | None = None) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "log4j2.properties").write_text(LOGGING, encoding="utf-8")
        data = self.folder / "data"
        settings = server_properties(self.number, data=data, cluster=cluster, at=at)
        self.settings.write_text(as_properties(settings), encoding="utf-8")
        self.port = cluster[self.number - 1].client

    def format(self, cluster_id: str) -> None:
        done = self.folder / "formatted"
        if not done.exists():
            shutil.rmtree(self.folder / "data", ignore_errors=True)  # of a start broken off
            tool = ["kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(self.settings)]
            run([*self._java, *tool], folder=self.folder, log=self.log, removed=self._removed)
            done.touch()

    def start(self) -> None:
        """Start, or start again on the same data and ports; back once the node serves."""
        self.launch()
        self.await_serving()

    def launch(self) -> None:
        if self.alive:
            return
        self._log_read_from = self.log.stat().st_size if self.log.exists() else 0
        logging = f"-Dlog4j2.configurationFile={self.folder / 'log4j2.properties'}"
        self.process = spawn(
            [*self._java, logging, "kafka.Kafka", str(self.settings)],
            folder=self.folder,
            log=self.log,
            lasting=self._lasting,
            removed=self._removed,
        )

    def await_serving(self) -> None:
        until(
            lambda: not self.alive or "Kafka Server started" in self._said(), seconds=START_SECONDS
        )
        if "Kafka Server started" in self._said() and self.alive:
            return
        taken = "Address already in use" in self._said()
        self.kill()
        raise (PortTaken if taken else ServerFailed)(f"Kafka {self.number} did not start", self.log)

    def stop(self) -> None:
        """As an operator would (SIGTERM); a node that alone cannot leave its cluster is killed."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        if self.process is not None:
            self.process.send(signal.SIGSTOP)

    def resume(self) -> None:
        if self.process is not None:
            self.process.send(signal.SIGCONT)

    def _end(self, number: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send(number)
        self.process.send(signal.SIGCONT)
        if not self.process.wait(seconds=STOP_SECONDS):
            self.process.send(signal.SIGKILL)
            self.process.wait(seconds=STOP_SECONDS)

    def _said(self) -> str:
        """What this run of the node has logged."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(self._log_read_from)
            return log.read().decode(errors="replace")

    @property
    def _removed(self) -> Path | None:
        return None if self._lasting else self.folder.parent


class KafkaCluster(Kafka):
    """Nodes under one folder, which `close` removes unless they are `lasting`."""

    def __init__(
        self,
        folder: Path,
        config: Config,
        *,
        nodes: int = 1,
        lasting: bool = False,
        at: Address | None = None,
    ) -> None:
        super().__init__(prefix="", replication=nodes)
        self.folder = folder
        self._config = config
        self._lasting = lasting
        self._at = at
        self._count = nodes
        self.nodes: list[KafkaNode] = []

    @property
    def bootstrap(self) -> str:
        return ",".join(node.bootstrap for node in self.nodes)

    def start(self, ports: list[Ports] | None = None) -> None:
        """Fetch what is missing, format the first time, start; given ports are not replaced."""
        java = self._java()
        self.nodes = [
            KafkaNode(number, self.folder / f"kafka-{number}", java, lasting=self._lasting)
            for number in range(1, self._count + 1)
        ]
        for attempt in range(1, PORT_ATTEMPTS + 1):
            self.ports = ports or self._free_ports()
            self._for_each(lambda node: node.configure(self.ports, self._at))
            self._format()
            try:
                self._for_each(KafkaNode.start)
            except PortTaken:
                self.kill()
                if ports or attempt == PORT_ATTEMPTS:
                    raise
            except BaseException:
                self.kill()
                raise
            else:
                return

    def stop(self) -> None:
        self._for_each(KafkaNode.stop)

    def kill(self) -> None:
        self._for_each(KafkaNode.kill)

    def close(self) -> None:
        """End every node at once and forget its data."""
        self.kill()
        if not self._lasting:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _format(self) -> None:
        """Under one id, which is written first: the nodes must agree after a start broken off."""
        file = self.folder / "cluster-id"
        if not file.exists():
            file.write_text(new_cluster_id(), encoding="utf-8")
        cluster_id = file.read_text(encoding="utf-8")
        self._for_each(lambda node: node.format(cluster_id))

    def _free_ports(self) -> list[Ports]:
        found = iter(free_ports(2 * self._count))
        return [Ports(client, controller) for client, controller in zip(found, found, strict=True)]

    def _java(self) -> list[str]:
        jars = fetch(artefacts.kafka(), self._config)
        heap = HEAP_OF_ONE if self._count == 1 else HEAP_OF_SEVERAL
        java, classes = find_java(), os.pathsep.join(map(str, jars))

        def command(options: Sequence[str]) -> list[str]:
            return [str(java.command), f"-Xmx{heap}", *LIGHT, *options, "-cp", classes]

        return command(
            class_archive.options(
                java,
                jars,
                self._config.cache,
                lambda archiving: run_once(command([]), command(archiving)),
            )
        )

    def _for_each(self, act: Callable[[KafkaNode], None]) -> None:
        side_by_side(*(partial(act, node) for node in self.nodes))


def run_once(java: list[str], archiving: list[str]) -> None:
    """A broker of its own, started and ended in order."""
    with tempfile.TemporaryDirectory(prefix="parley-kafka-") as parent:
        folder, ports = Path(parent) / "kafka-1", Ports(*free_ports(2))
        formatted = KafkaNode(1, folder, java, lasting=False)
        formatted.configure([ports])
        formatted.format(new_cluster_id())
        node = KafkaNode(1, folder, archiving, lasting=False)
        node.configure([ports])
        try:
            node.start()
        finally:
            node.stop()


def new_cluster_id() -> str:
    """As Kafka makes them: a leading dash would be read as an option."""
    while True:
        identity = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if not identity.startswith("-"):
            return identity
