"""Signs links with the key of a file that is in use; the file is read again when it changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import OKPKey

from notifications.adapters.signing_keys import ALGORITHM, UNREADABLE, read, signing
from parley_contracts.links import OWNERS, LinkClaims


class NoSigningKey(OSError):
    """The file of private keys is missing or holds none: an outage of ours, and mail waits."""


@dataclass(slots=True)
class Signer:
    """`bases` says under which address each service serves its pages; `staff_bases` where staff reach
    them under one of their own, which may lead nowhere outside the company's network.
    """

    path: Path | None
    bases: Mapping[str, str]
    staff_bases: Mapping[str, str] = field(default_factory=dict)
    _stamp: tuple[int, int] | None = field(default=None, init=False)
    _key: OKPKey | None = field(default=None, init=False)

    def link(self, claims: LinkClaims, *, staff: bool = False) -> str:
        key = self._reload()
        header = {"alg": ALGORITHM, "kid": key.kid}
        body = claims.model_dump(exclude_none=True)
        token = jwt.encode(header, body, key, algorithms=[ALGORITHM])
        owner = OWNERS[claims.purpose]
        base = (self.staff_bases.get(owner) if staff else None) or self.bases[owner]
        return f"{base.rstrip('/')}{claims.path}?token={token}"

    def _reload(self) -> OKPKey:
        if self.path is None or not self.path.exists():
            raise NoSigningKey("no private keys to sign links with")
        status = self.path.stat()
        stamp = (status.st_ino, status.st_mtime_ns)
        if stamp != self._stamp or self._key is None:
            self._key = _in_use(self.path)
            self._stamp = stamp
        return self._key


def _in_use(path: Path) -> OKPKey:
    try:
        chosen = signing(read(path))
    except (OSError, *UNREADABLE) as trouble:
        raise NoSigningKey("the file of private keys cannot be read") from trouble
    if chosen is None:
        raise NoSigningKey("no private key is in use to sign links with")
    return OKPKey.import_key(dict(chosen.jwk))
