"""When and for what someone can interview: a full replacement; what stands on it is looked at again."""

from datetime import datetime

from parley_contracts.cloudevents import Received, Tombstone
from parley_contracts.interviewers import Hours as ContractHours
from parley_contracts.interviewers import InterviewerProfileSet
from scheduling.domain.changed import changed
from scheduling.domain.interviewer import Interviewer, Membership
from scheduling.domain.kinds import RECHECK_INTERVIEWER
from scheduling.domain.revisions import having_seen, is_newer
from scheduling.domain.span import Span
from scheduling.ports import Work
from scheduling.working_set import Needs, Refusal


def needs(message: Received, work: Work) -> Needs:
    del work
    return Needs.rows("interviewer", message.subject)


def set_profile(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    data = message.data
    if not isinstance(data, InterviewerProfileSet):
        raise TypeError("an InterviewerProfileSet is expected here")
    before = work.interviewers.get(message.subject)
    seen = before.seen if before is not None else {}
    if not is_newer(seen, message.source, data.revision):
        return Refusal("older_revision")
    work.note_gap(data, seen.get(message.source))
    after = _interviewer(data)
    if before is None or changed(before, seen={}) != after:
        work.timers.set(RECHECK_INTERVIEWER, after.id, now)
    work.interviewers.put(changed(after, seen=having_seen(seen, message.source, data.revision)))
    return None


def needs_to_end(message: Tombstone, work: Work) -> Needs:
    del work
    return Needs.rows("interviewer", message.key)


def end_profile(message: Tombstone, work: Work, *, now: datetime) -> Refusal | None:
    """They interview no more; what they were booked for needs somebody else."""
    before = work.interviewers.get(message.key)
    if before is not None and not before.ended:
        week = ((),) * 7
        gone = Interviewer(message.key, before.zone, week, before.seen, ended=True)
        work.interviewers.put(gone)
        work.timers.set(RECHECK_INTERVIEWER, message.key, now)
    return None


def _interviewer(data: InterviewerProfileSet) -> Interviewer:
    return Interviewer(
        id=data.interviewer_id,
        zone=data.zone,
        hours=tuple(_day(data.weekly_hours.of_weekday(day)) for day in range(7)),
        buffer_before=data.buffer_before_minutes,
        buffer_after=data.buffer_after_minutes,
        per_day=data.limits.per_day,
        per_week=data.limits.per_week,
        pools=tuple(Membership(p.pool_id, p.skills, p.training) for p in data.pools),
        pauses=tuple(Span(one.starts_at, one.ends_at) for one in data.pauses),
    )


def _day(hours: tuple[ContractHours, ...]) -> tuple[tuple[int, int], ...]:
    return tuple((_minute(one.start), _minute(one.end)) for one in hours)


def _minute(wall_time: str) -> int:
    hour, minute = wall_time.split(":")
    return int(hour) * 60 + int(minute)
