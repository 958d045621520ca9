"""What kustomize makes of a folder of `deploy/`, as data."""

import functools
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
OVERLAYS = ("local", "production")
COMPONENTS = ("strimzi", "cnpg", "keda", "monitoring", "external-secrets", "ingress")
SERVICES = ("scheduling", "feedback", "notifications")
ROLES = ("web", "consume", "timers", "relay")
Manifest = dict[str, Any]


def kustomize() -> list[str]:
    """The command that renders; whoever deploys has `kubectl`, which contains it."""
    if shutil.which("kubectl"):
        return ["kubectl", "kustomize"]
    if shutil.which("kustomize"):
        return ["kustomize", "build"]
    pytest.skip("neither kubectl nor kustomize is here: nothing can be rendered")


def render(folder: Path) -> list[Manifest]:
    done = subprocess.run(
        [*kustomize(), str(folder)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    return [one for one in yaml.safe_load_all(done.stdout) if one]


@functools.cache
def overlay(name: str) -> tuple[Manifest, ...]:
    return tuple(render(DEPLOY / "overlays" / name))


def composed(at: Path, *components: str) -> list[Manifest]:
    """The base with these components and nothing else, from a folder made for it."""
    at.mkdir(parents=True, exist_ok=True)
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": "parley",
        "resources": [os.path.relpath(DEPLOY / "base", at.resolve())],
        "components": [
            os.path.relpath(DEPLOY / "components" / one, at.resolve()) for one in components
        ],
    }
    (at / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    return render(at)


def of_kind(manifests: tuple[Manifest, ...], *kinds: str) -> Iterator[Manifest]:
    return (one for one in manifests if one["kind"] in kinds)


def workloads(manifests: tuple[Manifest, ...]) -> Iterator[Manifest]:
    return of_kind(manifests, "Deployment", "StatefulSet", "Job")


def pod_of(workload: Manifest) -> Manifest:
    """The pod's template."""
    template: Manifest = workload["spec"]["template"]
    return template


def containers(workload: Manifest) -> list[Manifest]:
    spec = pod_of(workload)["spec"]
    return [*spec.get("initContainers", []), *spec["containers"]]


def name_of(manifest: Manifest) -> str:
    return f"{manifest['kind']}/{manifest['metadata']['name']}"
