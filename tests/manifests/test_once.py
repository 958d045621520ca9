"""A command of an operator's as a Job: what a Deployment's pod has, and nothing of what makes it a server."""

import io
import json
import sys

import pytest
from deploy.manifests import once
from deploy.manifests.once import ServesPages, job_of
from tests.manifests.pod_checks import CHECKS
from tests.manifests.policies import selects
from tests.manifests.rendering import SERVICES, Manifest, of_kind, overlay, pod_of

OVERLAYS = ("local", "production")


def deployment(name: str, of: str = "production") -> Manifest:
    (found,) = [
        one for one in of_kind(overlay(of), "Deployment") if one["metadata"]["name"] == name
    ]
    return found


@pytest.mark.parametrize("of", OVERLAYS)
@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("part", ["timers", "relay"])
def test_it_is_the_same_pod_for_one_command(of: str, service: str, part: str) -> None:
    source = deployment(f"{service}-{part}", of)

    job = job_of(source, ["reconcile", "--heal"], memory="2Gi")

    pod, before = pod_of(job)["spec"], pod_of(source)["spec"]
    (container,), (server,) = pod["containers"], before["containers"]
    assert container["args"] == ["reconcile", "--heal"]
    assert container["resources"]["limits"]["memory"] == "2Gi"
    assert pod_of(job)["metadata"]["labels"] == pod_of(source)["metadata"]["labels"]
    for same in ("image", "envFrom", "volumeMounts", "securityContext"):
        assert container[same] == server[same]
    assert pod["volumes"] == before["volumes"]
    assert not {"ports", "readinessProbe", "livenessProbe", "startupProbe", "lifecycle"} & {
        *container
    }
    assert job["metadata"]["generateName"] == f"{service}-{part}-reconcile-"
    assert server["resources"]["limits"]["memory"] != "2Gi"


def test_it_is_as_closed_as_any_pod() -> None:
    job = job_of(deployment("scheduling-relay"), ["republish"])
    named = {**job, "metadata": {**job["metadata"], "name": "job"}}
    asked = {"is_asked_how_it_is"}  # a Job is not asked

    for name, check in CHECKS.items():
        if check.__name__ not in asked:
            assert list(check(named)) == [], name


def test_a_pod_that_people_are_sent_to_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = deployment("scheduling-web")
    with pytest.raises(ServesPages):
        job_of(pages, ["reconcile"])

    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(pages)))
    with pytest.raises(SystemExit):
        once.main(["reconcile"])
    assert "take the timers' or the relay's" in capsys.readouterr().err


def test_no_budget_of_disruptions_counts_it() -> None:
    """Nobody could say how many of a Job's pods there should be, and no node could be drained."""
    ran = {"batch.kubernetes.io/job-name": "scheduling-timers-reconcile-x"}
    for one in of_kind(overlay("production"), "PodDisruptionBudget"):
        selector = one["spec"]["selector"]
        for part in ("consume", "timers", "relay"):
            pod = pod_of(job_of(deployment(f"{SERVICES[0]}-{part}"), ["status"]))
            labels = pod["metadata"]["labels"]
            assert selects(selector, labels) == (one["metadata"]["name"] == f"{SERVICES[0]}-{part}")
            assert not selects(selector, labels | ran)
