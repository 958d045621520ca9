"""What Kafka has and what it lets this user do, asked of the broker itself: nothing is read, written or joined.

The rights come as bits with the answer that describes a topic (KIP-430).
"""

import ssl
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import collect_hosts
from aiokafka.conn import create_conn
from aiokafka.errors import (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    for_code,
)
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Int16, Int32, Schema, String

ANSWER_MS = 10_000
REFUSED = (AuthenticationFailedError, AuthenticationMethodNotSupported, SaslAuthenticationFailed)
READ, WRITE = 3, 4
"""Of org.apache.kafka.common.acl.AclOperation."""


class MetadataResponse(Response):  # type: ignore[misc]  # aiokafka has no types
    """Version 8, the first that tells rights."""

    API_KEY = 3
    API_VERSION = 8
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            Array(
                ("node_id", Int32),
                ("host", String("utf-8")),
                ("port", Int32),
                ("rack", String("utf-8")),
            ),
        ),
        ("cluster_id", String("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            Array(
                ("error_code", Int16),
                ("topic", String("utf-8")),
                ("is_internal", Boolean),
                (
                    "partitions",
                    Array(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", Array(Int32)),
                        ("isr", Array(Int32)),
                        ("offline_replicas", Array(Int32)),
                    ),
                ),
                ("authorized_operations", Int32),
            ),
        ),
        ("cluster_authorized_operations", Int32),
    )


class MetadataRequestStruct(RequestStruct):  # type: ignore[misc]  # aiokafka has no types
    API_KEY = 3
    API_VERSION = 8
    RESPONSE_TYPE = MetadataResponse
    SCHEMA = Schema(
        ("topics", Array(String("utf-8"))),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
    )


class MetadataRequest(Request[MetadataRequestStruct]):  # type: ignore[misc]  # aiokafka has no types
    API_KEY = 3

    def __init__(self, topics: Collection[str]) -> None:
        self.topics = list(topics)

    def build(self, request_struct_class: type[MetadataRequestStruct]) -> MetadataRequestStruct:
        return request_struct_class(self.topics, False, False, True)


@dataclass(frozen=True, slots=True)
class TopicSeen:
    trouble: str | None
    """By Kafka's name of the error, such as UnknownTopicOrPartitionError or TopicAuthorizationFailedError."""
    partitions: int = 0
    rights: int = 0

    def may(self, operation: int) -> bool:
        return bool(self.rights >> operation & 1)


async def topics_seen(
    admin: AIOKafkaAdminClient, topics: Collection[str]
) -> Mapping[str, TopicSeen]:
    """By name; raises `KafkaError`."""
    answer: Any = await admin._send_request(MetadataRequest(topics))  # noqa: SLF001 - its own commands leave rights out
    found = {}
    for code, name, _, partitions, rights in answer.topics:
        trouble = for_code(code).__name__ if code else None
        found[name] = TopicSeen(trouble, len(partitions), rights)
    return found


async def why(
    trouble: BaseException, bootstrap: str, access: Callable[[], Mapping[str, Any]]
) -> str:
    """What came between us and the brokers. `access`: aiokafka's arguments of security, from files."""
    if isinstance(trouble, FileNotFoundError | PermissionError):
        return "not tried, for a file that it needs cannot be read"
    if isinstance(trouble, ssl.SSLError):
        return f"TLS fails: {trouble.reason}"
    if isinstance(trouble, ValueError):
        return "not tried, for settings that go together are not all there"
    if isinstance(trouble, KafkaConnectionError | TimeoutError):
        return await _why_nobody_answers(bootstrap, access())
    return f"Kafka refuses: {type(trouble).__name__}"


async def _why_nobody_answers(bootstrap: str, access: Mapping[str, Any]) -> str:
    """A client says it in its log alone."""
    found = "no Kafka answers there"
    for host, port, _ in collect_hosts(bootstrap.split(",")):
        try:
            line = await create_conn(host, port, request_timeout_ms=ANSWER_MS, **access)
        except REFUSED:
            return "the login is refused"
        except ssl.SSLError as trouble:
            return f"TLS fails: {trouble.reason}"
        except (KafkaError, OSError, TimeoutError) as trouble:
            found = f"no Kafka answers there: {type(trouble.__cause__ or trouble).__name__}"
        else:
            line.close()
    return found
