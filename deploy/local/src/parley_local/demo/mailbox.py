"""A local SMTP sink, and the mails that it took: everybody's mailbox in one."""

import asyncio
import email
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from functools import cached_property

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Mail:
    number: int
    recipient: str
    raw: bytes
    received_at: datetime
    """Domain time."""
    wall: float
    """Seconds since 1970 on the machine's own clock."""

    @cached_property
    def message(self) -> Message:
        """By the email library's older parser: every mail is read, and the newer takes five times as long."""
        return email.message_from_bytes(self.raw)

    @property
    def subject(self) -> str:
        return self._header("Subject")

    @property
    def message_id(self) -> str:
        return self._header("Message-ID")

    @property
    def sender(self) -> str:
        return parseaddr(self._header("From"))[1]

    @property
    def replies_to(self) -> str:
        return self._header("Reply-To")

    @property
    def text(self) -> str:
        return self._parts.get("text/plain", "")

    @property
    def html(self) -> str | None:
        return self._parts.get("text/html")

    @property
    def calendar(self) -> str | None:
        return self._parts.get("text/calendar")

    def _header(self, name: str) -> str:
        return str(make_header(decode_header(self.message.get(name, ""))))

    @cached_property
    def _parts(self) -> Mapping[str, str]:
        """The first of each kind of text."""
        found: dict[str, str] = {}
        for part in self.message.walk():
            content = part.get_payload(decode=True)
            if part.get_content_maintype() == "text" and isinstance(content, bytes):
                found.setdefault(part.get_content_type(), content.decode(errors="replace"))
        return found


@dataclass
class Mailbox:
    """Takes mail for everyone; the newest last. Without slots: aiosmtpd looks at every member, and the
    `__weakref__` of slots cannot be read on some Python 3.11.
    """

    now: Callable[[], datetime]
    mails: list[Mail] = field(default_factory=list)
    port: int = 0
    _server: asyncio.Server | None = field(default=None, init=False)

    async def start(self, *, host: str = "127.0.0.1", port: int = 0) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname="localhost", enable_SMTPUTF8=True), host, port
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds it by this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del server, session
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content).encode()
        for recipient in envelope.rcpt_tos:
            mail = Mail(len(self.mails) + 1, recipient, raw, self.now(), time.time())
            self.mails.append(mail)
        return "250 taken"
