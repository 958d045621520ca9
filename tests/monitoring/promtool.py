"""Runs `promtool test rules`, where there is one: Debian has it in the package `prometheus`."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy" / "components" / "monitoring" / "prometheus-rules.yaml"


def found() -> str:
    path = shutil.which("promtool")
    if path is None:
        pytest.skip("no promtool on this machine: it comes with Debian's package prometheus")
    return path


def failures(folder: Path, document: Mapping[str, object]) -> str:
    """What it complains of; nothing where every case came out as said."""
    path = folder / "cases.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    done = subprocess.run(
        [found(), "test", "rules", str(path)], capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr
