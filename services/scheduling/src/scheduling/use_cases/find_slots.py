"""What a search found becomes an offer, or says why there is none. The reading was done without locks before."""

from datetime import datetime

from parley_contracts.interviews import InterviewChanged, NoSlotsFound, SlotsOffered
from scheduling.domain.changed import changed
from scheduling.domain.facts import Found
from scheduling.domain.interview import OPEN, Interview, Status, Waiting, not_found, offered
from scheduling.domain.kinds import FIND_SLOTS
from scheduling.domain.no_slots import explain, missing
from scheduling.domain.offer import Offer
from scheduling.domain.slots import Search, search_from, wish_of
from scheduling.ports import Work
from scheduling.use_cases.alarms import WAITING_ENDS_AFTER, set_for
from scheduling.use_cases.told import told
from scheduling.working_set import Fired, Needs, Refusal


def needs(message: Fired, work: Work) -> Needs:
    del work
    return Needs.rows("interview", message.aggregate_id) | Needs.rows("offer", message.aggregate_id)


def find_slots(message: Fired, work: Work, *, now: datetime) -> Refusal | None:
    interview = work.interviews.get(message.aggregate_id)
    if interview is None or interview.status not in OPEN - {Status.EXPIRED}:
        return None
    wish, found = wish_of(interview), message.facts
    if wish is None:
        return None
    if not isinstance(found, Found) or found.wish != wish:
        work.timers.set(FIND_SLOTS, interview.id, now)
        return None
    search = search_from(wish, found.diaries, now=now)
    starts = search.starts(now=now)
    people = tuple(sorted({*found.diaries, *interview.concerns}))
    work.offers.put(Offer(interview.id, starts, people, now))
    if starts:
        _offer(work, interview, starts, now=now)
    else:
        _explain(work, interview, search, now=now)
    return None


def _offer(
    work: Work, interview: Interview, starts: tuple[datetime, ...], *, now: datetime
) -> None:
    after = offered(interview, starts, now=now)
    if after == interview:
        return
    set_for(work, after, now=now)
    told(work, after, SlotsOffered, now=now)


def _explain(work: Work, interview: Interview, search: Search, *, now: datetime) -> None:
    absent = missing(search)
    past = interview.request is not None and interview.request.window.ends_at <= now
    if absent and not past and _still_waits(interview, now=now):
        begun = interview.waiting or Waiting(now, absent[0].id)
        after = changed(interview, waiting=changed(begun, missing_id=absent[0].id))
        work.interviews.put(after)
        set_for(work, after, now=now)
        if interview.waiting is None and interview.revision > 0:
            # It was told as offered, say, and will be this for a while.
            told(work, after, InterviewChanged, now=now, changed=["details"])
        return
    why = explain(search, now=now)
    if interview.status == Status.NO_SLOTS and interview.no_slots == why:
        return
    after = not_found(interview, why)
    set_for(work, after, now=now)
    told(work, after, NoSlotsFound, now=now)


def _still_waits(interview: Interview, *, now: datetime) -> bool:
    if interview.status != Status.SEARCHING:
        return False
    return interview.waiting is None or now < interview.waiting.since + WAITING_ENDS_AFTER
