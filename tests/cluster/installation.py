"""A Parley on the cluster: asked and changed as an operator does it, by `kubectl`."""

import json
import os
import secrets
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from tests.cluster.api_server import kubectl
from tests.manifests.rendering import ROOT, Manifest

from parley_local import waiting

SECRETS = ROOT / "deploy" / "overlays" / "local" / "secrets"
SERVICES = ("scheduling", "feedback", "notifications")
READY_SECONDS = 420
LOOK_SECONDS = 0.5
USER = 10001


@dataclass(frozen=True)
class Installation:
    namespace: str

    def said(self, *words: str, given: str | None = None) -> str:
        done = kubectl("-n", self.namespace, *words, given=given)
        assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
        return done.stdout

    def found(self, *words: str) -> list[Manifest]:
        items: list[Manifest] = json.loads(self.said("get", *words, "--output", "json"))["items"]
        return items

    def command(self, service: str, *words: str) -> Any:
        """What one of the service's own commands answers, beside its timers."""
        call = ("exec", f"deploy/{service}-timers", "--", "python3", "-m", service)
        return json.loads(self.said(*call, *words, "--json"))

    def until_rolled_out(self, *names: str, seconds: int = READY_SECONDS) -> None:
        for name in names or self.deployments():
            self.said("rollout", "status", f"deployment/{name}", f"--timeout={seconds}s")

    def deployments(self) -> list[str]:
        return [one["metadata"]["name"] for one in self.found("deployments")]

    def pods(self, selector: str) -> list[Manifest]:
        """Those that are not going already."""
        found = self.found("pods", "--selector", selector)
        return [one for one in found if "deletionTimestamp" not in one["metadata"]]


def until(holds: Callable[[], bool], *, seconds: float, what: str) -> None:
    assert waiting.until(holds, seconds=seconds, every=LOOK_SECONDS), (
        f"no {what} in {seconds:.0f} s"
    )


def ready(pod: Manifest) -> bool:
    conditions = pod["status"].get("conditions", [])
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


@contextmanager
def installed(folder: Path, namespace: str) -> Iterator[Installation]:
    """What a kustomization asks for, with its secrets; all of it is removed at the end."""
    there = Installation(namespace)
    claims = [one for one in rendered(folder) if one["kind"] == "PersistentVolumeClaim"]
    name = f"{namespace}-{secrets.token_hex(3)}"
    with volumes(name, namespace, claims):
        try:
            made = kubectl("create", "namespace", namespace)
            assert made.returncode == 0, made.stderr
            given = subprocess.run(
                [str(SECRETS), namespace], capture_output=True, text=True, check=False
            )
            assert given.returncode == 0, given.stderr
            applied = kubectl("apply", "--server-side", "--force-conflicts", "-k", str(folder))
            assert applied.returncode == 0, applied.stderr
            yield there
        finally:
            kubectl("delete", "namespace", namespace, "--ignore-not-found", "--timeout=110s")


def rendered(folder: Path) -> list[Manifest]:
    done = kubectl("kustomize", str(folder))
    assert done.returncode == 0, done.stderr
    return [one for one in yaml.safe_load_all(done.stdout) if one]


@contextmanager
def volumes(name: str, namespace: str, claims: Sequence[Manifest]) -> Iterator[None]:
    """Where no StorageClass makes any: folders of the one node, which then has to be this machine."""
    if json.loads(kubectl("get", "storageclasses", "--output", "json").stdout)["items"]:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="parley-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        made = [volume(name, namespace, one, Path(folder)) for one in claims]
        done = kubectl("create", "-f", "-", given=yaml.safe_dump_all(made))
        assert done.returncode == 0, done.stderr
        try:
            yield
        finally:
            for one in made:
                kubectl("delete", "persistentvolume", one["metadata"]["name"], "--wait=false")


def volume(name: str, namespace: str, claim: Manifest, folder: Path) -> Manifest:
    wanted = claim["metadata"]["name"]
    place = folder / wanted
    place.mkdir()
    place.chmod(0o700)
    os.chown(place, USER, USER)
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {
            "name": f"{name}-{wanted}",
            "labels": {"app.kubernetes.io/part-of": "parley"},
        },
        "spec": {
            "capacity": claim["spec"]["resources"]["requests"],
            "accessModes": claim["spec"]["accessModes"],
            "persistentVolumeReclaimPolicy": "Retain",
            "claimRef": {"namespace": namespace, "name": wanted},
            "hostPath": {"path": str(place)},
        },
    }
