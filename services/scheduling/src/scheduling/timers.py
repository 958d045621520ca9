"""What comes due: which kind of timer leads to which use case."""

from collections.abc import Mapping

from scheduling.ports import Work
from scheduling.working_set import Fired, UseCase

USE_CASES: Mapping[str, UseCase[Fired, Work]] = {}
