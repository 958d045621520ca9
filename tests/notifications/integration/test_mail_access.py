"""A mail server that asks for a login over TLS: certificate and password come from files, read for each line."""

from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from notifications.adapters.check.findings import Findings
from notifications.adapters.check.mail import look_at_mail
from notifications.adapters.smtp import Line, MailServer, OutOfReach, Tls
from parley_local.ports import LOOPBACK, free_ports

MAIL = EmailMessage()
MAIL["From"], MAIL["To"], MAIL["Subject"] = "parley@parley.example", "one@parley.example", "Hello"


class Asking:
    """Takes mail from whoever knows the password."""

    def __init__(self) -> None:
        self.password = b"first"
        self.taken = 0

    def log_in(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        known = isinstance(data, LoginPassword) and data.password == self.password
        return AuthResult(success=known, handled=False)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.taken += 1
        return "250 taken"


@pytest.fixture
def asking() -> Asking:
    return Asking()


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server(asking: Asking, authority: trustme.CA, tmp_path: Path) -> Iterator[MailServer]:
    context = SSLContext(PROTOCOL_TLS_SERVER)
    authority.issue_cert(LOOPBACK).configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.crt")
    (tmp_path / "password").write_text("first\n")
    (port,) = free_ports(1)
    controller = Controller(
        asking,
        hostname=LOOPBACK,
        port=port,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=asking.log_in,
    )
    controller.start()
    yield MailServer(
        host=LOOPBACK,
        port=port,
        tls=Tls.STARTTLS,
        username="parley",
        password=tmp_path / "password",
        ca=tmp_path / "ca.crt",
    )
    controller.stop()


async def send(line: Line) -> None:
    await line.send(MAIL, sender="parley@parley.example", recipient="one@parley.example")


async def test_a_rotated_password_is_taken_with_the_next_line(
    server: MailServer, asking: Asking
) -> None:
    line = Line(server)
    await send(line)
    await line.close()
    asking.password = b"second"

    with pytest.raises(OutOfReach):
        await send(line)
    assert server.password is not None
    server.password.write_text("second")
    await send(line)
    await line.close()

    assert asking.taken == 2


async def test_a_server_that_cannot_prove_itself_gets_no_password(
    server: MailServer, asking: Asking
) -> None:
    assert server.ca is not None
    trustme.CA().cert_pem.write_to_path(server.ca)

    with pytest.raises(OutOfReach):
        await send(Line(server))
    assert asking.taken == 0


async def test_a_file_that_is_not_there_is_an_outage(server: MailServer) -> None:
    """Mail waits for it, as for a server."""
    assert server.password is not None
    server.password.unlink()

    with pytest.raises(OutOfReach):
        await send(Line(server))


async def looked_at(server: MailServer) -> Findings:
    findings = Findings()
    await look_at_mail(server, "X_", findings)
    return findings


async def test_check_says_what_the_mail_server_makes_of_us(
    server: MailServer, asking: Asking, tmp_path: Path
) -> None:
    fine = await looked_at(server)
    asking.password = b"second"
    refused = await looked_at(server)
    (tmp_path / "other.crt").write_bytes(trustme.CA().cert_pem.bytes())
    distrusting = await looked_at(replace(server, ca=tmp_path / "other.crt"))
    nobody = await looked_at(replace(server, port=1))
    openly = await looked_at(replace(server, tls=Tls.NONE))

    place = f"{LOOPBACK}:{server.port}"
    assert (fine.fine, fine.missing) == ({"X_SMTP_HOST": place}, [])
    assert refused.missing == [f"X_SMTP_HOST: {place}: it refuses the login"]
    assert distrusting.missing == [f"X_SMTP_HOST: {place}: its certificate is not to be trusted"]
    assert nobody.missing == [
        f"X_SMTP_HOST: {LOOPBACK}:1: no mail server answers there: SMTPConnectError"
    ]
    assert openly.missing == ["X_SMTP_TLS: a login would go over an open line: starttls, or tls"]
    assert asking.taken == 0
