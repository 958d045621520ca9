"""Sends a new link in place of an expired one, to the address on file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from notifications.domain.changed import changed
from notifications.domain.correspondence import Correspondence, Part
from notifications.domain.dossier import Dossier
from notifications.domain.message import About, Action, Draft, Kind
from notifications.ports import Work
from notifications.use_cases.store_messages import store_messages
from notifications.working_set import Needs, Refusal

PERSONAL = ("home", "desk")


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewLink:
    """What the old link claimed, its signature checked."""

    person_id: str
    known_as: frozenset[str]
    """Under which ids, that one among them."""
    purpose: str
    interview_id: str | None


def needs(message: RenewLink, work: Work) -> Needs:
    del work
    return (
        Needs.rows("person", message.person_id)
        | Needs.rows("dossier", message.interview_id)
        | Needs.matching("desk", "id", *message.known_as)
    )


def renew_link(message: RenewLink, work: Work, *, now: datetime) -> Refusal | None:
    person = work.persons.get(message.person_id)
    if person is None or person.erased or not person.known:
        return Refusal("unknown_person")
    dossier = work.dossiers.get(message.interview_id) if message.interview_id else None
    if not _still_theirs(message, dossier):
        return Refusal("not_theirs")
    after = person.renewed(f"{message.purpose}:{message.interview_id}", now=now)
    if after is None:
        return Refusal("renewed_already")
    role = "desk" if _has_desk(message, work, dossier) else "candidate"
    draft = Draft(
        kind=Kind.ACTION,
        parts=(Part(kind="renewed", role=role),),
        actions=tuple(_leads_to(message, role)),
    )
    about = _about(message, dossier)
    letter = Correspondence(person_id=person.id, count=person.letters)
    store_messages(work, (draft,), letter, about, now=now)
    work.persons.put(after)
    return None


def _has_desk(message: RenewLink, work: Work, dossier: Dossier | None) -> bool:
    if message.purpose == "desk" or any(work.desks.where("id", one) for one in message.known_as):
        return True
    return dossier is not None and not message.known_as.isdisjoint(dossier.desk)


def _leads_to(message: RenewLink, role: str) -> Iterator[Action]:
    """Where the old one led; beside a home, the desk of whoever has one: much of theirs stands there."""
    yield Action(purpose=message.purpose, label=message.purpose, interview_id=message.interview_id)
    if message.purpose == "home" and role == "desk":
        yield Action(purpose="desk", label="desk")


def _still_theirs(message: RenewLink, dossier: Dossier | None) -> bool:
    if message.purpose in PERSONAL:
        return message.interview_id is None
    return dossier is not None and dossier.may_follow(message.known_as, message.purpose)


def _about(message: RenewLink, dossier: Dossier | None) -> About:
    """Keyed by the person: what is renewed is theirs, and no message about the interview."""
    if dossier is None:
        return About()
    about = changed(dossier.about, interview_id=None, application_id=None)
    if about.candidate_id in message.known_as:
        return changed(about, candidate_id=message.person_id)
    return about
