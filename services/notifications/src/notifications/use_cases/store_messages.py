"""Stores messages before they are sent: a message and its delivery, due now."""

from datetime import datetime

from notifications.domain.correspondence import Correspondence
from notifications.domain.message import About, Delivery, Draft, Message, message_id
from notifications.ports import Work


def store_messages(
    work: Work, drafts: tuple[Draft, ...], letter: Correspondence, about: About, *, now: datetime
) -> None:
    """`letter` as it stood before: its number counts on, its events are what the first mail tells."""
    key = about.interview_id or about.application_id or letter.person_id
    for number, draft in enumerate(drafts):
        message = Message(
            id=message_id(key, letter.person_id, letter.count + number),
            person_id=letter.person_id,
            kind=draft.kind,
            about=about,
            parts=draft.parts,
            actions=draft.actions,
            entry=draft.entry,
            session_ids=draft.session_ids,
            told=letter.events if number == 0 else (),
            created_at=now,
            valid_until=draft.valid_until,
            trace=work.timers.trace,
        )
        work.messages.add(message)
        work.deliveries.add(Delivery(id=message.id, due_at=now))
