"""What comes due: which kind of timer leads to which use case."""

from collections.abc import Mapping

from feedback.ports import Work
from feedback.working_set import Fired, UseCase

USE_CASES: Mapping[str, UseCase[Fired, Work]] = {}
