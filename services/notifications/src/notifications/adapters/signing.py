"""Signs links with the newest private key of a file, which is read again when it changes.

`make_keys` starts the files or turns them over: the new key signs from now on, the public halves of the
older ones stay as long as their links may live.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import OKPKey

from parley_contracts.links import OWNERS, LinkClaims

ALGORITHM = "Ed25519"
PRIVATE_MODE = 0o600


class NoSigningKey(OSError):
    """The file of private keys is missing or holds none: an outage of ours, and mail waits."""


@dataclass(slots=True)
class Signer:
    """`bases` says under which address each service serves its pages."""

    path: Path | None
    bases: Mapping[str, str]
    _stamp: tuple[int, int] | None = field(default=None, init=False)
    _key: OKPKey | None = field(default=None, init=False)

    def link(self, claims: LinkClaims) -> str:
        key = self._reload()
        header = {"alg": ALGORITHM, "kid": key.kid}
        body = claims.model_dump(exclude_none=True)
        token = jwt.encode(header, body, key, algorithms=[ALGORITHM])
        base = self.bases[OWNERS[claims.purpose]].rstrip("/")
        return f"{base}{claims.path}?token={token}"

    def _reload(self) -> OKPKey:
        if self.path is None or not self.path.exists():
            raise NoSigningKey("no private keys to sign links with")
        status = self.path.stat()
        stamp = (status.st_ino, status.st_mtime_ns)
        if stamp != self._stamp or self._key is None:
            keys = json.loads(self.path.read_text())["keys"]
            if not keys:
                raise NoSigningKey("no private key to sign links with")
            self._key = OKPKey.import_key(keys[0])
            self._stamp = stamp
        return self._key


def make_keys(private: Path, public: Path, *, keep: int) -> str:
    """A new signing key; of the older ones `keep` go on verifying. Returns its id."""
    key = OKPKey.generate_key("Ed25519", parameters={"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    older = json.loads(public.read_text())["keys"] if public.exists() else []
    fresh = key.as_dict(private=False)
    # Public first: nobody meets a signature that they cannot check yet.
    _replace(public, {"keys": [fresh, *older[:keep]]}, mode=0o644)
    _replace(private, {"keys": [key.as_dict(private=True)]}, mode=PRIVATE_MODE)
    return str(key.kid)


def _replace(path: Path, document: object, *, mode: int) -> None:
    """A reader sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        json.dump(document, file)
    beside.replace(path)
