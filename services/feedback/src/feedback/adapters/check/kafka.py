"""Kafka: whether it answers, which topics are there and how, what this user may do."""

import asyncio
from collections.abc import Collection, Mapping

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaError,
    UnknownMemberIdError,
    for_code,
)
from aiokafka.protocol.group import HeartbeatRequest

from feedback.adapters.check.findings import Findings
from feedback.adapters.kafka import AGAIN_SECONDS, ANSWER_MS, UNREACHABLE, Kafka
from feedback.adapters.kafka_look import READ, TopicSeen, topics_seen, why
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
            full = [kafka.prefix + one for one in sorted(topics)]
            seen, settings = await topics_seen(admin, full), await _settings(admin, full)
            for name in full:
                _look_at_topic(name, kafka.prefix, seen[name], settings[name], findings)
            if await _may_join(admin, kafka.group):
                findings.fine[f"group {kafka.group}"] = "may be joined"
            else:
                findings.lacks(
                    f"group {kafka.group}",
                    "this user has no right to read in it (ACL Read, Describe)",
                )
    except (*UNREACHABLE, ValueError) as trouble:
        findings.lacks(setting, await why(trouble, kafka.bootstrap, kafka.access.client))


def _look_at_topic(
    name: str,
    prefix: str,
    seen: TopicSeen,
    settings: Mapping[str, str] | None,
    findings: Findings,
) -> None:
    wanted, about = TOPICS[name.removeprefix(prefix)], f"topic {name}"
    if seen.trouble is not None:
        findings.lacks(about, MEANS.get(seen.trouble, seen.trouble))
        return
    lacking = []
    if seen.partitions != wanted.partitions:
        lacking.append(f"has {seen.partitions} partitions instead of {wanted.partitions}")
    if not seen.may(READ):
        lacking.append("this user has no right to read it (ACL Read)")
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


async def _settings(
    admin: AIOKafkaAdminClient, topics: Collection[str]
) -> Mapping[str, Mapping[str, str] | None]:
    """By topic; None where this user may not see them."""
    wanted = [ConfigResource(ConfigResourceType.TOPIC, one) for one in topics]
    (answer,) = await admin.describe_configs(wanted)
    return {
        name: None if code else {key: value for key, value, *_ in entries}
        for code, _, _, name, entries in answer.resources
    }


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
