"""Apache Kafka and PostgreSQL as a production runs them: they ask who is there, and prove who they are."""

import base64
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import trustme
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest
from cryptography.hazmat.primitives import serialization

from parley_local.kafka import KafkaCluster
from parley_local.kafka_settings import Ports
from parley_local.ports import LOOPBACK, free_ports
from parley_local.postgres import PostgresServer
from parley_local.process import run
from parley_local.servers import embedded

USER = "parley-service"
EVERYBODY = "User:*"
TOPIC, GROUP, LITERAL = 2, 3, 3
ALL, READ, WRITE, DESCRIBE, DESCRIBE_CONFIGS = 2, 3, 4, 8, 10
DENY, ALLOW = 2, 3
"""Kafka's numbers of resources, operations and permissions (org.apache.kafka.common.acl)."""
WAYS = ("scram", "mutual_tls", "token", "plain")
SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
PLAIN = (
    "org.apache.kafka.common.security.plain.PlainLoginModule required"
    f' username="broker" password="broker" user_{USER}="first";'
)
TOKEN = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required"
TOKENS_ARE_NOT_SIGNED = f'{TOKEN} unsecuredLoginStringClaim_sub="broker";'
"""Kafka's own way to try tokens out: it reads their claims, and believes them."""
HBA = """\
hostssl all secured 127.0.0.1/32 scram-sha-256
host all secured 127.0.0.1/32 reject
"""


@dataclass(frozen=True)
class SecuredKafka:
    """One broker with a listener for each way to prove who one is."""

    cluster: KafkaCluster
    ports: Mapping[str, int]
    folder: Path

    def access(self, way: str, folder: Path, authority: trustme.CA) -> dict[str, object]:
        """Arguments of `KafkaAccess`; its files are written into `folder`."""
        folder.mkdir(exist_ok=True)
        (folder / "password").write_text("first\n")
        (folder / "token").write_text(token() + "\n")
        authority.cert_pem.write_to_path(folder / "ca.crt")
        give_certificate(authority, folder)
        by_password = {"username": USER, "password": folder / "password", "ca": folder / "ca.crt"}
        return {
            "scram": {"protocol": "SASL_SSL", **by_password},
            "plain": {"protocol": "SASL_SSL", "mechanism": "PLAIN", **by_password},
            "mutual_tls": {
                "protocol": "SSL",
                "ca": folder / "ca.crt",
                "certificate": folder / "tls.crt",
                "key": folder / "tls.key",
            },
            "token": {
                "protocol": "SASL_SSL",
                "mechanism": "OAUTHBEARER",
                "token": folder / "token",
                "ca": folder / "ca.crt",
            },
        }[way]

    def bootstrap(self, way: str) -> str:
        return f"{LOOPBACK}:{self.ports[way]}"

    def set_password(self, password: str) -> None:
        """For SCRAM, as an operator does; who is connected stays so."""
        (node,) = self.cluster.nodes
        java = node._java
        alter = ["--alter", "--entity-type", "users", "--entity-name", USER]
        given = f"SCRAM-SHA-512=[iterations=4096,password={password}]"
        run(
            [
                *java,
                "kafka.admin.ConfigCommand",
                *["--bootstrap-server", node.bootstrap, *alter, "--add-config", given],
            ],
            folder=self.folder,
            log=self.folder / "passwords.log",
        )

    async def forbid(self, operation: int, kind: int, name: str) -> None:
        """`kind` and `operation` by Kafka's numbers; everybody else, and everything else, stays allowed."""
        rules = [(EVERYBODY, ALL, ALLOW), (f"User:{USER}", operation, DENY)]
        admin = AIOKafkaAdminClient(bootstrap_servers=self.cluster.bootstrap)
        await admin.start()
        for who, what, permission in rules:
            asked = CreateAclsRequest(kind, name, LITERAL, who, "*", what, permission)
            answer = await admin._send_request(asked)
            assert [code for code, _ in answer.creation_responses] == [0]
        await admin.close()

    def restart(self) -> None:
        (node,) = self.cluster.nodes
        node.stop()
        node.start()


@contextmanager
def secured_kafka(folder: Path, authority: trustme.CA) -> Iterator[SecuredKafka]:
    keys = authority.issue_cert(LOOPBACK)
    pem = as_pkcs8(keys.private_key_pem.bytes()) + keys.cert_chain_pems[0].bytes()
    (folder / "broker.pem").write_bytes(pem)
    authority.cert_pem.write_to_path(folder / "trusted.pem")
    ports = dict(zip(WAYS, free_ports(len(WAYS)), strict=True))
    with embedded() as servers:
        cluster = servers.kafka
        (node,) = cluster.nodes
        node.stop()
        with node.settings.open("a") as settings:
            settings.write(properties(cluster.ports[0], folder, ports))
        node.start()
        secured = SecuredKafka(cluster, ports, folder)
        secured.set_password("first")
        yield secured


def as_pkcs8(pem: bytes) -> bytes:
    """The one form of a key that Java reads."""
    key = serialization.load_pem_private_key(pem, password=None)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def properties(own: Ports, folder: Path, ports: Mapping[str, int]) -> str:
    """Behind the settings of the plain broker: of two lines the later one counts."""
    protocols = dict.fromkeys(WAYS, "SASL_SSL") | {"mutual_tls": "SSL"}
    kinds = [f"{way.upper()}:{protocol}" for way, protocol in protocols.items()]
    told = [f"PLAINTEXT://{LOOPBACK}:{own.client}"]
    told += [f"{way.upper()}://{LOOPBACK}:{ports[way]}" for way in WAYS]
    lines = {
        "listeners": ",".join([*told, f"CONTROLLER://{LOOPBACK}:{own.controller}"]),
        "advertised.listeners": ",".join(told),
        "listener.security.protocol.map": ",".join(
            ["PLAINTEXT:PLAINTEXT", "CONTROLLER:PLAINTEXT", *kinds]
        ),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(folder / "broker.pem"),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(folder / "trusted.pem"),
        "listener.name.mutual_tls.ssl.client.auth": "required",
        "listener.name.scram.sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.scram.scram-sha-512.sasl.jaas.config": SCRAM,
        "listener.name.plain.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.plain.plain.sasl.jaas.config": PLAIN,
        "listener.name.token.sasl.enabled.mechanisms": "OAUTHBEARER",
        "listener.name.token.oauthbearer.sasl.jaas.config": TOKENS_ARE_NOT_SIGNED,
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS;User:broker",
        "allow.everyone.if.no.acl.found": "true",
    }
    return "\n" + "".join(f"{name}={value}\n" for name, value in lines.items())


def give_certificate(authority: trustme.CA, folder: Path) -> None:
    """As Kubernetes replaces a mounted secret: another file under the same name."""
    issued = authority.issue_cert(f"{USER}@parley.example", common_name=USER)
    for name, pem in (
        ("tls.crt", issued.cert_chain_pems[0].bytes()),
        ("tls.key", issued.private_key_pem.bytes()),
    ):
        replace_text(folder / name, pem.decode())


def replace_text(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text)
    beside.replace(path)


def token() -> str:
    """An unsigned one, good for an hour of the broker's clock."""
    now = int(time.time())
    claims = {"sub": USER, "iat": now - 60, "exp": now + 3600}
    return f"{_part({'alg': 'none'})}.{_part(claims)}."


def _part(content: Mapping[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@dataclass(frozen=True)
class SecuredPostgres:
    """Its user `secured` comes in by TLS and password alone."""

    server: PostgresServer
    ca: Path

    def dsn(self, database: str) -> str:
        place = f"{LOOPBACK}:{self.server.port}/{database}"
        return f"postgresql://secured@{place}?sslmode=verify-full&sslrootcert={self.ca}"

    async def begin(self) -> None:
        await self._as_superuser("create role secured login password 'first'")
        await self._as_superuser("alter system set ssl = on")
        await self._as_superuser("select pg_reload_conf()")

    async def set_password(self, password: str) -> None:
        await self._as_superuser(f"alter role secured password '{password}'")

    async def _as_superuser(self, statement: str) -> None:
        connection = await asyncpg.connect(self.server.admin_dsn)
        await connection.execute(statement)
        await connection.close()


@contextmanager
def secured_postgres(authority: trustme.CA, ca: Path) -> Iterator[SecuredPostgres]:
    with embedded(fsync=False) as servers:
        server = servers.postgres
        keys = authority.issue_cert(LOOPBACK)
        hold(server.data / "server.crt", keys.cert_chain_pems[0].bytes(), like=server.data)
        hold(server.data / "server.key", keys.private_key_pem.bytes(), like=server.data)
        rules = server.data / "pg_hba.conf"
        rules.write_text(HBA + rules.read_text())
        authority.cert_pem.write_to_path(ca)
        yield SecuredPostgres(server, ca)


def hold(path: Path, content: bytes, *, like: Path) -> None:
    """The server takes a key only from a file that is its own."""
    path.write_bytes(content)
    path.chmod(0o600)
    owner = like.stat()
    os.chown(path, owner.st_uid, owner.st_gid)
