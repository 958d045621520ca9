"""Where artefacts come from and where they are kept; two settings, both with a default."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MAVEN_CENTRAL = "https://repo1.maven.org/maven2"


@dataclass(frozen=True, slots=True)
class Config:
    artefacts_url: str
    cache: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Config":
        url = environment.get("PARLEY_ARTEFACTS_URL") or MAVEN_CENTRAL
        return cls(artefacts_url=url.rstrip("/"), cache=cache_folder(environment))

    @classmethod
    def here(cls) -> "Config":
        return cls.of(os.environ)


def cache_folder(environment: Mapping[str, str]) -> Path:
    if chosen := environment.get("PARLEY_CACHE"):
        return Path(chosen).expanduser().absolute()
    if shared := environment.get("XDG_CACHE_HOME"):
        return Path(shared).absolute() / "parley"
    return Path.home() / ".cache" / "parley"
