"""Every pod of every overlay passes every check, and each check finds what it looks for."""

import copy
from collections.abc import Callable

import pytest
from tests.manifests.pod_checks import CHECKS
from tests.manifests.rendering import (
    OVERLAYS,
    Manifest,
    name_of,
    of_kind,
    overlay,
    pod_of,
    workloads,
)

Break = Callable[[Manifest], object]


@pytest.mark.parametrize("name", OVERLAYS)
@pytest.mark.parametrize("check", CHECKS)
def test_pods_pass(name: str, check: str) -> None:
    found = [
        f"{name_of(workload)}: {said}"
        for workload in workloads(overlay(name))
        for said in CHECKS[check](workload)
    ]

    assert found == []


def container(workload: Manifest) -> Manifest:
    first: Manifest = pod_of(workload)["spec"]["containers"][0]
    return first


BROKEN: list[tuple[str, Break]] = [
    ("run-as-non-root", lambda one: pod_of(one)["spec"]["securityContext"].update(runAsUser=0)),
    ("pss:seccomp", lambda one: pod_of(one)["spec"]["securityContext"].pop("seccompProfile")),
    ("host-network", lambda one: pod_of(one)["spec"].update(hostNetwork=True)),
    (
        "sensitive-host-mounts",
        lambda one: pod_of(one)["spec"]["volumes"].append({"name": "x", "hostPath": {}}),
    ),
    ("no-read-only-root-fs", lambda one: container(one)["securityContext"].clear()),
    (
        "drop-net-raw-capability",
        lambda one: container(one)["securityContext"]["capabilities"].update(add=["NET_RAW"]),
    ),
    ("unset-memory-requirements", lambda one: container(one)["resources"]["requests"].clear()),
    ("score:container-resources", lambda one: container(one)["resources"].pop("limits")),
    ("readiness-port", lambda one: container(one)["readinessProbe"]["httpGet"].update(port="x")),
    ("no-liveness-probe", lambda one: container(one).pop("livenessProbe")),
    (
        "env-var-secret",
        lambda one: container(one).update(env=[{"name": "X_PASSWORD", "value": "1"}]),
    ),
    ("duplicate-env-var", lambda one: container(one).update(env=[{"name": "A"}, {"name": "A"}])),
    ("latest-tag", lambda one: container(one).update(image="registry.example.com:5000/parley")),
    (
        "default-service-account",
        lambda one: pod_of(one)["spec"].pop("automountServiceAccountToken"),
    ),
    ("mismatching-selector", lambda one: pod_of(one)["metadata"]["labels"].clear()),
    (
        "writable-tmp-of-a-size",
        lambda one: pod_of(one)["spec"]["volumes"].append({"name": "x", "emptyDir": {}}),
    ),
    ("no-service-links", lambda one: pod_of(one)["spec"].pop("enableServiceLinks")),
]


@pytest.mark.parametrize(("check", "harm"), BROKEN, ids=[name for name, _ in BROKEN])
def test_a_check_finds_what_it_looks_for(check: str, harm: Break) -> None:
    workload = copy.deepcopy(next(of_kind(overlay("production"), "Deployment")))
    assert list(CHECKS[check](workload)) == []

    harm(workload)

    assert list(CHECKS[check](workload))


def test_every_check_is_broken_once() -> None:
    assert {CHECKS[name] for name, _ in BROKEN} == set(CHECKS.values())
