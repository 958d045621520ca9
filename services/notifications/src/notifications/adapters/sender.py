"""Hands deliveries over to the mail server: leased, a few at a time, each outcome stored before the next.

A crash between the server's answer and the stored outcome sends one more copy, under the same Message-ID.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import structlog

from notifications.adapters import delivery, failpoint, mail_metrics, traces
from notifications.adapters.brake import Brake
from notifications.adapters.database import Pool
from notifications.adapters.delivery import Leased
from notifications.adapters.letterhead import Letterhead, mentioned
from notifications.adapters.mail import BadAddress, Sender, mail_of, mailbox
from notifications.adapters.mail_links import LinkBook
from notifications.adapters.postgres.reader import Reader
from notifications.adapters.signing import NoSigningKey
from notifications.adapters.smtp import Line, MailServer, OutOfReach, PutOff, RefusedForGood
from notifications.adapters.transaction import OUTAGES, is_outage
from notifications.domain.changed import changed
from notifications.domain.dossier import Dossier
from notifications.domain.letters import as_it_holds
from notifications.domain.message import Failure, Message, Outcome, Status, Suppression, held_back
from notifications.domain.person import Person

log = structlog.get_logger()

PER_WORKER = 8

Record = Callable[[Outcome, str | None], Awaitable[None]]
"""Back when the outcome is stored."""


class Clock(Protocol):
    def now(self) -> datetime: ...

    def wall(self) -> datetime: ...

    async def wait_until(self, moment: datetime | None, wake: asyncio.Event) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What this installation allows: `only_to` names addresses, or whole domains as `@example.com`."""

    fuse: int
    workers: int
    only_to: tuple[str, ...] = ()

    def allows(self, address: str) -> bool:
        known = address.lower()
        domain = f"@{known.rpartition('@')[2]}"
        return not self.only_to or known in self.only_to or domain in self.only_to


@dataclass(frozen=True, slots=True)
class Desktop:
    """What writing a handful of letters needs, read at once."""

    people: Mapping[str, Person]
    dossiers: Mapping[str, Dossier]

    def reader(self, person_id: str) -> Person | None:
        """Whoever remains of people who turned out to be one."""
        person, met = self.people.get(person_id), set[str]()
        while person is not None and person.merged_into is not None:
            if person.id in met:
                return None
            met.add(person.id)
            person = self.people.get(person.merged_into) or Person(id=person.merged_into)
        return person

    @property
    def readers(self) -> Mapping[str, Person]:
        """Everybody, under all ids that they had."""
        found = {one: self.reader(one) for one in self.people}
        return {one: reader for one, reader in found.items() if reader is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    pool: Pool
    reader: Reader
    clock: Clock
    brake: Brake
    server: MailServer
    sender: Sender
    links: LinkBook
    record: Record
    rules: Rules
    letterhead: Letterhead = field(default_factory=Letterhead)
    lines: list[Line] = field(default_factory=list)
    """Open to the mail server, and free."""
    going_on: Callable[[], bool] = lambda: True
    """Asked before each mail: whoever is to end does not begin another."""
    handed_over: Callable[[], None] = lambda: None
    """Called for each mail that the server has answered."""

    async def send_due(self) -> int:
        """One turn: how many deliveries were taken in hand; 0 when nothing is due, or nothing may go."""
        now, wall = self.clock.now(), self.clock.wall()
        if await self.brake.paused():
            return 0
        room = self.rules.fuse - await self.brake.sent_lately(now=now)
        if room <= 0:
            if await delivery.count_due(self.pool, now=now, wall=wall):
                log.error("mail paused", reason="fuse", mails=self.rules.fuse)
                await self.brake.pause("fuse", now=now)
            return 0
        limit = min(room, self.rules.workers * PER_WORKER)
        leases = await delivery.claim(self.pool, now=now, wall=wall, limit=limit)
        if leases:
            await self._send(leases)
        return len(leases)

    async def _send(self, leases: Sequence[Leased]) -> None:
        """Nobody's trouble ends the others in the middle of a mail: the server may have taken it already."""
        waiting = list(reversed(leases))
        try:
            desktop = await self._read(leases)
        except OUTAGES:
            await delivery.release(self.pool, leases)
            raise
        workers = min(self.rules.workers, len(leases))
        ended = await asyncio.gather(
            *[self._work(waiting, desktop) for _ in range(workers)], return_exceptions=True
        )
        troubles = [one for one in ended if isinstance(one, BaseException)]
        if troubles or waiting:
            await delivery.release(self.pool, leases)
        bugs = [one for one in troubles if not isinstance(one, OUTAGES)]
        if bugs:
            raise bugs[0]
        without_a_line = [one for one in troubles if isinstance(one, OutOfReach)]
        if len(without_a_line) < len(troubles) or len(troubles) == workers:
            raise OutOfReach(type(troubles[0]).__name__) from troubles[0]
        if troubles:
            log.info("mail server takes fewer lines", refused=len(troubles), of=workers)

    async def hang_up(self) -> None:
        """When nothing has been due for a while: servers end a silent line, and mails would find it cut."""
        while self.lines:
            await self.lines.pop().close()

    async def _work(self, waiting: list[Leased], desktop: Desktop) -> None:
        """A line that the server does not let in leaves its mail to the others; whatever else happens ends the turn."""
        line = self.lines.pop() if self.lines else Line(self.server)
        try:
            while waiting and self.going_on():
                lease = waiting.pop()
                if self.clock.wall() < lease.until:
                    await self._hand_over(line, lease, desktop)
        except OutOfReach:
            waiting.append(lease)
            await line.close()
            raise
        except BaseException:
            waiting.clear()
            await line.close()
            raise
        self.lines.append(line)

    async def _hand_over(self, line: Line, lease: Leased, desktop: Desktop) -> None:
        message = lease.message
        failpoint.reach("before_data")
        hop = traces.hop("hand over mail", message.trace)
        try:
            outcome = await self._outcome(line, lease, desktop)
        finally:
            hop.end()
        self.handed_over()
        failpoint.reach("after_250_before_outcome")
        result = outcome.reason or (outcome.status or "put off")
        mail_metrics.MAILS.labels(result=str(result)).inc()
        if outcome.status is Status.SENT:
            age = self.clock.now() - message.created_at
            mail_metrics.AGE.observe(max(0.0, age.total_seconds()))
        try:
            await self.record(outcome, message.trace)
        except Exception as trouble:
            if is_outage(trouble):
                raise
            # Once more would be once more for ever.
            came = str(outcome.status or "put off")
            log.exception("mail set aside", message_id=message.id, kind=message.kind, came=came)
            mail_metrics.MAILS.labels(result="set aside").inc()
            await delivery.set_aside(self.pool, message.id)

    async def _outcome(self, line: Line, lease: Leased, desktop: Desktop) -> Outcome:
        message = lease.message
        person, said = desktop.reader(message.person_id), _still_to_say(message, desktop)
        held = self._held_back(message, person, said)
        if held is not None:
            return held
        try:
            await self._mail(line, said or message, desktop, person)
        except (RefusedForGood, BadAddress):
            return _came(message, person, Status.FAILED, Failure.REFUSED)
        except PutOff:
            return _came(message, person, None)
        except (*OUTAGES, NoSigningKey):
            raise
        except Exception:
            # A bug of ours must not hold the mails behind it: tried again later, given up at last.
            log.exception("mail not written", message_id=message.id, kind=message.kind)
            return _came(message, person, None)
        return _came(message, person, Status.SENT)

    def _held_back(
        self, message: Message, person: Person | None, said: Message | None
    ) -> Outcome | None:
        if person is not None and not person.known and not person.erased:
            # Whoever they turned out to be is not heard of yet.
            return _came(message, person, None)
        held = held_back(message, person, now=self.clock.now())
        if isinstance(held, Failure):
            return _came(message, person, Status.FAILED, held)
        if held is None and said is None:
            held = Suppression.OUTDATED
        if held is None and person is not None and not self.rules.allows(person.email or ""):
            held = Suppression.OUTSIDE_ALLOWED
        return None if held is None else _came(message, person, Status.SUPPRESSED, held)

    async def _mail(
        self, line: Line, message: Message, desktop: Desktop, person: Person | None
    ) -> None:
        if person is None or person.email is None:
            raise BadAddress
        message, address = _to(person, message), "@".join(mailbox(person.email))
        now = self.clock.now()
        candidate = message.about.candidate_id

        def link(purpose: str, interview_id: str | None) -> str:
            dossier = desktop.dossiers.get(interview_id or "")
            return self.links.address(
                person, purpose, dossier, interview_id, candidate_id=candidate, now=now
            )

        letter = self.letterhead.write(message, person, desktop.readers, link)
        reply_to = desktop.reader(message.about.reply_to or "")
        mail = mail_of(message, letter, person, reply_to, self.sender)
        with mail_metrics.SECONDS.time():
            await line.send(mail, sender=self.sender.address, recipient=address)

    async def _read(self, leases: Sequence[Leased]) -> Desktop:
        ids = {one for lease in leases for one in mentioned(lease.message)}
        people = await self.reader.persons(sorted(ids))
        asked = set(ids)
        while merged := {one.merged_into for one in people.values() if one.merged_into} - asked:
            asked |= merged
            people |= await self.reader.persons(sorted(merged))
        interviews = {
            action.interview_id
            for lease in leases
            for action in lease.message.actions
            if action.interview_id is not None
        }
        late = (lease.message.about.interview_id for lease in leases if lease.message.is_late)
        interviews |= {one for one in late if one is not None}
        dossiers = await self.reader.dossiers(sorted(interviews))
        return Desktop(people, {one.id: one for one in dossiers})


def _still_to_say(message: Message, desktop: Desktop) -> Message | None:
    """All of it, where it goes out when it was written."""
    dossier = desktop.dossiers.get(message.about.interview_id or "")
    return as_it_holds(message, dossier) if message.is_late and dossier is not None else message


def _to(person: Person, message: Message) -> Message:
    """As it is for whoever remains of its reader, where two people turned out to be one."""
    if message.about.candidate_id != message.person_id:
        return message
    return changed(message, about=changed(message.about, candidate_id=person.id))


def _came(
    message: Message, person: Person | None, status: Status | None, reason: str | None = None
) -> Outcome:
    return Outcome(
        message_id=message.id,
        status=status,
        reason=reason,
        stream=message.key,
        person_id=person.id if person is not None else None,
        generation=person.generation if person is not None else None,
    )
