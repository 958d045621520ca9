"""What comes due: which kind of timer leads to which use case."""

from collections.abc import Mapping

from notifications.ports import Work
from notifications.use_cases import (
    announce_waiting,
    compose_about_application,
    compose_mail,
    erase_person,
    remind,
    send_digest,
)
from notifications.working_set import Fired, UseCase

_REMIND = UseCase(remind.needs, remind.remind)

USE_CASES: Mapping[str, UseCase[Fired, Work]] = {
    "compose": UseCase(compose_mail.needs, compose_mail.compose_mail),
    "compose_application": UseCase(
        compose_about_application.needs, compose_about_application.compose_about_application
    ),
    "announce_waiting": UseCase(announce_waiting.needs, announce_waiting.announce_waiting),
    "announce_waiting_application": UseCase(
        announce_waiting.needs_of_application, announce_waiting.announce_waiting_application
    ),
    "remind_day": _REMIND,
    "remind_hour": _REMIND,
    "digest": UseCase(send_digest.needs, send_digest.send_digest),
    "forget_records": UseCase(erase_person.needs_to_forget, erase_person.forget_records),
}
