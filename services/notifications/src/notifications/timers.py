"""What comes due: which kind of timer leads to which use case."""

from collections.abc import Mapping

from notifications.ports import Work
from notifications.working_set import Fired, UseCase

USE_CASES: Mapping[str, UseCase[Fired, Work]] = {}
