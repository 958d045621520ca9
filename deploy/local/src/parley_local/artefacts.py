"""Which files of Maven Central the embedded servers are made of."""

import platform as machine
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from parley_local.errors import PlatformUnsupported

ANY = "any"
POSTGRES = "18"


@dataclass(frozen=True, slots=True)
class Artefact:
    coordinates: str
    path: str  # relative to a Maven repository's base address
    size: int
    sha256: str
    platform: str
    tested: bool

    @property
    def version(self) -> str:
        return self.coordinates.rsplit(":", 1)[1]


@cache
def locked() -> tuple[Artefact, ...]:
    """Every artefact of every platform, as the lock has it."""
    text = files("parley_local").joinpath("artefacts.lock").read_text(encoding="utf-8")
    return tuple(Artefact(**entry) for entry in tomllib.loads(text)["artefact"])


def kafka() -> tuple[Artefact, ...]:
    return tuple(artefact for artefact in locked() if artefact.platform == ANY)


def postgres(platform: str, major: str = POSTGRES) -> Artefact:
    """Of the newest major version, or of another that the lock has."""
    for artefact in locked():
        if artefact.platform == platform and artefact.version.partition(".")[0] == major:
            return artefact
    raise PlatformUnsupported(platform)


def this_platform() -> str:
    """As the lock names it; one that the lock does not have is named as it calls itself."""
    system = machine.system().lower()
    if system == "linux" and machine.libc_ver()[0] != "glibc":
        system = "linux-musl"
    architecture = machine.machine().lower()
    known = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64v8", "arm64": "arm64v8"}
    return f"{system}-{known.get(architecture, architecture)}"
