"""Kafka: whether it answers, which topics are there and how, what this user may do."""

import asyncio
from collections.abc import Mapping

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    UnknownMemberIdError,
    for_code,
)
from aiokafka.protocol.group import HeartbeatRequest

from feedback.adapters.check.findings import Findings
from feedback.adapters.kafka import AGAIN_SECONDS, ANSWER_MS, UNREACHABLE, Kafka
from feedback.adapters.kafka_look import READ, TopicSeen, topics_seen, why_nobody_answers
from parley_contracts.topics import TOPICS

MEANS = {
    "UnknownTopicOrPartitionError": "is not there: `make manifests` writes all topics for Strimzi",
    "TopicAuthorizationFailedError": "this user may not even see it (ACL Describe, Read)",
}
"""By Kafka's name of the error."""


async def look_at_kafka(kafka: Kafka, service: str, prefix: str, findings: Findings) -> None:
    """What a service reads: what it consumes, and what it owns, for `reconcile`. Its relay writes."""
    topics = [one.name for one in TOPICS.values() if service in {*one.consumers, *one.owners}]
    setting = f"{prefix}KAFKA_BOOTSTRAP"
    try:
        async with kafka.admin() as admin:
            findings.fine[setting] = kafka.bootstrap
            seen = await topics_seen(admin, [kafka.prefix + one for one in topics])
            for name in sorted(topics):
                await _look_at_topic(admin, name, kafka.prefix, seen[kafka.prefix + name], findings)
            if await _may_join(admin, kafka.group):
                findings.fine[f"group {kafka.group}"] = "may be joined"
            else:
                findings.lacks(
                    f"group {kafka.group}",
                    "this user has no right to read in it (ACL Read, Describe)",
                )
    except (*UNREACHABLE, ValueError) as trouble:
        findings.lacks(setting, await _why(trouble, kafka))


async def _look_at_topic(
    admin: AIOKafkaAdminClient, name: str, prefix: str, seen: TopicSeen, findings: Findings
) -> None:
    wanted, about = TOPICS[name], f"topic {prefix + name}"
    if seen.trouble is not None:
        findings.lacks(about, MEANS.get(seen.trouble, seen.trouble))
        return
    lacking = []
    if seen.partitions != wanted.partitions:
        lacking.append(f"has {seen.partitions} partitions instead of {wanted.partitions}")
    if not seen.may(READ):
        lacking.append("this user has no right to read it (ACL Read)")
    settings = await _settings(admin, prefix + name)
    if settings is None:
        findings.remarks(about, "its settings may not be seen (ACL DescribeConfigs)")
    else:
        lacking += [
            f"{key} is {settings.get(key)} instead of {value}"
            for key, value in sorted(wanted.config.items())
            if settings.get(key) != value
        ]
    for one in lacking:
        findings.lacks(about, one)
    if not lacking:
        findings.fine[about] = f"{seen.partitions} partitions"


async def _settings(admin: AIOKafkaAdminClient, topic: str) -> Mapping[str, str] | None:
    """None where this user may not see them."""
    (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    ((code, _, _, _, entries),) = answer.resources
    return None if code else {name: value for name, value, *_ in entries}


async def _may_join(admin: AIOKafkaAdminClient, group: str) -> bool:
    """Asked by the heartbeat of a member that is none: whoever may be one is told that it is not known."""
    heartbeat = HeartbeatRequest(group, -1, "")
    async with asyncio.timeout(ANSWER_MS / 1000):
        while True:
            try:
                node = await admin.find_coordinator(group)
                answer = await admin._send_request(heartbeat, node)  # noqa: SLF001 - as its own commands do
                error = for_code(answer.error_code)
            except KafkaError as trouble:
                error = type(trouble)
            if error is GroupAuthorizationFailedError:
                return False
            if error is UnknownMemberIdError:
                return True
            # A broker that has just begun needs a moment until it knows groups at all.
            if not error.retriable:
                raise error
            await asyncio.sleep(AGAIN_SECONDS)


async def _why(trouble: BaseException, kafka: Kafka) -> str:
    if isinstance(trouble, FileNotFoundError | PermissionError):
        return "not tried, for a file that it needs cannot be read"
    if isinstance(trouble, ValueError):
        return "not tried, for settings that go together are not all there"
    if isinstance(trouble, KafkaConnectionError):
        return await why_nobody_answers(kafka.bootstrap, kafka.access.client())
    return f"Kafka refuses: {type(trouble).__name__}"
