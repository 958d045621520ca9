"""On a cluster that runs `overlays/local`: all that was asked for is there, and ready."""

import json

import pytest
from tests.cluster.api_server import kubectl
from tests.cluster.installation import Installation
from tests.manifests.rendering import Manifest, of_kind, overlay

pytestmark = pytest.mark.cluster


@pytest.fixture
def there(local: Installation) -> dict[tuple[str, str], Manifest]:
    words = ("get", "deployments,statefulsets,jobs", "-n", "parley", "--output", "json")
    items = json.loads(kubectl(*words).stdout)["items"]
    return {(one["kind"], one["metadata"]["name"]): one for one in items}


def test_every_pod_is_ready(there: dict[tuple[str, str], Manifest]) -> None:
    for asked in of_kind(overlay("local"), "Deployment", "StatefulSet"):
        status = there[asked["kind"], asked["metadata"]["name"]]["status"]
        assert status.get("readyReplicas") == asked["spec"]["replicas"], asked["metadata"]["name"]


def test_every_database_is_migrated(there: dict[tuple[str, str], Manifest]) -> None:
    """A Job that is done is taken away after an hour."""
    for asked in of_kind(overlay("local"), "Job"):
        job = there.get(("Job", asked["metadata"]["name"]))
        assert job is None or job["status"].get("succeeded") == 1, asked["metadata"]["name"]
