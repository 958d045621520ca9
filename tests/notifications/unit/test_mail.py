"""The mail itself: its structure, its calendar part, and what hostile names cannot do to it."""

from dataclasses import replace
from email import message_from_bytes
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, default
from html.parser import HTMLParser
from random import Random

import pytest
from icalendar import Calendar
from tests.notifications.letters import PEOPLE, letter_of, message_of, method_of, part_of, write

from notifications.adapters import mail as mails
from notifications.adapters.mail import BadAddress, Sender, mail_of, mailbox
from notifications.domain.message import Method
from notifications.domain.person import Person

SENDER = Sender("Parley", "parley@corp.example")
CALENDAR = [
    (kind, role)
    for kind in ("invite", "moved", "cancelled")
    for role in ("candidate", "interviewer")
]
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "&lt;b&gt;",
)
BITS = (
    "\r\n",
    "\n",
    "\r",
    "\x00",
    "\u2028",
    "\u2029",
    "\x85",
    "\u202e",
    '"',
    ";",
    ":",
    ",",
    "\\n",
    "\r\nATTENDEE:mailto:eve@evil.example",
    "\r\nBcc: eve@evil.example",
    "\nEND:VEVENT\nBEGIN:VEVENT",
    "=?utf-8?q?=0D=0ABcc:_eve@evil.example?=",
    "Ana",
    "Ölçün",
    "李",
)


def hostile_names() -> list[str]:
    draw = Random(7)
    names = ["".join(draw.choices(BITS, k=draw.randint(1, 6))) for _ in range(200 - len(PAYLOADS))]
    return [*PAYLOADS, *names]


def sent(
    kind: str, role: str, people: dict[str, Person] | None = None, sender: Sender = SENDER
) -> EmailMessage:
    known = people or dict(PEOPLE)
    message = message_of(part_of(kind, role), method=method_of(kind))
    letter = write(message, "en-GB", known)
    mail = mail_of(message, letter, known[message.person_id], known["cora"], sender)
    parsed = message_from_bytes(mail.as_bytes(), policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def parts(mail: EmailMessage) -> dict[str, EmailMessage]:
    found = [one for one in mail.walk() if not one.is_multipart()]
    return {one.get_content_type(): one for one in found}


@pytest.mark.parametrize(("kind", "role"), CALENDAR)
def test_calendar_mail_has_exactly_this_structure(kind: str, role: str) -> None:
    mail = sent(kind, role)

    assert mail.get_content_type() == "multipart/mixed"
    assert [one.get_content_type() for one in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    found = parts(mail)
    inline = found["text/calendar"].get_payload(decode=True)
    assert isinstance(inline, bytes)
    assert inline == found["application/ics"].get_payload(decode=True)
    assert found["application/ics"].get_filename() == "invite.ics"
    assert found["text/calendar"].get_param("method") == method_of(kind)


@pytest.mark.parametrize(("kind", "role"), [*CALENDAR, ("offer", "candidate")])
def test_headers_that_are_kept_are_those_that_the_library_makes(
    kind: str, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [sent(kind, role).as_bytes() for _ in range(3)]

    plain = SMTP.clone(max_line_length=78, header_factory=HeaderRegistry())
    monkeypatch.setattr(mails, "POLICY", plain)
    mails._from.cache_clear()
    made = sent(kind, role).as_bytes()
    mails._from.cache_clear()

    assert kept == [made] * 3


@pytest.mark.parametrize(("kind", "role"), CALENDAR)
def test_entry_says_what_calendars_need(kind: str, role: str) -> None:
    raw = parts(sent(kind, role))["text/calendar"].get_payload(decode=True)
    assert isinstance(raw, bytes)
    calendar = Calendar.from_ical(raw)
    (event,) = calendar.walk("VEVENT")
    cancelled = kind == "cancelled"
    reader = PEOPLE["ana" if role == "candidate" else "ivan"]

    assert str(calendar["METHOD"]) == (Method.CANCEL if cancelled else Method.REQUEST)
    assert event["STATUS"] == ("CANCELLED" if cancelled else "CONFIRMED")
    assert set(event) >= {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "SEQUENCE"}
    assert raw.index(b"METHOD:") < raw.index(b"BEGIN:VEVENT")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert raw.count(b"DTSTART:") == 1
    assert raw.split(b"DTSTART:")[1][:16].endswith(b"Z")
    assert str(event["ORGANIZER"]) == "mailto:parley@corp.example"
    assert str(event["ATTENDEE"]) == f"mailto:{reader.email}"
    assert dict(event["ATTENDEE"].params) == {
        "CN": reader.name,
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "NEEDS-ACTION",
        "RSVP": "FALSE",
    }
    assert b"token" not in raw
    assert b"parley.example" not in raw
    assert not cancelled or event.decoded("SEQUENCE") == 1


@pytest.mark.parametrize("address", ["parley@corp.example", "jobs+berlin@other.example"])
@pytest.mark.parametrize(("kind", "role"), CALENDAR)
def test_answers_of_calendars_go_where_the_mail_came_from(
    kind: str, role: str, address: str
) -> None:
    mail = sent(kind, role, sender=Sender("Interviews", address))
    raw = parts(mail)["text/calendar"].get_payload(decode=True)
    assert isinstance(raw, bytes)
    (event,) = Calendar.from_ical(raw).walk("VEVENT")

    (sender,) = mail["From"].addresses
    assert sender.addr_spec == address
    assert str(event["ORGANIZER"]) == f"mailto:{sender.addr_spec}"
    assert event["ORGANIZER"].params["CN"] == sender.display_name
    assert str(event["UID"]).endswith(f"@{address.rpartition('@')[2]}")
    assert str(event["LOCATION"]) == "Video call: https://meet.example.com/abc"
    summary = "Technical interview: {}Backend engineer"
    assert str(event["SUMMARY"]) == summary.format("" if role == "candidate" else "Ana Silva, ")


def test_mail_announces_itself_as_automatic_and_answers_go_to_the_coordinator() -> None:
    mail = sent("invite", "candidate")

    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Reply-To"] == "Cora Lind <cora@corp.example>"
    assert mail["Message-ID"] == f"<{'0' * 32}@corp.example>"


@pytest.mark.parametrize("name", hostile_names())
def test_hostile_name_stays_a_name(name: str) -> None:
    people = {key: replace(one, name=name) for key, one in PEOPLE.items()}
    mail = sent("invite", "candidate", people)
    raw = parts(mail)["text/calendar"].get_payload(decode=True)
    assert isinstance(raw, bytes)

    assert sorted(mail.keys()) == sorted(sent("invite", "candidate").keys())
    (to,) = mail["To"].addresses
    assert to.addr_spec == "ana@mail.example"
    (event,) = Calendar.from_ical(raw).walk("VEVENT")
    usual = parts(sent("invite", "candidate"))["text/calendar"].get_payload(decode=True)
    assert isinstance(usual, bytes)
    (plain,) = Calendar.from_ical(usual).walk("VEVENT")
    assert set(event) == set(plain)
    assert str(event["ATTENDEE"]) == "mailto:ana@mail.example"
    assert set(event["ATTENDEE"].params) == set(plain["ATTENDEE"].params)


class Shape(HTMLParser):
    """Tags and attribute names, in order: what a payload must not change."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, ...]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, *sorted(name for name, _ in attrs)))


def shape_of(html: str) -> list[tuple[str, ...]]:
    parser = Shape()
    parser.feed(html)
    return parser.seen


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize(
    ("kind", "role"), [("invite", "candidate"), ("declined", "desk"), ("digest", "desk")]
)
def test_markup_in_names_is_shown_and_not_run(kind: str, role: str, payload: str) -> None:
    people = {key: replace(one, name=payload, title=payload) for key, one in PEOPLE.items()}
    usual = {key: replace(one, name="Plain", title="Plain") for key, one in PEOPLE.items()}

    letter = letter_of(kind, role, "en", people)

    assert shape_of(letter.html) == shape_of(letter_of(kind, role, "en", usual).html)
    assert "49" not in letter.text


@pytest.mark.parametrize(
    ("email", "spelled"),
    [
        ("jo@straße.de", "jo@xn--strae-oqa.de"),
        ("jo@ΝΊΚΟΣ.gr", "jo@xn--kxawhku.gr"),
        ("jo@München.de", "jo@xn--mnchen-3ya.de"),
        ("jo@x_y.Example", "jo@x_y.Example"),
    ],
)
def test_a_domain_is_spelled_as_browsers_spell_it(email: str, spelled: str) -> None:
    """An older rule sends what is for straße.de to strasse.de, which is somebody else's."""
    assert "@".join(mailbox(email)) == spelled


@pytest.mark.parametrize(
    "email", ["jörg@corp.example", "jo@☃☃.example..", f"jo@{'ö' * 70}.example"]
)
def test_an_address_that_no_server_takes_is_none(email: str) -> None:
    with pytest.raises(BadAddress):
        mailbox(email)
