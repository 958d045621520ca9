"""Candidates come to `overlays/local` while it is worked on: everyone books and is invited, and nothing is left behind."""

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import yaml
from tests.cluster.api_server import kubectl
from tests.cluster.installation import SERVICES, Installation
from tests.cluster.report import Report
from tests.manifests.rendering import ROOT

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(420)]
VISIT = ROOT / "deploy" / "overlays" / "local" / "visit.yaml"
DEPLOYMENTS = [f"{one}-{role}" for one in SERVICES for role in ("web", "consume", "timers")]


def said(*words: str) -> str:
    done = kubectl("-n", "parley", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass(frozen=True)
class Visit:
    name: str

    def end(self) -> dict[str, object]:
        waited = kubectl(
            *["-n", "parley", "wait", "--for=condition=complete", f"job/{self.name}"],
            "--timeout=110s",
        )
        told = said("logs", f"job/{self.name}")
        assert waited.returncode == 0, told
        answer: dict[str, object] = json.loads(told)
        return answer


@contextmanager
def candidates(there: Installation, count: int) -> Iterator[Visit]:
    """Some of their own, who begin to come now. The staff is always the same, and has so many hours."""
    seed = secrets.randbelow(1_000_000)
    job = yaml.safe_load(VISIT.read_text())
    job["metadata"]["name"] = f"visit-{seed}"
    (container,) = job["spec"]["template"]["spec"]["containers"]
    container["args"] = [
        "visit",
        "--candidates",
        str(count),
        "--seed",
        str(seed),
        "--seconds",
        "100",
    ]
    there.said("apply", "-f", "-", given=yaml.safe_dump(job))
    yield Visit(f"visit-{seed}")
    there.said("delete", "job", f"visit-{seed}", "--wait=false")


@pytest.fixture
def visit(local: Installation) -> Iterator[Visit]:
    """Eleven of twelve have an interview."""
    with candidates(local, 12) as coming:
        yield coming


def roll_all() -> None:
    said("rollout", "restart", "deployment")


def delete_a_pod_of_each() -> None:
    for name in DEPLOYMENTS:
        service, role = name.split("-")
        chosen = f"app.kubernetes.io/name={service},app.kubernetes.io/component={role}"
        said("delete", "pod", "--wait=false", "-l", chosen)


def scale_up_and_down() -> None:
    for count in ("3", "1"):
        said("scale", "deployment", *DEPLOYMENTS, f"--replicas={count}")


def test_the_candidates_of_the_readme_book(local: Installation, report: Report) -> None:
    began = time.monotonic()
    local.said("apply", "-f", str(VISIT))
    local.said("wait", "--for=condition=complete", "job/visit", "--timeout=110s")

    answer = json.loads(local.said("logs", "job/visit"))

    assert answer["booked"] == answer["invited"] == 3
    report.add("first bookings", "3 of 3 booked and invited", time.monotonic() - began)
    local.said("delete", "job", "visit")


@pytest.mark.parametrize("work", [roll_all, delete_a_pod_of_each, scale_up_and_down])
def test_everyone_books_and_is_invited(visit: Visit, work: Callable[[], None]) -> None:
    work()

    answer = visit.end()

    assert answer["asked_for"] == answer["booked"] == answer["invited"] == 11
    assert answer["not_booked"] == {}
    said("wait", "--for=condition=Available", "--timeout=110s", "deployment", "--all")
    for service in SERVICES:
        report = json.loads(
            said("exec", f"deploy/{service}-timers", "--", "python3", "-m", service, "reconcile", "--json")
        )  # fmt: skip
        assert report["warnings"] == []
        status = json.loads(
            said("exec", f"deploy/{service}-timers", "--", "python3", "-m", service, "status", "--json")
        )  # fmt: skip
        assert (status["dead_letters"], status["timers"]["parked"]) == (0, 0)
