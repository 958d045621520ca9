"""Reads without locks that a search stands on: for timers' gathers and for pages alike."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from scheduling.adapters.database import Connection
from scheduling.adapters.memory import Memory
from scheduling.adapters.postgres.tables import BOOKING, CALENDAR, INTERVIEW, INTERVIEWER
from scheduling.domain.booking import Booking
from scheduling.domain.calendar import Calendar
from scheduling.domain.interview import Interview
from scheduling.domain.interviewer import Interviewer
from scheduling.domain.slots import Diary, diary_of
from scheduling.domain.span import Span

A_WEEK_AND_A_DAY = timedelta(days=8)
"""What limits are counted over, in any zone."""

CONCERNED = "select id from interviewer where id = any($1) or pools && $2::text[] order by id"
BOOKED = """
select id from booking
where interviewer_id = any($1) and during && tstzrange($2, $3)
order by id
"""


async def read_interviews(
    connection: Connection, ids: Collection[str], memory: Memory
) -> list[Interview]:
    _, found = await INTERVIEW.look(connection, sorted(ids), memory=memory)
    return [*found.values()]


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
            one.id: diary_of(one, self.calendars.get(one.id), self.bookings.get(one.id, ()))
            for one in concerned
        }


async def read_library(
    connection: Connection, interviews: Iterable[Interview], span: Span, memory: Memory
) -> Library:
    """Everyone who may sit in these interviews, as far as they matter to the span."""
    named: set[str] = set()
    pools: set[str] = set()
    for interview in interviews:
        named.update(interview.concerns)
        pools.update(interview.pools)
    concerned = await connection.fetch(CONCERNED, sorted(named), sorted(pools))
    ids = [row["id"] for row in concerned]
    _, interviewers = await INTERVIEWER.look(connection, ids, memory=memory)
    _, calendars = await CALENDAR.look(connection, ids, memory=memory)
    wide = span.widened(A_WEEK_AND_A_DAY, A_WEEK_AND_A_DAY)
    booked = await connection.fetch(BOOKED, ids, wide.starts_at, wide.ends_at)
    _, found = await BOOKING.look(connection, [row["id"] for row in booked], memory=memory)
    bookings: dict[str, list[Booking]] = {}
    for one in found.values():
        bookings.setdefault(one.interviewer_id, []).append(one)
    by_person = {who: tuple(own) for who, own in bookings.items()}
    return Library(interviewers, calendars, by_person)
