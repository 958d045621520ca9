"""What is in an image, and what is not."""

import re
import subprocess
from pathlib import PurePosixPath

import pytest
from tests.images.archive import ROOT, Image, opened

SERVICES = ("scheduling", "feedback", "notifications", "relay")
TOOLS = {"pip", "uv", "setuptools", "wheel", "gcc", "cc", "ld", "make", "pytest"}
MOST = 90_000_000


@pytest.fixture(scope="module", params=SERVICES)
def image(request: pytest.FixtureRequest) -> Image:
    return opened(request.param)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def distributions(image: Image) -> set[str]:
    return {
        normal(PurePosixPath(file).parent.name.removesuffix(".dist-info").rpartition("-")[0])
        for file in image.files
        if file.endswith(".dist-info/METADATA")
    }


def locked(name: str) -> set[str]:
    uv = ROOT / ".venv" / "bin" / "uv"
    words = ["export", "--quiet", "--frozen", "--no-dev", "--no-hashes", "--no-header"]
    said = subprocess.run(
        [uv, *words, "--no-annotate", "--package", f"parley-{name}", "--no-emit-workspace"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    ).stdout
    lines = [line for line in said.splitlines() if "==" in line]
    here = [line for line in lines if not re.search(r"win32|Windows|emscripten|python_full", line)]
    return {normal(line.partition("==")[0].split("[")[0]) for line in here}


def test_holds_this_service_contracts_and_what_is_locked(image: Image) -> None:
    own = {one for one in distributions(image) if one.startswith("parley-")}
    expected = {f"parley-{image.name}"}
    if image.name != "relay":
        expected.add("parley-contracts")

    assert own == expected
    assert distributions(image) - own == locked(image.name)


def test_holds_no_tool_to_build_with(image: Image) -> None:
    assert not TOOLS & {PurePosixPath(file).name for file in image.files}
    assert not TOOLS & distributions(image)
    assert not [file for file in image.files if file.startswith("context/")]


def test_every_module_is_compiled(image: Image) -> None:
    modules = [file for file in image.files if file.endswith(".py") and "/templates/" not in file]
    missing = [
        file
        for file in modules
        if f"{PurePosixPath(file).parent}/__pycache__/{PurePosixPath(file).stem}.cpython-311.pyc"
        not in image.files
    ]

    assert len(modules) > 300
    assert missing == []


def test_runs_as_nobody_who_can_change_it(image: Image) -> None:
    assert image.settings["User"].split(":")[0] == "10001"
    assert "PYTHONDONTWRITEBYTECODE=1" in image.settings["Env"]
    assert image.writable == frozenset()


def test_says_where_it_comes_from(image: Image) -> None:
    labels = image.settings["Labels"]
    for name in ("source", "version", "revision", "title", "licenses"):
        assert labels[f"org.opencontainers.image.{name}"], name


def test_is_small(image: Image) -> None:
    assert image.size <= MOST
