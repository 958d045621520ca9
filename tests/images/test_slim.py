"""What is taken from installed packages is missed by nobody."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from deploy.images import slim

PACKAGES = ("uvloop", "asyncpg", "httptools", "pydantic_core", "babel")
IMPORTS = "import uvloop, asyncio, asyncpg.protocol.protocol, httptools, pydantic_core"
USES = """
from datetime import date
from babel.dates import format_date
async def nothing(): return format_date(date(2027, 3, 9), "full", locale="de_AT")
print(uvloop.run(nothing()), uvloop.__file__)
"""


def place(package: str) -> Path:
    found = importlib.util.find_spec(package)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    folder = tmp_path / "installed"
    for package in PACKAGES:
        shutil.copytree(place(package), folder / package)
    return folder


def weight(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def test_packages_work_as_before_and_weigh_half(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = weight(installed)
    monkeypatch.setattr(sys, "argv", ["slim.py", str(installed)])

    assert slim.main() == 0

    assert weight(installed) < before / 2
    program = f"import sys; sys.path.insert(0, {str(installed)!r})\n{IMPORTS}\n{USES}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().startswith("Dienstag, 9. März 2027")
    assert str(installed) in done.stdout.decode()


def test_languages_of_ours_stay(installed: Path) -> None:
    gone = {file.stem for file in slim.locales(installed)}

    there = {file.stem for file in (installed / "babel" / "locale-data").glob("*.dat")}
    assert {"root", "en", "en_GB", "de", "de_CH"} <= there - gone
    assert {"fr", "ja", "den"} & there <= gone


@pytest.mark.parametrize("file", [b"", b"#!/bin/sh\n", b"\x7fELF\x01\x01" + bytes(80)])
def test_what_is_no_library_stays_as_it_is(file: bytes) -> None:
    assert slim.loaded(file) == file
