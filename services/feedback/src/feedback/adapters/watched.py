"""What is asked of this service's own tables: for `status`, and for the figures that operators watch."""

from feedback.adapters.figures import Figure

WAITING = """
select 'applications that nobody has opened' as kind, count(*) as rows,
    min((state ->> 'waiting_since')::timestamptz) as since
from application where state is not null and not (state ->> 'opened')::boolean
"""
"""What waits for something that is not known yet, by kind, and since when the oldest of it does."""
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
