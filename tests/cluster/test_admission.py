"""A real API server admits all of it, and has nothing to remark."""

import copy

import pytest
from tests.cluster.api_server import tried
from tests.manifests.rendering import OVERLAYS, Manifest, of_kind, overlay, pod_of

pytestmark = pytest.mark.cluster


def moved(manifests: tuple[Manifest, ...], namespace: str) -> list[Manifest]:
    found = [copy.deepcopy(one) for one in manifests if one["kind"] != "Namespace"]
    for one in found:
        one["metadata"]["namespace"] = namespace
    return found


@pytest.mark.usefixtures("definitions")
@pytest.mark.parametrize("name", OVERLAYS)
def test_overlay_is_admitted_without_a_warning(name: str, namespace: str) -> None:
    manifests = moved(overlay(name), namespace)

    said = tried(manifests)

    assert said.stderr == ""
    assert len(said.stdout.splitlines()) == len(manifests)


@pytest.mark.usefixtures("definitions")
def test_a_pod_that_is_not_restricted_is_remarked(namespace: str) -> None:
    (deployment, *_) = moved(tuple(of_kind(overlay("production"), "Deployment")), namespace)
    pod_of(deployment)["spec"]["hostNetwork"] = True

    assert 'would violate PodSecurity "restricted' in tried([deployment]).stderr


@pytest.mark.usefixtures("definitions")
def test_a_field_that_an_operator_does_not_know_is_refused(namespace: str) -> None:
    (topic, *_) = moved(tuple(of_kind(overlay("production"), "KafkaTopic")), namespace)
    topic["spec"]["partitionCount"] = 24

    said = tried([topic])

    assert said.returncode != 0
    assert "partitionCount" in said.stderr
