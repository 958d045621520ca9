"""Topics and users of Kafka are those of the topic table, and nobody may do more than it says."""

import yaml
from deploy.manifests import kafka
from tests.manifests.rendering import Manifest

from parley_contracts.topics import TOPICS


def written(name: str) -> list[Manifest]:
    return list(yaml.safe_load_all((kafka.FOLDER / name).read_text()))


def test_files_are_what_the_topic_table_makes() -> None:
    for name, text in kafka.files().items():
        assert (kafka.FOLDER / name).read_text() == text, f"run `make manifests`: {name}"


def test_each_topic_is_kept_by_three_and_written_by_two() -> None:
    topics = {one["metadata"]["name"]: one["spec"] for one in written("topics.yaml")}

    assert topics.keys() == TOPICS.keys()
    for name, spec in topics.items():
        assert spec["partitions"] == TOPICS[name].partitions
        assert spec["replicas"] == 3
        assert spec["config"]["min.insync.replicas"] == "2"
        assert spec["config"]["unclean.leader.election.enable"] == "false"
        assert spec["config"].items() >= TOPICS[name].config.items()


def test_rights_are_those_of_the_table_by_literal_names() -> None:
    may_write: set[tuple[str, str]] = set()
    may_read: set[tuple[str, str]] = set()
    for user in written("users.yaml"):
        name = user["metadata"]["name"]
        for rule in user["spec"]["authorization"]["acls"]:
            resource = rule["resource"]
            assert resource["patternType"] == "literal"
            if resource["type"] == "group":
                assert resource["name"] == name
                continue
            if "Write" in rule["operations"]:
                may_write.add((name.removesuffix("-relay"), resource["name"]))
            if "Read" in rule["operations"]:
                may_read.add((name, resource["name"]))

    owners = {(owner, one.name) for one in TOPICS.values() for owner in one.owners}
    readers = {(reader, one.name) for one in TOPICS.values() for reader in one.consumers}
    assert may_write == owners
    assert may_read == readers | {(who, topic) for who, topic in owners if who != "ats"}


def test_no_service_writes_and_no_relay_reads() -> None:
    for user in written("users.yaml"):
        name = user["metadata"]["name"]
        done = {one for rule in user["spec"]["authorization"]["acls"] for one in rule["operations"]}
        if name.endswith("-relay"):
            assert done == {"Describe", "Write"}
        elif name != "ats":
            assert done == {"Describe", "DescribeConfigs", "Read"}
