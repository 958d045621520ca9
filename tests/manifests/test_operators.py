"""What is asked of the operators in production: Strimzi, CloudNativePG, KEDA, and whoever brings people in."""

from urllib.parse import urlsplit

import pytest
from tests.manifests.rendering import (
    SERVICES,
    Manifest,
    name_of,
    of_kind,
    overlay,
    pod_of,
    workloads,
)

from notifications.adapters.mail_links import FOR_CANDIDATES, FOR_STAFF
from parley_contracts.links import OWNERS, Purpose
from parley_contracts.topics import PARTITIONS

PRODUCTION = "production"


def found(*kinds: str) -> dict[str, Manifest]:
    return {one["metadata"]["name"]: one for one in of_kind(overlay(PRODUCTION), *kinds)}


def test_kafka_loses_nothing_with_one_node() -> None:
    kafka = found("Kafka")["parley"]["spec"]["kafka"]
    pool = found("KafkaNodePool")["kafka"]["spec"]

    assert pool["replicas"] == 3
    assert kafka["config"]["min.insync.replicas"] == 2
    assert kafka["config"]["unclean.leader.election.enable"] is False
    assert kafka["config"]["auto.create.topics.enable"] is False
    assert kafka["authorization"] == {"type": "simple"}
    for listener in kafka["listeners"]:
        assert listener["tls"] is True
        assert listener["authentication"]["type"] == "scram-sha-512"
        assert listener["networkPolicyPeers"]
    for volume in pool["storage"]["volumes"]:
        assert volume["deleteClaim"] is False


def test_brokers_may_write_to_their_volumes() -> None:
    """Strimzi gives its pods root's group, but where a template says anything of their security."""
    template = found("KafkaNodePool")["kafka"]["spec"]["template"]
    assert template["pod"]["securityContext"]["fsGroup"] == 0


def test_databases_commit_on_two_machines_and_are_backed_up() -> None:
    clusters = found("Cluster")
    backups = {one["spec"]["cluster"]["name"] for one in found("ScheduledBackup").values()}

    assert clusters.keys() == {f"{service}-db" for service in SERVICES} == backups
    for name, cluster in clusters.items():
        spec = cluster["spec"]
        # Else each snapshot outlives what tells of it, and whoever was erased.
        assert spec["backup"]["volumeSnapshot"]["snapshotOwnerReference"] == "backup"
        assert spec["instances"] == 3
        synchronous = {"method": "any", "number": 1, "dataDurability": "required"}
        assert spec["postgresql"]["synchronous"] == synchronous
        service = name.removesuffix("-db")
        assert spec["bootstrap"]["initdb"]["database"] == service, "roles.sql names roles after it"


def test_what_is_scaled_by_lag_is_scaled_safely() -> None:
    scaled = found("ScaledObject")

    assert scaled.keys() == {f"{service}-consume" for service in SERVICES}
    for name, one in scaled.items():
        spec = one["spec"]
        assert spec["scaleTargetRef"]["name"] == name
        assert 2 <= spec["minReplicaCount"] <= spec["maxReplicaCount"] <= PARTITIONS
        assert spec["fallback"]["replicas"] >= 2
        (trigger,) = spec["triggers"]
        assert trigger["metadata"]["consumerGroup"] == name.removesuffix("-consume")
        assert trigger["metadata"]["offsetResetPolicy"] == "earliest"
        assert trigger["metadata"]["excludePersistentLag"] == "true"
        assert trigger["metadata"]["lagThreshold"] == "50"


def test_how_many_there_are_is_said_once() -> None:
    """score: deployment-targeted-by-hpa-does-not-have-replicas, horizontalpodautoscaler-has-target"""
    scaled = {
        one["spec"]["scaleTargetRef"]["name"]: name_of(one)
        for one in found("ScaledObject", "HorizontalPodAutoscaler").values()
    }

    deployments = found("Deployment")
    assert scaled.keys() <= deployments.keys()
    for name, deployment in deployments.items():
        if name in scaled:
            assert "replicas" not in deployment["spec"], name
        else:
            assert deployment["spec"]["replicas"] >= 2, name
    assert not [name for name in found("HorizontalPodAutoscaler") if not name.endswith("-web")]


def test_every_page_has_its_address_and_nothing_else_has() -> None:
    """score: ingress-targets-service; probes and figures are not for the outside."""
    routed = {
        name: {
            (path["path"], path["backend"]["service"]["name"])
            for rule in ingress["spec"]["rules"]
            for path in rule["http"]["paths"]
        }
        for name, ingress in found("Ingress").items()
    }

    def pages(without: frozenset[Purpose]) -> set[tuple[str, str]]:
        return {
            (f"/{purpose}", owner) for purpose, owner in OWNERS.items() if purpose not in without
        }

    static = {("/static", service) for service in SERVICES}
    assert routed["candidates"] == pages(FOR_STAFF) | static | {("/links", "notifications")}
    assert routed["staff"] == pages(FOR_CANDIDATES) | static


@pytest.mark.parametrize(("ingress", "prefix"), [("candidates", ""), ("staff", "STAFF_")])
def test_what_mails_name_is_routed_to_the_service_that_serves_it(ingress: str, prefix: str) -> None:
    (settings,) = (
        one["data"]
        for one in found("ConfigMap").values()
        if "NOTIFICATIONS_PUBLIC_URL" in one["data"]
    )
    named = {
        service: urlsplit(settings[f"NOTIFICATIONS_{prefix}{name}_URL"])
        for service, name in (
            ("notifications", "PUBLIC"), ("scheduling", "SCHEDULING"), ("feedback", "FEEDBACK"),
        )
    }  # fmt: skip

    rules = found("Ingress")[ingress]["spec"]["rules"]

    routed = {rule["host"]: {path["backend"]["service"]["name"] for path in rule["http"]["paths"]} for rule in rules}  # fmt: skip
    assert {url.netloc: {service} for service, url in named.items()} == routed
    assert {url.scheme for url in named.values()} == {"https"}


def test_hosts_have_certificates() -> None:
    for ingress in found("Ingress").values():
        (tls,) = ingress["spec"]["tls"]
        assert set(tls["hosts"]) == {rule["host"] for rule in ingress["spec"]["rules"]}


def test_every_secret_comes_from_the_store_or_from_an_operator() -> None:
    made = {one["spec"]["target"]["name"] for one in found("ExternalSecret").values()}
    made |= found("KafkaUser").keys() | {"parley-cluster-ca-cert"}
    made |= {f"{name}-ca" for name in found("Cluster")}

    for workload in workloads(overlay(PRODUCTION)):
        volumes = [one for one in pod_of(workload)["spec"]["volumes"] if "secret" in one]
        wanted = {one["secret"]["secretName"] for one in volumes}
        assert wanted <= made, name_of(workload)


def test_runs_by_digest_alone() -> None:
    for workload in workloads(overlay(PRODUCTION)):
        for container in pod_of(workload)["spec"]["containers"]:
            assert "@sha256:" in container["image"]
            assert container["imagePullPolicy"] == "Always"
