"""Who may open a connection to whom, by the NetworkPolicies of an overlay."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.manifests.rendering import Manifest

PARLEY = "parley"


@dataclass(frozen=True)
class Party:
    """A pod, or an address outside the cluster where it has one."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    namespace: str = PARLEY
    namespace_labels: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[str, int] = field(default_factory=dict)
    cidr: str | None = None

    @property
    def within(self) -> Mapping[str, str]:
        """Labels of its namespace; its name is one of them by itself."""
        return {"kubernetes.io/metadata.name": self.namespace, **self.namespace_labels}


def allowed(policies: Iterable[Manifest], source: Party, target: Party, port: int) -> bool:
    """By the rules of NetworkPolicy: both ends have to agree, and who is under no policy agrees to all."""
    every = list(policies)
    return leaves(every, source, target, port) and enters(every, source, target, port)


def leaves(policies: list[Manifest], source: Party, target: Party, port: int) -> bool:
    over = governing(policies, "Egress", source)
    return over is None or any(met(one, one.get("to"), target, target, port) for one in over)


def enters(policies: list[Manifest], source: Party, target: Party, port: int) -> bool:
    over = governing(policies, "Ingress", target)
    return over is None or any(met(one, one.get("from"), source, target, port) for one in over)


def governing(policies: list[Manifest], kind: str, party: Party) -> list[Manifest] | None:
    """All rules in this direction of those that select the party; None where nobody does."""
    if party.namespace != PARLEY:
        return None
    over = [
        one["spec"]
        for one in policies
        if kind in one["spec"]["policyTypes"] and selects(one["spec"]["podSelector"], party.labels)
    ]
    return [rule for spec in over for rule in spec.get(kind.lower(), [])] if over else None


def met(
    rule: Manifest, peers: list[Manifest] | None, other: Party, target: Party, port: int
) -> bool:
    return (peers is None or any(is_peer(one, other) for one in peers)) and (
        "ports" not in rule or any(is_port(one, target, port) for one in rule["ports"])
    )


def is_port(rule: Manifest, target: Party, port: int) -> bool:
    said: str | int | None = rule["port"]
    return (target.ports.get(said) if isinstance(said, str) else said) == port


def is_peer(peer: Manifest, other: Party) -> bool:
    if "ipBlock" in peer:
        cidr: str = peer["ipBlock"]["cidr"]
        return other.cidr == cidr
    if other.cidr is not None:
        return False
    near = (
        selects(peer["namespaceSelector"], other.within)
        if "namespaceSelector" in peer
        else other.namespace == PARLEY
    )
    return near and selects(peer.get("podSelector", {}), other.labels)


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    wanted: Mapping[str, str] = selector.get("matchLabels", {})
    return wanted.items() <= labels.items() and all(
        holds(one, labels) for one in selector.get("matchExpressions", [])
    )


def holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    value = labels.get(expression["key"])
    match expression["operator"]:
        case "In":
            return value in expression["values"]
        case "NotIn":
            return value not in expression["values"]
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    raise AssertionError(expression)
