"""What is asked of this service's own tables: for `status`, and for the figures that operators watch."""

from notifications.adapters.figures import Figure

WAITING = """
select 'interviews with a mail to somebody unknown' as kind, count(distinct dossier.id) as rows,
    min((letter.value #>> '{waiting,since}')::timestamptz) as since
from dossier left join jsonb_each(dossier.state -> 'letters') as letter on true
where dossier.waiting_for <> '{}'
union all
select 'applications with a mail to somebody unknown', count(distinct application.id),
    min((letter.value #>> '{waiting,since}')::timestamptz)
from application left join jsonb_each(application.state -> 'letters') as letter on true
where application.waiting_for <> '{}'
"""
"""What waits for something that is not known yet, by kind, and since when the oldest of it does."""
KIND = """
select case when message.state -> 'parts' @> '[{"kind": "offer"}]' then 'offer'
    else message.state ->> 'kind' end as label,
"""
UNSENT = """
from delivery join message using (id)
where (delivery.due_at <= $1 or (message.state ->> 'attempts')::int > 0)
    and delivery.leased_until is distinct from 'infinity'
group by 1
"""
"""What is put off after a failure is unsent too."""
HELD = """
select case when reason = 'fuse' then 'fuse' else 'hand' end as label, 1 as value
from brake where paused_at is not null and paused_at <= $1
"""
OWN = (
    Figure(
        "parley_mails_unsent",
        "Mails that should have gone out, by kind; an offer of times is one of its own",
        "kind",
        f"{KIND} count(*) as value {UNSENT}",
    ),
    Figure(
        "parley_mails_unsent_oldest_seconds",
        "For how long the oldest of them has been written",
        "kind",
        f"{KIND} extract(epoch from $1 - min((message.state ->> 'created_at')::timestamptz))"
        f" as value {UNSENT}",
    ),
    Figure("parley_mail_held", "1 while no mail goes out, by who stopped it", "by", HELD),
)
