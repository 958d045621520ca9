"""The cluster that `KUBECONFIG` names; without one these tests say so."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from tests.cluster.api_server import kubectl
from tests.manifests.rendering import ROOT

RESTRICTED = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}


@pytest.fixture(scope="session")
def cluster() -> None:
    if not os.environ.get("KUBECONFIG"):
        pytest.skip("KUBECONFIG names no cluster")
    asked = kubectl("get", "--raw", "/readyz")
    assert asked.returncode == 0, asked.stderr


@pytest.fixture(scope="session")
def definitions(cluster: None) -> None:
    """The resources of Strimzi, CloudNativePG, KEDA, the Prometheus operator and External Secrets, as they define them."""
    folder = Path(os.environ.get("PARLEY_CLUSTER") or ROOT.parent / "shared" / "cluster") / "crds"
    if not folder.is_dir():
        pytest.skip(f"no CustomResourceDefinitions in {folder}; PARLEY_CLUSTER names another place")
    files = [word for file in sorted(folder.glob("*.yaml")) for word in ("-f", str(file))]
    applied = kubectl("apply", "--server-side", "--force-conflicts", *files)
    assert applied.returncode == 0, applied.stderr
    waited = kubectl("wait", "--for=condition=Established", "--timeout=60s", *files)
    assert waited.returncode == 0, waited.stderr


@pytest.fixture
def namespace(cluster: None) -> Iterator[str]:
    """One as the overlays have it, and nothing in it: a trial beside what already runs."""
    name = f"admission-{uuid4().hex[:8]}"
    made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    manifest = made | {"metadata": {"name": name, "labels": RESTRICTED}}
    done = kubectl("create", "-f", "-", given=json.dumps(manifest))
    assert done.returncode == 0, done.stderr
    yield name
    kubectl("delete", "namespace", name, "--wait=false")
