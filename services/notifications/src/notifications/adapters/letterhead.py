"""From a stored message to its words: subject, text and HTML, in the reader's language and zone.

A template's first line is its subject, the rest its paragraphs. Text and HTML are made of the same words,
so that they cannot say different things.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from notifications.domain.correspondence import Meeting, Part
from notifications.domain.formats import Formats, formats_for
from notifications.domain.message import Kind, Message, Method
from notifications.domain.person import Person

CALENDAR = (Kind.INVITE, Kind.UPDATE, Kind.CANCEL)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
MOST_SUBJECT = 180

Link = Callable[[str, str | None], str]
"""Purpose and interview to a signed address."""


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    paragraphs: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def blocks(self) -> tuple[tuple[str, ...] | str, ...]:
        """Paragraphs, and lists as tuples of their points."""
        return tuple(_block(one) for one in self.paragraphs)


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str
    html: str
    summary: str
    description: str
    location: str


@dataclass(frozen=True, slots=True)
class Voice:
    """Who is spoken to about what, and the words for it."""

    message: Message
    reader: Person
    people: Mapping[str, Person]
    formats: Formats
    words: Mapping[str, Mapping[str, str]]

    def name(self, person_id: str | None) -> str:
        """A name as one line; for somebody unknown or gone, their part in it."""
        person = self.people.get(person_id or "")
        if person is not None and person.name is not None:
            return one_line(person.name)
        about = self.message.about
        if person_id is not None and person_id == about.candidate_id:
            return self.words["someone"]["candidate"]
        return dict(about.roles).get(person_id or "") or self.words["someone"]["interviewer"]

    def introduced(self, person_id: str) -> str:
        """As the candidate reads it: name, what they do, and why they are there."""
        person = self.people.get(person_id)
        title = person.title if person is not None else None
        role = dict(self.message.about.roles).get(person_id)
        extra = [one_line(one) for one in (role, title) if one is not None]
        name = self.name(person_id)
        return f"{name} ({', '.join(extra)})" if extra and name not in extra else name

    def place(self, meeting: Meeting) -> str:
        """Never empty: a calendar entry always says where."""
        place = meeting.place
        details = {"video": place.url, "phone": place.dial_in, "onsite": place.address}
        known = details.get(place.kind) or place.address or place.dial_in or place.url
        labels = self.words["place"]
        kind = labels.get(place.kind, labels["other"])
        return one_line(f"{kind}: {known}" if known else kind)

    def job(self, title: str | None) -> str:
        return one_line(title or self.words["someone"]["job"])

    def label(self, group: str, key: str | None) -> str:
        """The words for a member of a vocabulary; nothing that is not ours is ever spelled out."""
        known = self.words[group]
        return known.get(key or "") or known.get("other", "")


@dataclass(frozen=True, slots=True)
class Letterhead:
    def write(
        self, message: Message, reader: Person, people: Mapping[str, Person], link: Link
    ) -> Letter:
        about = message.about
        is_candidate = reader.id == about.candidate_id
        zone = (about.candidate_zone if is_candidate else None) or reader.zone or about.zone
        formats = formats_for(reader.locale, zone)
        voice = Voice(message, reader, people, formats, _words(formats.language))
        sections = [_section(voice, part) for part in message.parts]
        values = {
            "language": formats.language,
            "words": voice.words,
            "greeting": voice.words["letter"]["hello"].format(name=voice.name(reader.id)),
            "sections": sections,
            "buttons": _buttons(voice, link),
            "home": _home(voice, link),
            "reply": _reply(voice),
            "calendar": _calendar(voice),
        }
        meeting = message.entry.meeting if message.entry is not None else None
        return Letter(
            subject=sections[0].heading[:MOST_SUBJECT],
            text=_phrases().get_template("frame.txt").render(values),
            html=_frames().get_template("frame.html").render(values),
            summary=_summary(voice),
            description=_description(voice, meeting) if meeting is not None else "",
            location=voice.place(meeting) if meeting is not None else "",
        )


def one_line(text: str) -> str:
    """No control character, line separator or change of direction survives."""
    return " ".join(_UNSEEN.sub(" ", text).split())


def _section(voice: Voice, part: Part) -> Section:
    about = voice.message.about
    template = _phrases().get_template(f"{part.kind}/{voice.formats.language}.txt")
    rendered = template.render(
        part=part,
        voice=voice,
        role=part.role,
        job=voice.job(about.job_title),
        stage=one_line(about.stage_name or voice.words["someone"]["stage"]),
        candidate=voice.name(about.candidate_id),
        formats=voice.formats,
    )
    heading, _, body = rendered.strip().partition("\n")
    paragraphs = [one.strip() for one in re.split(r"\n\s*\n", body) if one.strip()]
    return Section(one_line(heading), tuple(paragraphs), _rows(voice, part))


def _rows(voice: Voice, part: Part) -> tuple[Row, ...]:
    meeting, labels = part.meeting, voice.words["row"]
    shown = part.kind in ("invite", "moved", "changed", "cancelled", "reminder")
    if meeting is None or not shown:
        return ()
    rows = [
        Row(labels["what"], one_line(meeting.title)),
        Row(labels["when"], voice.formats.span(meeting.starts_at, meeting.ends_at)),
    ]
    if part.kind == "moved" and part.was is not None:
        before = voice.formats.span(part.was.starts_at, part.was.ends_at)
        rows.append(Row(labels["before"], before))
    rows.append(Row(labels["where"], voice.place(meeting)))
    if meeting.place.instructions:
        rows.append(Row(labels["how"], one_line(meeting.place.instructions)))
    others = [one for one in meeting.panel if one != voice.reader.id]
    if part.role == "candidate":
        rows.append(Row(labels["meet"], "; ".join(voice.introduced(one) for one in others)))
        if meeting.candidate_minutes:
            own = labels["minutes"].format(minutes=meeting.candidate_minutes)
            rows.append(Row(labels["yours"], own))
    else:
        rows.append(Row(labels["candidate"], voice.name(voice.message.about.candidate_id)))
        if others:
            rows.append(Row(labels["with"], ", ".join(voice.name(one) for one in others)))
    return tuple(row for row in rows if row.value)


def _buttons(voice: Voice, link: Link) -> list[Button]:
    labels = voice.words["button"]
    return [
        Button(labels.get(one.label, one.label), link(one.purpose, one.interview_id))
        for one in voice.message.actions
    ]


def _home(voice: Voice, link: Link) -> Button | None:
    purposes = {one.purpose for one in voice.message.actions}
    if purposes & {"home", "desk"}:
        return None
    at_desk = all(part.role == "desk" for part in voice.message.parts)
    purpose = "desk" if at_desk else "home"
    return Button(voice.words["letter"][purpose], link(purpose, None))


def _reply(voice: Voice) -> str | None:
    coordinator = voice.people.get(voice.message.about.reply_to or "")
    if coordinator is None or coordinator.name is None or coordinator.id == voice.reader.id:
        return None
    return voice.words["letter"]["reply"].format(name=voice.name(coordinator.id))


def _calendar(voice: Voice) -> str | None:
    """What becomes of the entry, and where to say what a calendar cannot."""
    entry = voice.message.entry
    if entry is None:
        return None
    if entry.method == Method.CANCEL:
        return voice.words["letter"]["entry_gone"]
    return voice.words["letter"][f"entry_of_{_side(voice)}"]


def _side(voice: Voice) -> str:
    is_candidate = voice.reader.id == voice.message.about.candidate_id
    return "candidate" if is_candidate else "interviewer"


def _summary(voice: Voice) -> str:
    about, words = voice.message.about, voice.words["calendar"]
    stage = one_line(about.stage_name or voice.words["someone"]["stage"])
    job = voice.job(about.job_title)
    if voice.reader.id == about.candidate_id:
        return words["candidate"].format(stage=stage, job=job)
    candidate = voice.name(about.candidate_id)
    return words["interviewer"].format(stage=stage, job=job, candidate=candidate)


def _description(voice: Voice, meeting: Meeting) -> str:
    """No personal link: calendar entries are forwarded and read by others."""
    words = voice.words["calendar"]
    lines = [one_line(meeting.title), voice.place(meeting)]
    if meeting.place.instructions:
        lines.append(one_line(meeting.place.instructions))
    others = [one for one in meeting.panel if one != voice.reader.id]
    if others:
        names = ", ".join(voice.name(one) for one in others)
        lines.append(words["with"].format(names=names))
    cancelled = voice.message.entry is not None and voice.message.entry.method == Method.CANCEL
    lines.append(words["cancelled"] if cancelled else words[f"links_of_{_side(voice)}"])
    return "\n".join(lines)


def _block(paragraph: str) -> tuple[str, ...] | str:
    lines = paragraph.split("\n")
    if all(line.startswith("- ") for line in lines):
        return tuple(line.removeprefix("- ") for line in lines)
    return " ".join(lines)


@cache
def _words(language: str) -> Mapping[str, Mapping[str, str]]:
    text = (files("notifications") / "templates" / "words" / f"{language}.toml").read_text()
    return tomllib.loads(text)


@cache
def _phrases() -> Environment:
    """Plain words: what is made HTML of them is escaped in the frame."""
    return Environment(
        loader=PackageLoader("notifications", "templates"),
        autoescape=False,  # noqa: S701 - the text of a mail is no HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _frames() -> Environment:
    return Environment(
        loader=PackageLoader("notifications", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def mentioned(message: Message) -> Sequence[str]:
    """Whose names a message may need."""
    about = message.about
    found = {message.person_id, about.candidate_id, about.reply_to}
    for part in message.parts:
        found.add(part.person_id)
        for meeting in (part.meeting, part.was):
            found.update(meeting.panel if meeting is not None else ())
        found.update(line.candidate_id for line in (*part.lines, *part.news))
    return sorted(one for one in found if one is not None)
