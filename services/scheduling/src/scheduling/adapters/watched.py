"""What is asked of this service's own tables: for `status`, and for the figures that operators watch."""

from scheduling.adapters.figures import Figure

WAITING = """
select 'searches for an interviewer' as kind, count(*) as rows,
    min(instant(interview.state #>> '{waiting,since}')) as since
from timer left join interview on interview.id = timer.aggregate_id
where timer.kind = 'wait_for_interviewer'
union all
select 'answers before their interview', count(*), min(instant(state #>> '{answers,0,heard_at}'))
from early where jsonb_array_length(state -> 'answers') > 0
"""
"""What waits for something that is not known yet, by kind, and since when the oldest of it does."""
WITHOUT_PLACE = """
select count(distinct interview.id) as value
from timer join interview on interview.id = timer.aggregate_id,
    jsonb_array_elements(interview.state -> 'sessions') as session
where timer.kind = 'end_session' and timer.due_at > $1 and timer.due_at <= $1 + interval '12 hours'
    and interview.status = 'booked' and session ->> 'state' = 'booked'
    and instant(session ->> 'starts_at') > $1
    and instant(session ->> 'starts_at') <= $1 + interval '2 hours'
    and session -> 'place' ->> 'kind' <> 'phone'
    and coalesce(session -> 'place' ->> 'url', session -> 'place' ->> 'dial_in',
        session -> 'place' ->> 'address', session -> 'place' ->> 'instructions') is null
"""
"""By the timers of the sessions that end next, which are few and have an index. Who is called needs no place."""
OWN = (
    Figure(
        "parley_interviews_without_place",
        "Booked interviews that begin within two hours and do not say where",
        query=WITHOUT_PLACE,
    ),
)
