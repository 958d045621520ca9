"""How a process proves to Kafka who it is, from files that may be changed under it (a rotated certificate or password)."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka.abc import AbstractTokenProvider
from faststream.kafka.security import parse_security
from faststream.security import (
    BaseSecurity,
    SASLOAuthBearer,
    SASLPlaintext,
    SASLScram256,
    SASLScram512,
)

BY_PASSWORD = {
    "SCRAM-SHA-512": SASLScram512,
    "SCRAM-SHA-256": SASLScram256,
    "PLAIN": SASLPlaintext,
}
Stamp = tuple[tuple[int, int], ...]
MISSING = (0, 0)


@dataclass(frozen=True, slots=True)
class TokenFile(AbstractTokenProvider):  # type: ignore[misc]  # aiokafka has no types
    """A token of OAUTHBEARER as somebody else keeps it fresh: read for each connection."""

    path: Path

    async def token(self) -> str:
        return self.path.read_text().strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaAccess:
    """Files, not what is in them: each client is made from what they hold then. Without `ca`, whom the system trusts."""

    protocol: str = "PLAINTEXT"
    mechanism: str = "SCRAM-SHA-512"
    username: str = ""
    password: Path | None = None
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    token: Path | None = None

    def security(self) -> BaseSecurity | None:
        """As FastStream takes it; raises `OSError` where a file cannot be read."""
        context = self._context() if self.protocol.endswith("SSL") else None
        if not self.protocol.startswith("SASL"):
            return BaseSecurity(ssl_context=context) if context is not None else None
        if self.mechanism == "OAUTHBEARER":
            return SASLOAuthBearer(ssl_context=context)
        password = "" if self.password is None else self.password.read_text().strip()
        kind = BY_PASSWORD[self.mechanism]
        return kind(username=self.username, password=password, ssl_context=context)

    def token_provider(self) -> AbstractTokenProvider | None:
        wanted = self.protocol.startswith("SASL") and self.mechanism == "OAUTHBEARER"
        return TokenFile(self.token) if wanted and self.token is not None else None

    def client(self) -> dict[str, Any]:
        """Arguments of aiokafka's own clients."""
        return {
            **parse_security(self.security()),
            "sasl_oauth_token_provider": self.token_provider(),
        }

    def stamp(self) -> Stamp:
        """Which files these are. Tokens are left out: they are read for each connection."""
        files = (self.password, self.ca, self.certificate, self.key)
        return tuple(_stamp(path) for path in files if path is not None)

    def changed_since(self, made_with: Stamp) -> bool:
        """A client that was made before is to be made anew. A file that is missing for a moment is no change."""
        now = self.stamp()
        return MISSING not in now and now != made_with

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.ca)
        if self.certificate is not None:
            context.load_cert_chain(self.certificate, self.key)
        return context


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return MISSING
    return (status.st_ino, status.st_mtime_ns)
