"""A mail server that may be in a mood: a scenario says what it answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP, Envelope, Session

from parley_local.demo.mailbox import Mailbox

OK = "250 OK"
Recipient = Callable[[str], Awaitable[str]]
Taken = Callable[[str], Awaitable[str]]


async def _welcome(recipient: str) -> str:
    del recipient
    return OK


async def _thanks(recipient: str) -> str:
    del recipient
    return OK


@dataclass
class Sink(Mailbox):
    """`recipient` answers RCPT TO. `taken` is asked once the mail is taken, before the sender hears of it."""

    recipient: Recipient = _welcome
    taken: Taken = _thanks

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds it by this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        answer = await self.recipient(address)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 - see above
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        await super().handle_DATA(server, session, envelope)
        answer = await self.taken(envelope.rcpt_tos[0])
        if answer != OK and server.transport is not None:
            server.transport.close()
        return answer

    def in_good_mood(self) -> None:
        self.recipient, self.taken = _welcome, _thanks
