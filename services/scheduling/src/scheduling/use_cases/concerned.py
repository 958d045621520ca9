"""Everyone who may sit in an interview: which rows a search over them stands on."""

from collections.abc import Iterable

from scheduling.domain.booking import weeks_around
from scheduling.domain.interview import Interview
from scheduling.domain.slots import Search, Wish, diary_of
from scheduling.domain.span import Span
from scheduling.ports import Work
from scheduling.working_set import Needs


def needs_of_search(interview: Interview, work: Work, span: Span) -> Needs:
    everyone = _everyone(
        interview,
        (p for pool in interview.pools for p in work.interviewers.peek_where("pool_ids", pool)),
    )
    weeks = (key for who in everyone for key in weeks_around(who, span))
    return (
        Needs.rows("interviewer", *everyone)
        | Needs.matching("interviewer", "pool_ids", *interview.pools)
        | Needs.rows("calendar", *everyone)
        | Needs.matching("booking", "weeks", *weeks)
    )


def search_at(interview: Interview, wish: Wish, work: Work, span: Span) -> Search:
    """The search on locked rows, for one time."""
    pools = (p for pool in interview.pools for p in work.interviewers.where("pool_ids", pool))
    diaries = {}
    for who in _everyone(interview, pools):
        interviewer = work.interviewers.get(who)
        if interviewer is not None:
            found = [
                b for key in weeks_around(who, span) for b in work.bookings.where("weeks", key)
            ]
            bookings = tuple({one.id: one for one in found}.values())
            diaries[who] = diary_of(interviewer, work.calendars.get(who), bookings)
    return Search(wish, diaries, span)


def _everyone(interview: Interview, of_pools: Iterable[object]) -> list[str]:
    ids = (getattr(one, "id", "") for one in of_pools)
    return sorted({*interview.concerns, *ids})
