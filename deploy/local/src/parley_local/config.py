"""Where artefacts come from, where they are kept, and which PostgreSQL is one of them; each with a default."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from parley_local.artefacts import POSTGRES

MAVEN_CENTRAL = "https://repo1.maven.org/maven2"


@dataclass(frozen=True, slots=True)
class Config:
    artefacts_url: str
    cache: Path
    postgres: str = POSTGRES
    """Major version."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Config":
        url = environment.get("PARLEY_ARTEFACTS_URL") or MAVEN_CENTRAL
        major = environment.get("PARLEY_POSTGRES") or POSTGRES
        return cls(url.rstrip("/"), cache_folder(environment), major)

    @classmethod
    def here(cls) -> "Config":
        return cls.of(os.environ)


def cache_folder(environment: Mapping[str, str]) -> Path:
    if chosen := environment.get("PARLEY_CACHE"):
        return Path(chosen).expanduser().absolute()
    if shared := environment.get("XDG_CACHE_HOME"):
        return Path(shared).absolute() / "parley"
    return Path.home() / ".cache" / "parley"
