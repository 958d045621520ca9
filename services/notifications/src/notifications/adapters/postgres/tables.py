"""Each table's statements. An aggregate is one document beside the columns that are searched."""

from notifications.adapters.dead_letter import KEPT_RECORDS
from notifications.adapters.table import Table
from notifications.domain.application import Application
from notifications.domain.desk import Desk
from notifications.domain.dossier import Dossier
from notifications.domain.message import Delivery, Message, Stream
from notifications.domain.person import Person

PERSONS = Table(
    name="person",
    type=Person,
    placeholder="insert into person (id) select unnest($1::text[]) on conflict do nothing",
    insert="insert into person (id, state) select * from unnest($1::text[], $2::jsonb[])"
    " on conflict do nothing returning id, xmin as stamp",
    update="update person set state = n.state, version = n.version + 1"
    " from unnest($1::text[], $2::int[], $3::jsonb[]) as n (id, version, state)"
    " where person.id = n.id and person.version = n.version returning person.id, person.xmin as stamp",
    matching={
        "merged_into": "select merged_into as value, id from person where merged_into = any($1)",
    },
    kin=frozenset({"merged_into"}),
)

DESKS = Table(
    name="desk",
    type=Desk,
    placeholder="insert into desk (id) select unnest($1::text[]) on conflict do nothing",
    insert="insert into desk (id, state) select * from unnest($1::text[], $2::jsonb[])"
    " on conflict do nothing returning id, xmin as stamp",
    update="update desk set state = n.state, version = n.version + 1"
    " from unnest($1::text[], $2::int[], $3::jsonb[]) as n (id, version, state)"
    " where desk.id = n.id and desk.version = n.version returning desk.id, desk.xmin as stamp",
    matching={
        # Of a person who may have none, and is to be given none.
        "id": "select value, desk.id from unnest($1::text[]) as value join desk on desk.id = value",
    },
)

APPLICATIONS = Table(
    name="application",
    type=Application,
    placeholder="insert into application (id) select unnest($1::text[]) on conflict do nothing",
    insert="insert into application (id, state) select * from unnest($1::text[], $2::jsonb[])"
    " on conflict do nothing returning id, xmin as stamp",
    update="update application set state = n.state, version = n.version + 1"
    " from unnest($1::text[], $2::int[], $3::jsonb[]) as n (id, version, state)"
    " where application.id = n.id and application.version = n.version returning application.id, application.xmin as stamp",
    matching={
        "waiting_for": "select value, application.id from unnest($1::text[]) as value"
        " join application on application.waiting_for @> array[value]",
    },
)

DOSSIERS = Table(
    name="dossier",
    type=Dossier,
    placeholder="insert into dossier (id) select unnest($1::text[]) on conflict do nothing",
    insert="insert into dossier (id, state) select * from unnest($1::text[], $2::jsonb[])"
    " on conflict do nothing returning id, xmin as stamp",
    update="update dossier set state = n.state, version = n.version + 1"
    " from unnest($1::text[], $2::int[], $3::jsonb[]) as n (id, version, state)"
    " where dossier.id = n.id and dossier.version = n.version returning dossier.id, dossier.xmin as stamp",
    matching={
        "waiting_for": "select value, dossier.id from unnest($1::text[]) as value"
        " join dossier on dossier.waiting_for @> array[value]",
    },
)

STREAMS = Table(
    name="stream",
    type=Stream,
    placeholder="insert into stream (id) select unnest($1::text[]) on conflict do nothing",
    insert="insert into stream (id, state) select * from unnest($1::text[], $2::jsonb[])"
    " on conflict do nothing returning id, xmin as stamp",
    update="update stream set state = n.state, version = n.version + 1"
    " from unnest($1::text[], $2::int[], $3::jsonb[]) as n (id, version, state)"
    " where stream.id = n.id and stream.version = n.version returning stream.id, stream.xmin as stamp",
)

MESSAGES = Table(
    name="message",
    type=Message,
    columns=("person_id", "failed_person", "status", "sent_at"),
    insert="insert into message (id, state, person_id, failed_person, status, sent_at)"
    " select * from unnest($1::text[], $2::jsonb[], $3::text[], $4::text[], $5::text[],"
    " $6::timestamptz[]) on conflict do nothing returning id, xmin as stamp",
    update="update message set state = n.state, failed_person = n.failed_person,"
    " person_id = n.person_id, status = n.status, sent_at = n.sent_at, version = n.version + 1"
    " from unnest($1::text[], $2::int[], $3::jsonb[], $4::text[], $5::text[], $6::text[],"
    " $7::timestamptz[]) as n (id, version, state, person_id, failed_person, status, sent_at)"
    " where message.id = n.id and message.version = n.version returning message.id, message.xmin as stamp",
    matching={
        "person_id": "select person_id as value, id from message where person_id = any($1)",
        "failed_person": "select failed_person as value, id from message"
        " where failed_person = any($1)",
    },
)

DELIVERIES = Table(
    name="delivery",
    type=Delivery,
    columns=("due_at",),
    insert="insert into delivery (id, state, due_at)"
    " select * from unnest($1::text[], $2::jsonb[], $3::timestamptz[])"
    " on conflict do nothing returning id, xmin as stamp",
    update="update delivery set state = n.state, due_at = n.due_at, leased_until = null,"
    " version = n.version + 1"
    " from unnest($1::text[], $2::int[], $3::jsonb[], $4::timestamptz[])"
    " as n (id, version, state, due_at)"
    " where delivery.id = n.id and delivery.version = n.version returning delivery.id, delivery.xmin as stamp",
    delete="delete from delivery where id = any($1)",
)

STREAM_REVISIONS = """
select id, (state ->> 'revision')::bigint as revision from stream
where id > $1 and state is not null order by id limit $2
"""
"""What has been told of each, in pages."""

TABLES = (
    PERSONS,
    DESKS,
    APPLICATIONS,
    DOSSIERS,
    STREAMS,
    MESSAGES,
    DELIVERIES,
    KEPT_RECORDS,
)
