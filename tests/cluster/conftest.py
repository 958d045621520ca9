"""The cluster that `KUBECONFIG` names; without one these tests say so."""

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from tests.cluster.api_server import kubectl
from tests.cluster.installation import Installation
from tests.cluster.report import Report
from tests.manifests.rendering import ROOT

BUILD = ROOT / "build"
RESTRICTED = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-report", action="store_true", help="the cluster's table in docs/operations.md"
    )


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest) -> Iterator[Report]:
    """What each test has to tell; written where it is asked for."""
    rows = Report()
    yield rows
    BUILD.mkdir(exist_ok=True)
    (BUILD / "cluster.md").write_text(rows.table() + "\n")
    if request.config.getoption("--write-report"):
        rows.write(f"{datetime.now(UTC):%-d %B %Y}, `make cluster-test`, {server()}:")


def server() -> str:
    told = json.loads(kubectl("version", "--output", "json").stdout)["serverVersion"]
    nodes = json.loads(kubectl("get", "nodes", "--output", "json").stdout)["items"]
    cores = sum(int(one["status"]["capacity"]["cpu"]) for one in nodes)
    return f"Kubernetes {told['gitVersion'].lstrip('v')}, {len(nodes)} node, {cores} cores"


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


@pytest.fixture(scope="session")
def local(cluster: None) -> Iterator[Installation]:
    """`overlays/local` by the README's own commands; where it runs already it stays as it is."""
    there = Installation("parley")
    if not kubectl("get", "namespace", there.namespace).returncode:
        yield there
        return
    for command in on_a_cluster()[1:-1]:
        done = subprocess.run(
            ["/bin/bash", "-euo", "pipefail", "-c", command],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
    there.until_rolled_out()
    yield there
    kubectl("delete", "namespace", there.namespace, "--timeout=110s")


def on_a_cluster() -> list[str]:
    """The commands of README's section: images, secrets, all of it, and the candidates."""
    section = (ROOT / "README.md").read_text().partition("## Run it on a cluster\n")[2]
    block = section.partition("```\n")[2].partition("```")[0]
    return [line.partition("#")[0].strip() for line in block.splitlines()]


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
