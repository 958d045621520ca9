"""The API server that `KUBECONFIG` names, asked by `kubectl`."""

import shutil
import subprocess

import yaml
from tests.manifests.rendering import Manifest


def kubectl(*words: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    found = shutil.which("kubectl") or "kubectl"
    return subprocess.run(
        [found, *words], input=given, capture_output=True, text=True, check=False, timeout=120
    )


def tried(manifests: list[Manifest]) -> subprocess.CompletedProcess[str]:
    """What it would say, without keeping any of it."""
    words = ("apply", "--server-side", "--dry-run=server", "-f", "-")
    return kubectl(*words, given=yaml.safe_dump_all(manifests))
