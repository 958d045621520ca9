"""When and for what someone can interview."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from scheduling.domain.availability import Hours
from scheduling.domain.span import Span

TRAINED = "trained"


@dataclass(frozen=True, slots=True)
class Membership:
    pool_id: str
    skills: tuple[str, ...] = ()
    training: str = TRAINED


@dataclass(frozen=True, slots=True)
class Interviewer:
    id: str
    zone: str
    hours: Hours
    seen: Mapping[str, int] = field(default_factory=dict)
    buffer_before: int = 0
    buffer_after: int = 0
    per_day: int | None = None
    per_week: int | None = None
    pools: tuple[Membership, ...] = ()
    pauses: tuple[Span, ...] = ()
    ended: bool = False

    @property
    def pool_ids(self) -> tuple[str, ...]:
        return () if self.ended else tuple(sorted({one.pool_id for one in self.pools}))

    @property
    def before(self) -> timedelta:
        return timedelta(minutes=self.buffer_before)

    @property
    def after(self) -> timedelta:
        return timedelta(minutes=self.buffer_after)

    @property
    def larger_buffer(self) -> timedelta:
        """What lies between two sessions of theirs at least."""
        return max(self.before, self.after)

    def fits_pool(self, pool_id: str, skills: tuple[str, ...], *, alone: bool) -> bool:
        """Whether they may sit for a pool: without someone beside them only when trained."""
        return not self.ended and any(
            one.pool_id == pool_id
            and set(skills) <= set(one.skills)
            and (one.training == TRAINED or not alone)
            for one in self.pools
        )
