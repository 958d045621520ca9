"""An image as `make images` wrote it to a tar file: its settings, and what its own layers hold."""

import io
import json
import os
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BASE_LAYERS = 1
"""Of the base that a machine makes for itself; a public one has more, so that its own are the last."""


@dataclass(frozen=True)
class Image:
    name: str
    settings: dict[str, Any]
    files: dict[str, int]
    """By path, in the layers that are the image's own; how big each is."""
    writable: frozenset[str]

    @property
    def size(self) -> int:
        return sum(self.files.values())


def folder() -> Path:
    return Path(os.environ.get("PARLEY_IMAGES") or ROOT / "build" / "archives")


def opened(name: str) -> Image:
    file = folder() / f"parley-{name}-dev.tar"
    if not file.exists():
        pytest.skip(f"{file} is not there (`make images`); PARLEY_IMAGES names another folder")
    with tarfile.open(file) as archive:
        (manifest,) = json.loads(read(archive, "manifest.json"))
        settings = json.loads(read(archive, manifest["Config"]))["config"]
        files: dict[str, int] = {}
        writable: set[str] = set()
        for layer in manifest["Layers"][BASE_LAYERS:]:
            with tarfile.open(fileobj=io.BytesIO(read(archive, layer))) as entries:
                for entry in entries:
                    if entry.isfile():
                        files[entry.name.removeprefix("./")] = entry.size
                    if entry.uid != 0 or (entry.mode & 0o022 and not entry.issym()):
                        writable.add(entry.name)
    return Image(name, settings, files, frozenset(writable))


def read(archive: tarfile.TarFile, name: str) -> bytes:
    found = archive.extractfile(name)
    assert found is not None, name
    return found.read()
