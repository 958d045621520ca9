"""The four programs of Parley as processes on this machine, each service with its database and relay."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

from parley_contracts.topics import TOPICS
from parley_local.errors import LocalError
from parley_local.ports import free_ports
from parley_local.process import Process, spawn
from parley_local.servers import AnyServers
from parley_local.side_by_side import in_a_thread, side_by_side
from parley_local.topics import Kafka
from parley_local.waiting import until

SERVICES = ("scheduling", "feedback", "notifications")
SENDS_MAILS = "notifications"
MAIL_WORKERS = 8
"""Mails that it has in hand at once."""
READY_SECONDS = 60
MOST_SAID = 2000


class ProgramFailed(LocalError):
    """One of our own programs did not come up; its log says why."""


@dataclass(slots=True)
class Program:
    name: str
    arguments: list[str]
    environment: Mapping[str, str]
    folder: Path
    port: int
    process: Process | None = None
    starts: int = 0

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.starts += 1
        self.process = spawn(
            [sys.executable, "-m", *self.arguments],
            folder=self.folder,
            log=self.log,
            environment=os.environ | self.environment,
            removed=self.folder,
        )

    def ready(self) -> bool:
        try:
            # A proxy that the machine names is none for the machine itself.
            answer = httpx.get(f"{self.url}/readyz", timeout=3, trust_env=False)
        except httpx.HTTPError:
            return False
        return answer.status_code == httpx.codes.OK

    def await_ready(self) -> None:
        if (
            not until(lambda: self.ready() or not self.alive, seconds=READY_SECONDS)
            or not self.alive
        ):
            raise ProgramFailed(f"{self.name} did not become ready. {self.last_words()}")

    def last_words(self) -> str:
        said = self.log.read_text(errors="replace")[-MOST_SAID:]
        return f"{self.log} ends in\n{said}"

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.alive


@dataclass(slots=True)
class System:
    """Everything that is started, and where each service's database is."""

    dsns: Mapping[str, str]
    groups: Mapping[str, str]
    prefix: str
    programs: dict[str, Program] = field(default_factory=dict)

    def start(self) -> None:
        for program in self.programs.values():
            program.start()
        for program in self.programs.values():
            program.await_ready()

    def all_living(self) -> None:
        """Raises `ProgramFailed` for one that has ended by itself."""
        for program in self.programs.values():
            if not program.alive:
                raise ProgramFailed(f"{program.name} has ended by itself. {program.last_words()}")

    def revive(self) -> list[str]:
        """Start what has died, as Kubernetes would; returns the names."""
        dead = [program for program in self.programs.values() if not program.alive]
        for program in dead:
            program.start()
        return [program.name for program in dead]

    def stop(self) -> None:
        for program in self.programs.values():
            if program.process is not None:
                program.process.send(signal.SIGTERM)
        for program in self.programs.values():
            if program.process is not None:
                program.process.wait(seconds=20)
                program.process.release()


async def build(servers: AnyServers, folder: Path, *, clock: Path, smtp_port: int) -> System:
    """Databases migrated, topics made, keys made; nothing is started yet."""
    keys, dsns, kafka = await asyncio.gather(
        asyncio.to_thread(make_keys, folder), databases(servers, folder), topics(servers)
    )
    ports = iter(free_ports(2 * len(SERVICES)))
    groups = {service: f"{kafka.prefix}{service}" for service in SERVICES}
    system = System(dsns, groups, kafka.prefix)
    urls = {service: next(ports) for service in SERVICES}
    for service in SERVICES:
        given = settings_of(
            service, system, kafka, ports=urls, keys=keys, clock=clock, smtp_port=smtp_port
        )
        system.programs[service] = Program(
            service, [service, "serve"], given, folder, urls[service]
        )
        port = next(ports)
        relay = {
            "RELAY_DATABASE_URL": dsns[service],
            "RELAY_KAFKA_BOOTSTRAP": kafka.bootstrap,
            "RELAY_KAFKA_TOPIC_PREFIX": kafka.prefix,
            "RELAY_PORT": str(port),
        }
        name = f"relay-{service}"
        system.programs[name] = Program(name, ["relay", "serve"], relay, folder, port)
    return system


async def databases(servers: AnyServers, folder: Path) -> Mapping[str, str]:
    postgres = await in_a_thread(lambda: servers.postgres)
    dsns = {service: await postgres.create_database(f"demo_{service}") for service in SERVICES}
    migrations = [partial(migrate, service, dsn, folder) for service, dsn in dsns.items()]
    await asyncio.to_thread(side_by_side, *migrations)
    return dsns


async def topics(servers: AnyServers) -> Kafka:
    kafka = await in_a_thread(lambda: servers.kafka)
    making = (
        kafka.create_topics(
            [kafka.prefix + topic.name], partitions=topic.partitions, config=topic.config
        )
        for topic in TOPICS.values()
    )
    await asyncio.gather(*making)
    return kafka


def make_keys(folder: Path) -> Mapping[str, Path]:
    """Keys that sign the links: the private ones are notifications' alone."""
    keys = {"private": folder / "link-keys.private.json", "public": folder / "link-keys.json"}
    where = ["--private", str(keys["private"]), "--public", str(keys["public"])]
    run_to_end(["notifications", "keys", "add", *where], {}, folder)
    return keys


def settings_of(
    service: str,
    system: System,
    kafka: Kafka,
    *,
    ports: Mapping[str, int],
    keys: Mapping[str, Path],
    clock: Path,
    smtp_port: int,
) -> dict[str, str]:
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    shared = {
        "DATABASE_URL": system.dsns[service],
        "KAFKA_BOOTSTRAP": kafka.bootstrap,
        "KAFKA_GROUP": system.groups[service],
        "KAFKA_TOPIC_PREFIX": system.prefix,
        "KAFKA_SESSION_TIMEOUT_MS": "6000",
        "PORT": str(ports[service]),
        "CLOCK_FILE": str(clock),
        "LINK_KEYS": str(keys["public"]),
        "RENEW_URL": urls["notifications"] + "/links/renew",
        "SECURE_COOKIES": "false",
    }
    if service == "notifications":
        shared |= {
            "SIGNING_KEYS": str(keys["private"]),
            "SCHEDULING_URL": urls["scheduling"],
            "FEEDBACK_URL": urls["feedback"],
            "PUBLIC_URL": urls["notifications"],
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(smtp_port),
            "SMTP_TLS": "none",
            "MAIL_FROM": "interviews@northwind.example",
            "MAIL_FROM_NAME": "Northwind interviews",
            "MAIL_WORKERS": str(MAIL_WORKERS),
            "FUSE_MAILS": "100000",
        }
    return {f"{service.upper()}_{name}": value for name, value in shared.items()}


def migrate(service: str, dsn: str, folder: Path) -> None:
    run_to_end([service, "migrate"], {f"{service.upper()}_DATABASE_URL": dsn}, folder)


def run_to_end(arguments: list[str], environment: Mapping[str, str], folder: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own programs
        [sys.executable, "-m", *arguments],
        env=os.environ | environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ProgramFailed(f"{' '.join(arguments[:2])} failed: {done.stderr[-2000:]}")
