"""What comes due: which kind of timer leads to which use case."""

from collections.abc import Mapping

from feedback.ports import Work
from feedback.use_cases import erase_person, wake_application, wake_round
from feedback.working_set import Fired, UseCase

USE_CASES: Mapping[str, UseCase[Fired, Work]] = {
    "round": UseCase(wake_round.needs, wake_round.wake_round),
    "application": UseCase(wake_application.needs, wake_application.wake_application),
    erase_person.FORGET: UseCase(erase_person.needs_to_forget, erase_person.forget_records),
}
