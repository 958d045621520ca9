"""What is asked of this service's own tables: for `status`, and for the figures that operators watch."""

from feedback.adapters.figures import Figure

WAITING = """
select 'applications that nobody has opened' as kind, count(*) as rows, min(least(
    (state #>> '{words,0,at}')::timestamptz,
    (state #>> '{advanced_at,0}')::timestamptz,
    (state ->> 'closed_since')::timestamptz,
    (state ->> 'team_changed_at')::timestamptz)) as since
from application where state is not null and not (state ->> 'opened')::boolean
"""
"""What waits for something that is not known yet, by kind, and when the first was said of the oldest of it."""
OVERDUE = """
select count(*) as value from application
where (state ->> 'overdue_since')::timestamptz <= $1
"""
OWN = (
    Figure(
        "parley_promises_overdue",
        "Candidates who have not had the word that they were promised",
        query=OVERDUE,
    ),
)
