"""The library alone: what somebody gets who installs the wheel and nothing of ours besides."""

import os
import subprocess
import sys
from pathlib import Path

from uv import find_uv_bin

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, stdin: bytes = b"") -> bytes:
    bare = {
        name: value
        for name, value in os.environ.items()
        if name not in {"VIRTUAL_ENV", "PYTHONPATH"}
    }
    done = subprocess.run(
        command, input=stdin, capture_output=True, check=False, cwd=ROOT, env=bare
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def test_an_empty_environment_installs_the_wheel_and_checks_a_sample(tmp_path: Path) -> None:
    uv, built, empty = find_uv_bin(), tmp_path / "dist", tmp_path / "venv"
    run(uv, "build", "--quiet", "--package", "parley-contracts", "--wheel", "--out-dir", built)
    [wheel] = built.glob("parley_contracts-*.whl")
    run(uv, "venv", "--quiet", "--python", sys.executable, empty)
    run(uv, "pip", "install", "--quiet", "--python", empty / "bin/python", wheel)

    program = empty / "bin/parley-contracts"
    sample = run(program, "sample", "ats.interview.requested.v1")
    told = run(program, "check", "-", "--topic", "ats.applications.v1", stdin=sample)

    assert told.endswith(b"1 accepted, 0 refused\n")
    installed = run(uv, "pip", "freeze", "--python", empty / "bin/python").decode()
    names = {line.split("==")[0].split(" ")[0] for line in installed.splitlines()}
    assert names <= {
        "annotated-types",
        "parley-contracts",
        "pydantic",
        "pydantic-core",
        "typing-extensions",
        "typing-inspection",
    }
