"""Exactly the edges that are documented: every other address and port is closed."""

from collections.abc import Iterable
from itertools import product

import pytest
from tests.manifests.policies import Party, allowed
from tests.manifests.rendering import ROLES, SERVICES, Manifest, of_kind, overlay, pod_of, workloads

API = Party("kubernetes", namespace="default", cidr="10.96.0.1/32")
MAIL = Party("mail-server", namespace="", cidr="192.0.2.25/32")
WEB = Party("the-internet", namespace="", cidr="198.51.100.7/32")
DNS = Party("dns", labels={"k8s-app": "kube-dns"}, namespace="kube-system")
PROMETHEUS = Party(
    "prometheus", labels={"app.kubernetes.io/name": "prometheus"}, namespace="monitoring"
)
INGRESS = Party("ingress", namespace="ingress", namespace_labels={"parley.example/ingress": "true"})
ATS = Party("ats", namespace="hr", namespace_labels={"parley.example/feeds": "true"})
KEDA = Party("keda", namespace="keda")
STRANGER = Party("stranger", namespace="elsewhere")
INTRUDER = Party("intruder", labels={"app": "intruder"})
DATABASE_OPERATOR = Party(
    "cnpg", labels={"app.kubernetes.io/name": "cloudnative-pg"}, namespace="cnpg-system"
)
PORTS = (25, 53, 80, 443, 587, 2525, 5432, 6443, 8000, 8025, 8080, 9091, 9092, 9093, 15000)
Edges = set[tuple[str, str, int]]


def pods(name: str) -> list[Party]:
    """One for each workload."""
    return [
        Party(
            one["metadata"]["name"],
            labels=pod_of(one)["metadata"]["labels"],
            ports={
                port["name"]: port["containerPort"]
                for container in pod_of(one)["spec"]["containers"]
                for port in container.get("ports", [])
            },
        )
        for one in workloads(overlay(name))
    ]


def made_by_operators() -> list[Party]:
    """Pods that Strimzi and CloudNativePG make, with the labels that they give them."""
    strimzi = {"strimzi.io/cluster": "parley"}
    return [
        Party("kafka", labels=strimzi | {"strimzi.io/name": "parley-kafka"}),
        Party("kafka-operators", labels=strimzi | {"strimzi.io/name": "parley-entity-operator"}),
        *(Party(f"{one}-db", labels={"cnpg.io/cluster": f"{one}-db"}) for one in SERVICES),
    ]


def made_by_strimzi(manifests: Iterable[Manifest]) -> list[Manifest]:
    """The policy that Strimzi makes of the listener's peers."""
    (kafka,) = of_kind(tuple(manifests), "Kafka")
    (listener,) = kafka["spec"]["kafka"]["listeners"]
    broker = {"matchLabels": {"strimzi.io/name": "parley-kafka"}}
    within = {"podSelector": {"matchLabels": {"strimzi.io/cluster": "parley"}}}
    rules = [
        {"from": [*listener["networkPolicyPeers"], within], "ports": [{"port": listener["port"]}]},
        {"from": [within], "ports": [{"port": 9090}, {"port": 9091}]},
    ]
    return [{"spec": {"podSelector": broker, "policyTypes": ["Ingress"], "ingress": rules}}]


def edges(policies: list[Manifest], parties: list[Party]) -> Edges:
    return {
        (source.name, target.name, port)
        for source, target in product(parties, parties)
        for port in PORTS
        if source is not target
        and "parley" in (source.namespace, target.namespace)
        and (source.cidr is None or target.cidr is None)
        and allowed(policies, source, target, port)
    }


def to_names(parties: Iterable[str]) -> Edges:
    return {(name, "dns", 53) for name in parties}


def test_production_has_these_edges_and_no_other() -> None:
    manifests = overlay("production")
    policies = [*of_kind(manifests, "NetworkPolicy"), *made_by_strimzi(manifests)]
    outside = [
        API,
        MAIL,
        WEB,
        DNS,
        PROMETHEUS,
        INGRESS,
        ATS,
        KEDA,
        STRANGER,
        INTRUDER,
        DATABASE_OPERATOR,
    ]

    found = edges(policies, [*pods("production"), *made_by_operators(), *outside])

    running = {f"{service}-{role}" for service in SERVICES for role in ROLES}
    databases = {f"{service}-db" for service in SERVICES}
    asking = {*databases, "kafka", "kafka-operators"}
    expected = to_names(running | databases | {"kafka", "kafka-operators"})
    expected |= to_names(f"{service}-migrate" for service in SERVICES)
    for service in SERVICES:
        using = [f"{service}-{role}" for role in (*ROLES, "migrate")]
        expected |= {(one, f"{service}-db", 5432) for one in using}
        expected |= {("ingress", f"{service}-web", 8080)}
    expected |= {(one, "kafka", 9093) for one in (*running, "ats", "keda", "kafka-operators")}
    expected |= {("kafka-operators", "kafka", 9091)}
    expected |= {("prometheus", one, 8080) for one in running}
    expected |= {("notifications-timers", "mail-server", 587)}
    expected |= {("cnpg", one, port) for one in databases for port in (5432, 8000)}
    # The API server's address is not known beforehand, so whoever asks it may ask any address on its ports.
    for one in asking:
        expected |= {(one, "kubernetes", port) for port in (443, 6443)}
        expected |= {(one, "mail-server", port) for port in (443, 6443)}
        expected |= {(one, "the-internet", port) for port in (443, 6443)}
        expected |= {(one, "dns", port) for port in (443, 6443)}
        expected |= {
            (one, other.name, port)
            for other in (PROMETHEUS, INGRESS, ATS, KEDA, STRANGER, DATABASE_OPERATOR)
            for port in (443, 6443)
        }
    assert found == expected


def test_local_has_these_edges_and_no_other() -> None:
    policies = list(of_kind(overlay("local"), "NetworkPolicy"))
    visitor = Party("visitor", labels={"parley.example/may": "visit"})
    parties = [*pods("local"), visitor, DNS, WEB, INGRESS, PROMETHEUS, STRANGER, INTRUDER]

    found = edges(policies, parties)

    ours = {f"{service}-{role}" for service in SERVICES for role in (*ROLES, "migrate")}
    # Who makes the topics is let in as a visitor.
    visitors = {"visitor", "topics"}
    expected = {(one, "postgres", 5432) for one in ours}
    expected |= {(one, "kafka", 9092) for one in ours | visitors}
    expected |= {(one, f"{service}-web", 8080) for service in SERVICES for one in visitors}
    expected |= {("notifications-timers", "mailbox", 2525)}
    expected |= {(one, "mailbox", 8025) for one in visitors}
    assert {edge for edge in found if edge[1] != "dns"} == expected


@pytest.mark.parametrize("name", ["local", "production"])
def test_without_the_policy_of_nobody_edges_would_be_found(name: str) -> None:
    """The test itself: it sees what an open namespace would let through."""
    policies = [
        one
        for one in of_kind(overlay(name), "NetworkPolicy")
        if one["spec"]["podSelector"] or one["spec"].get("ingress") or one["spec"].get("egress")
    ]
    parties = [*pods(name), STRANGER, INTRUDER, WEB]

    assert any(target == "intruder" for _, target, _ in edges(policies, parties))
