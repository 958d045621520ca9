"""Writes the topics and the users of Kafka, for Strimzi, from the topic table of the contracts.

    python -m deploy.manifests.kafka

A test holds the files to the table. Nobody may do more than the table says: no wildcard, no prefix.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from parley_contracts.topics import ATS, FEEDBACK, NOTIFICATIONS, SCHEDULING, TOPICS, Topic

FOLDER = Path(__file__).parents[1] / "base" / "kafka"
SERVICES = (SCHEDULING, FEEDBACK, NOTIFICATIONS)
CLUSTER = {"strimzi.io/cluster": "parley"}
"""Strimzi's operators take up what carries the name of their cluster."""
API = "kafka.strimzi.io/v1"
REPLICAS = 3
HEAD = "# Written by `make manifests` from the topic table of libs/contracts; a test holds it to that.\n"
Manifest = dict[str, object]
Rule = dict[str, object]


def main() -> int:
    for name, text in files().items():
        (FOLDER / name).write_text(text)
    return 0


def files() -> dict[str, str]:
    return {
        "topics.yaml": written(topic(one) for one in TOPICS.values()),
        "users.yaml": written(users()),
    }


def written(manifests: Iterable[Manifest]) -> str:
    return HEAD + yaml.safe_dump_all(manifests, sort_keys=False, width=100)


def topic(one: Topic) -> Manifest:
    safe = {"min.insync.replicas": str(REPLICAS - 1), "unclean.leader.election.enable": "false"}
    return {
        "apiVersion": API,
        "kind": "KafkaTopic",
        "metadata": {"name": one.name, "labels": dict(CLUSTER)},
        "spec": {
            "partitions": one.partitions,
            "replicas": REPLICAS,
            "config": dict(sorted((one.config | safe).items())),
        },
    }


def users() -> Iterable[Manifest]:
    """The ATS, and of each service two: itself, which never writes, and its relay, which never reads."""
    yield user(ATS, [*writing(owned(ATS)), *reading(consumed(ATS)), group(ATS)])
    for service in SERVICES:
        yield user(service, [*reading(read_by(service)), group(service)])
        yield user(f"{service}-relay", writing(owned(service)))


def user(name: str, rules: Sequence[Rule]) -> Manifest:
    return {
        "apiVersion": API,
        "kind": "KafkaUser",
        "metadata": {"name": name, "labels": dict(CLUSTER)},
        "spec": {
            "authentication": {"type": "scram-sha-512"},
            "authorization": {"type": "simple", "acls": list(rules)},
        },
    }


def read_by(service: str) -> list[str]:
    """What it consumes, and what it owns: `reconcile` compares that with its database."""
    return sorted({*consumed(service), *owned(service)})


def owned(name: str) -> list[str]:
    return [one.name for one in TOPICS.values() if name in one.owners]


def consumed(name: str) -> list[str]:
    return [one.name for one in TOPICS.values() if name in one.consumers]


def reading(names: Iterable[str]) -> list[Rule]:
    """A topic's settings are seen by `check`."""
    return [rule("topic", name, "Describe", "DescribeConfigs", "Read") for name in names]


def writing(names: Iterable[str]) -> list[Rule]:
    return [rule("topic", name, "Describe", "Write") for name in names]


def group(name: str) -> Rule:
    return rule("group", name, "Describe", "Read")


def rule(kind: str, name: str, *operations: str) -> Rule:
    """Strimzi's default pattern is the literal name; written out, since all depends on it."""
    resource = {"type": kind, "name": name, "patternType": "literal"}
    return {"resource": resource, "operations": list(operations)}


if __name__ == "__main__":
    sys.exit(main())
