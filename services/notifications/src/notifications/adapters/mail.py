"""A letter as a mail: text, HTML, and one calendar entry at most, inline and attached."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache

import idna

from notifications.adapters.ics import Invitation, calendar_of
from notifications.adapters.letterhead import Letter, one_line
from notifications.domain.message import Message
from notifications.domain.person import Person

_SPECIAL = re.compile(r'["(),:;<>@\[\]\\=]')
"""What means something in an address header: the library's folding does not keep it quoted."""
MOST_NAME = 60


SAID_ALIKE = frozenset(
    {
        "auto-submitted",
        "content-disposition",
        "content-transfer-encoding",
        "content-type",
        "mime-version",
        "x-auto-response-suppress",
    }
)
"""Headers that say in every mail one of a few things."""


class Headers(HeaderRegistry):
    """Makes a header's class once for each name, and one that every mail has once for all; the library's own
    makes and reads each anew.
    """

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type[BaseHeader]] = {}
        self._alike = lru_cache(maxsize=256)(super().__call__)

    def __getitem__(self, name: str) -> type[BaseHeader]:
        if name not in self._made:
            self._made[name] = super().__getitem__(name)
        return self._made[name]

    def __call__(self, name: str, value: str) -> BaseHeader:
        return (
            self._alike(name, value)
            if name.lower() in SAID_ALIKE
            else super().__call__(name, value)
        )


POLICY = SMTP.clone(max_line_length=78, header_factory=Headers())


@dataclass(frozen=True, slots=True)
class Sender:
    """Who mails come from: a mailbox of this installation."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


class BadAddress(ValueError):
    """An address that no header can carry."""


def mail_of(
    message: Message, letter: Letter, reader: Person, reply_to: Person | None, sender: Sender
) -> EmailMessage:
    if reader.email is None:
        raise BadAddress
    mail = EmailMessage(policy=POLICY)
    mail["From"] = _from(sender)
    mail["To"] = _address(reader)
    if (answered := _reply_to(reply_to, reader)) is not None:
        mail["Reply-To"] = answered
    mail["Subject"] = _plain(letter.subject)
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = f"<{message.id}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if message.trace is not None:
        mail["Traceparent"] = message.trace
    mail.set_content(letter.text, cte="quoted-printable")
    mail.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    if message.entry is not None:
        _add_calendar(mail, message, letter, reader, sender)
    nested = (part for part in mail.walk() if part.is_multipart())
    for number, part in enumerate(nested):
        # Not left to chance: another attempt hands over the same bytes.
        part.set_boundary(f"={message.id}.{number}")
    return mail


def _add_calendar(
    mail: EmailMessage, message: Message, letter: Letter, reader: Person, sender: Sender
) -> None:
    """The same bytes twice: calendars read the inline part, people find the file."""
    if message.entry is None or reader.email is None:
        return
    words = Invitation(
        summary=letter.summary,
        description=letter.description,
        location=letter.location,
        organizer_name=sender.name,
        organizer=sender.address,
        attendee_name=one_line(reader.name or reader.email),
        attendee=reader.email,
        domain=sender.domain,
    )
    raw = calendar_of(message.entry, words)
    method = message.entry.method
    add: Callable[..., None] = mail.add_alternative
    add(raw, "text", "calendar", params={"method": method, "charset": "utf-8"})
    mail.add_attachment(raw, "application", "ics", filename="invite.ics")


@lru_cache(maxsize=8)
def _from(sender: Sender) -> BaseHeader:
    address = Address(display_name=sender.name, addr_spec=sender.address)
    header: BaseHeader = POLICY.header_factory("From", address)
    return header


def mailbox(email: str) -> tuple[str, str]:
    """Local part and domain as a server that knows no SMTPUTF8 takes them: the domain by IDNA, the local part as it
    is, dots where RFC 5322 has none included, for there are such mailboxes.
    """
    local, _, domain = email.rpartition("@")
    try:
        local.encode("ascii")
        # As browsers read it: an older rule made another's domain of ß.
        return local, domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except UnicodeError as error:  # idna's own errors are of this kind
        raise BadAddress from error


def _address(person: Person) -> Address:
    """What the library refuses is no address."""
    name = " ".join(_SPECIAL.sub(" ", one_line(person.name or "")).split())[:MOST_NAME]
    local, domain = mailbox(person.email or "")
    try:
        return Address(display_name=name, username=local, domain=domain)
    except (ValueError, IndexError, MessageError) as error:
        raise BadAddress from error


def _reply_to(person: Person | None, reader: Person) -> Address | None:
    """Nobody's mail fails for the address of whoever is to be answered."""
    if person is None or person.email is None or person.id == reader.id:
        return None
    try:
        return _address(person)
    except BadAddress:
        return None


def _plain(text: str) -> str:
    """The email library reads encoded words out of what it is given, line breaks in them included."""
    return one_line(text).replace("=?", "= ?")
