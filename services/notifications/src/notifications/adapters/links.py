"""Verifies signed links with public keys from a file, which is read again when it changes."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from pydantic import ValidationError

from parley_contracts.links import LinkClaims

ALGORITHM = "Ed25519"


@dataclass(slots=True)
class Links:
    """An unknown key, a broken signature and claims that are not ours are all one answer: None."""

    path: Path | None
    _stamp: tuple[int, int] | None = field(default=None, init=False)
    _keys: KeySet | None = field(default=None, init=False)

    def claims(self, token: str) -> LinkClaims | None:
        """Signature checked, expiry not: a page says "expired" in its own words."""
        keys = self._reload()
        if keys is None:
            return None
        try:
            signed = jwt.decode(token, keys, algorithms=[ALGORITHM])
            return LinkClaims.model_validate(signed.claims)
        except (JoseError, ValidationError, ValueError):
            return None

    def _reload(self) -> KeySet | None:
        if self.path is None or not self.path.exists():
            return self._keys
        status = self.path.stat()
        stamp = (status.st_ino, status.st_mtime_ns)
        if stamp != self._stamp:
            document: KeySetSerialization = json.loads(self.path.read_text())
            self._keys = KeySet.import_key_set(document)
            self._stamp = stamp
        return self._keys
