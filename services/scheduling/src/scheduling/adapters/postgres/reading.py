"""Reads without locks that a search stands on: for timers' gathers and for pages alike."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from scheduling.adapters.database import Connection
from scheduling.adapters.postgres.tables import BOOKING, CALENDAR, INTERVIEW, INTERVIEWER
from scheduling.domain.booking import Booking
from scheduling.domain.calendar import Calendar
from scheduling.domain.interview import Interview
from scheduling.domain.interviewer import Interviewer
from scheduling.domain.slots import Diary
from scheduling.domain.span import Span

A_WEEK_AND_A_DAY = timedelta(days=8)
"""What limits are counted over, in any zone."""

INTERVIEWS = "select state from interview where id = any($1) and state is not null order by id"
INTERVIEWERS = """
select state from interviewer
where state is not null and (id = any($1) or pools && $2::text[])
order by id
"""
CALENDARS = "select state from calendar where id = any($1) and state is not null"
BOOKINGS = """
select state from booking
where interviewer_id = any($1) and during && tstzrange($2, $3)
order by id
"""


async def read_interviews(connection: Connection, ids: Collection[str]) -> list[Interview]:
    rows = await connection.fetch(INTERVIEWS, sorted(ids))
    return [INTERVIEW.codec.validate_json(row["state"]) for row in rows]


@dataclass(frozen=True, slots=True)
class Library:
    """The diaries of many interviewers, read at once."""

    interviewers: Mapping[str, Interviewer]
    calendars: Mapping[str, Calendar]
    bookings: Mapping[str, tuple[Booking, ...]]

    def diaries(self, interview: Interview) -> dict[str, Diary]:
        pools = set(interview.pools)
        concerned = (
            one
            for one in self.interviewers.values()
            if one.id in interview.concerns or pools & set(one.pool_ids)
        )
        return {
            one.id: Diary(one, self.calendars.get(one.id), self.bookings.get(one.id, ()))
            for one in concerned
        }


async def read_library(
    connection: Connection, interviews: Iterable[Interview], span: Span
) -> Library:
    """Everyone who may sit in these interviews, as far as they matter to the span."""
    named: set[str] = set()
    pools: set[str] = set()
    for interview in interviews:
        named.update(interview.concerns)
        pools.update(interview.pools)
    rows = await connection.fetch(INTERVIEWERS, sorted(named), sorted(pools))
    interviewers = [INTERVIEWER.codec.validate_json(row["state"]) for row in rows]
    ids = [one.id for one in interviewers]
    wide = span.widened(A_WEEK_AND_A_DAY, A_WEEK_AND_A_DAY)
    calendars = [
        CALENDAR.codec.validate_json(row["state"]) for row in await connection.fetch(CALENDARS, ids)
    ]
    bookings: dict[str, list[Booking]] = {}
    for row in await connection.fetch(BOOKINGS, ids, wide.starts_at, wide.ends_at):
        one = BOOKING.codec.validate_json(row["state"])
        bookings.setdefault(one.interviewer_id, []).append(one)
    return Library(
        {one.id: one for one in interviewers},
        {one.id: one for one in calendars},
        {who: tuple(found) for who, found in bookings.items()},
    )
