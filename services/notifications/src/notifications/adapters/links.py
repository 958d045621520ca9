"""Verifies signed links with public keys from a file, which is read again when it changes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from pydantic import ValidationError

from parley_contracts.links import LinkClaims

ALGORITHM = "Ed25519"
LOADED = "parley_link_key_loaded"

log = structlog.get_logger()


@dataclass(slots=True)
class Links:
    """An unknown key, a broken signature and claims that are not ours are all one answer: None."""

    path: Path | None
    _stamp: tuple[int, int, int] | None = field(default=None, init=False)
    _keys: KeySet | None = field(default=None, init=False)

    def claims(self, token: str) -> LinkClaims | None:
        """Signature checked, expiry not: a page says "expired" in its own words."""
        keys = self._reload()
        if keys is None:
            return None
        try:
            signed = jwt.decode(token, keys, algorithms=[ALGORITHM])
            return LinkClaims.model_validate(signed.claims)
        except (JoseError, ValidationError, ValueError, TypeError):
            return None  # TypeError: a header with a member of another type than the RFC's

    def loaded(self) -> list[str]:
        """Ids of the keys that verify."""
        keys = self._reload()
        return [] if keys is None else sorted({one.kid for one in keys.keys if one.kid})

    def _reload(self) -> KeySet | None:
        if self.path is None:
            return None
        try:
            status = self.path.stat()
        except OSError:
            return self._keys
        # A file that may be read since a moment ago, or was half written, is another one, too.
        stamp = (status.st_ino, status.st_ctime_ns, status.st_size)
        if stamp != self._stamp:
            self._stamp = stamp
            self._keys = _read(self.path) or self._keys
        return self._keys


@dataclass(frozen=True, eq=False)
class LinkKeys(Collector):
    """Which public keys this process verifies with: read at each scrape, for they are turned over."""

    links: Links

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(LOADED, "1 for each key that links verify with", labels=["kid"])
        for kid in self.links.loaded():
            family.add_metric([kid], 1)
        yield family


def _read(path: Path) -> KeySet | None:
    """None for what cannot be read: those that were read before go on verifying."""
    try:
        document: KeySetSerialization = json.loads(path.read_text())
        return KeySet.import_key_set(document)
    except (OSError, ValueError, KeyError, TypeError, JoseError) as trouble:
        log.warning("link keys cannot be read", because=type(trouble).__name__)
        return None
