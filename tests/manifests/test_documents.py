"""What the documents have an operator type names what is there."""

import re
from pathlib import Path

import pytest
from tests.manifests.rendering import of_kind, overlay

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/**/*.md"), ROOT / "README.md"]
DEPLOYMENT = re.compile(r"\b(?:deploy|deployment)/([a-z]+(?:-[a-z]+)?)\b(?!/)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: str(one.relative_to(ROOT)))
def test_each_deployment_that_is_typed_is_there(document: Path) -> None:
    there = {
        one["metadata"]["name"]
        for name in ("local", "production")
        for one in of_kind(overlay(name), "Deployment")
    }
    # A folder of this repository is named the same way, and has no pods.
    folders = {one.name for one in (ROOT / "deploy").iterdir()} | {"README"}
    lines = [line for line in document.read_text().splitlines() if "kubectl" in line]
    typed = {name for line in lines for name in DEPLOYMENT.findall(line)} - folders

    assert typed <= there
