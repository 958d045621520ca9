"""One mail to one mailbox over SMTP, and what the server's answer means."""

import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path

import aiosmtplib
from aiosmtplib import (
    SMTP,
    SMTPConnectError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponse,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

PERMANENT = 500


class Tls(StrEnum):
    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class OutOfReach(OSError):
    """The mail server cannot be used at all: an outage, in which every mail waits."""


class PutOff(Exception):
    """Not now, said the server of this mail; or the line broke and nobody knows."""


class RefusedForGood(Exception):
    """This mail will never be taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """The password and the trusted certificates are files, read for each line that is opened."""

    host: str
    port: int
    tls: Tls = Tls.NONE
    username: str | None = None
    password: Path | None = None
    ca: Path | None = None
    timeout: float = 30.0
    answer_timeout: float = 120.0
    """For the mail itself, whose content the server may look at for long: whoever gives up too soon sends it several
    times. RFC 5321 section 4.5.3.2.6 asks for ten minutes, and all mails would wait for so long on a dead line.
    """


async def lets_in(server: MailServer) -> None:
    """Connects, proves who we are, and leaves; raises `OutOfReach` with its reason."""
    line = Line(server)
    await line.open()
    await line.close()


@dataclass(slots=True)
class Line:
    """A connection that is opened when it is first needed, and again after it broke."""

    server: MailServer
    _client: SMTP | None = field(default=None, init=False)

    async def send(self, mail: EmailMessage, *, sender: str, recipient: str) -> None:
        client = await self.open()
        try:
            await client.send_message(mail, sender=sender, recipients=[recipient])
        except SMTPException as trouble:
            await self._after(trouble)
            raise _meaning(trouble) from trouble
        except (OSError, TimeoutError) as trouble:
            self._drop()
            raise PutOff from trouble
        except (ValueError, UnicodeError) as trouble:
            raise RefusedForGood from trouble

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is None or not client.is_connected:
            return
        try:
            await client.quit(timeout=2)
        except (SMTPException, OSError, TimeoutError):
            client.close()

    async def open(self) -> SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        try:
            client = _client(self.server)
        except OSError as trouble:
            raise OutOfReach(type(trouble).__name__) from trouble
        try:
            await client.connect()
        except (SMTPException, OSError, TimeoutError) as trouble:
            client.close()
            raise OutOfReach(type(trouble).__name__) from trouble
        self._client = client
        return client

    async def _after(self, trouble: SMTPException) -> None:
        """After a plain refusal the line goes on with the next mail; otherwise it is opened anew."""
        broken = isinstance(trouble, SMTPServerDisconnected | aiosmtplib.SMTPTimeoutError)
        if broken or self._client is None or not self._client.is_connected:
            self._drop()
            return
        try:
            await self._client.rset()
        except (SMTPException, OSError, TimeoutError):
            self._drop()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


class Patient(SMTP):
    """Waits longer for the answer to a mail than for any other."""

    answer_timeout: float | None = None

    async def data(self, message: str | bytes, /, **_: object) -> SMTPResponse:
        return await super().data(message, timeout=self.answer_timeout)


def _client(server: MailServer) -> SMTP:
    plain = server.tls is Tls.NONE
    client = Patient(
        hostname=server.host,
        port=server.port,
        use_tls=server.tls is Tls.TLS,
        start_tls=server.tls is Tls.STARTTLS,
        tls_context=None if plain else ssl.create_default_context(cafile=server.ca),
        timeout=server.timeout,
        username=server.username,
        password=server.password.read_text().strip() if server.password is not None else None,
    )
    client.answer_timeout = server.answer_timeout
    return client


def _meaning(trouble: SMTPException) -> Exception:
    if isinstance(trouble, SMTPRecipientsRefused):
        permanent = all(one.code >= PERMANENT for one in trouble.recipients)
        return RefusedForGood() if permanent else PutOff()
    if isinstance(trouble, SMTPSenderRefused) and trouble.code >= PERMANENT:
        # Our own address is not welcome: that is about the installation, and about every mail.
        return OutOfReach("sender refused")
    if isinstance(trouble, SMTPConnectError):
        return OutOfReach("connection")
    if isinstance(trouble, SMTPNotSupported):
        return RefusedForGood()
    if isinstance(trouble, SMTPResponseException) and trouble.code >= PERMANENT:
        return RefusedForGood()
    return PutOff()
