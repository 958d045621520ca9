"""Checkov's checks of Kubernetes: all pass, none is skipped."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from tests.manifests.rendering import ROOT, overlay

pytestmark = pytest.mark.cluster
CHECKOV = ROOT / ".venv" / "tools" / "bin" / "checkov"
OF_PRODUCTION_ALONE = {
    "CKV_K8S_15",  # a registry asked each time: to try it out, images need no registry
    "CKV_K8S_43",  # digests, for the same reason
}

TAG = re.compile(r"(?<=[a-z]):dev\b")
DIGEST = f"@sha256:{'0' * 64}"


def failures(name: str, folder: Path, *, pinned: bool = False) -> set[str]:
    if not CHECKOV.exists():
        pytest.skip("checkov is not installed (`make cluster-test` does)")
    file = folder / f"{name}.yaml"
    manifest = yaml.safe_dump_all(overlay(name))
    file.write_text(TAG.sub(DIGEST, manifest) if pinned else manifest)
    words = ("--skip-download", "--framework", "kubernetes", "--output", "json", "--file")
    done = subprocess.run([CHECKOV, *words, file], capture_output=True, text=True, check=False)
    said = json.loads(done.stdout)
    assert said["summary"]["passed"] > 1000
    assert said["summary"]["skipped"] == said["summary"]["parsing_errors"] == 0
    return {one["check_id"] for one in said["results"]["failed_checks"]}


def test_production_passes_every_check(tmp_path: Path) -> None:
    assert failures("production", tmp_path) == set()


def test_local_passes_all_that_need_no_registry(tmp_path: Path) -> None:
    assert failures("local", tmp_path) <= OF_PRODUCTION_ALONE


def test_local_passes_every_check_where_its_images_are_named_by_digests(tmp_path: Path) -> None:
    assert failures("local", tmp_path, pinned=True) == set()
