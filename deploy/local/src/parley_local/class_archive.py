"""A program's classes, read once and mapped into every run after it (the JVM's class data sharing): a
broker starts in half the time.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from parley_local.errors import LocalError
from parley_local.java import Java


def options(
    java: Java, jars: Sequence[Path], cache: Path, make: Callable[[Sequence[str]], None]
) -> list[str]:
    """What to start Java with; `make` runs the program once with what it is given. Nothing where there
    is no room for an archive, or this Java makes none: then the program starts as it always did.
    """
    file = cache / "class-archives" / f"{_name(java, jars)}.jsa"
    try:
        if not file.exists():
            _make(file, make)
        return [f"-XX:SharedArchiveFile={file}"] if file.stat().st_size else []
    except (OSError, LocalError):
        return []


def _name(java: Java, jars: Sequence[Path]) -> str:
    """Another Java, even under the same path, or other jars want another archive."""
    command = java.command.resolve()
    about = [str(command), str(command.stat().st_mtime_ns), *map(str, jars)]
    return hashlib.sha256(os.pathsep.join(about).encode()).hexdigest()[:16]


def _make(file: Path, make: Callable[[Sequence[str]], None]) -> None:
    """An empty file is kept where nothing came of it, so that it is not tried at every start."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        made = Path(folder) / file.name
        make([f"-XX:ArchiveClassesAtExit={made}"])
        made.touch()
        made.replace(file)
