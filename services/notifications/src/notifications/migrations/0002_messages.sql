-- Who is who, what they were told, and what is to be handed over.

create table person (
    id text primary key,
    version integer not null default 0,
    state jsonb
);

create table desk (
    id text primary key,
    version integer not null default 0,
    state jsonb
);

create table application (
    id text primary key,
    version integer not null default 0,
    state jsonb
);

create index application_waiting_for on application using gin ((state -> 'waiting_for'));
create index application_open_for on application using gin ((state -> 'open_for'));

create table dossier (
    id text primary key,
    version integer not null default 0,
    state jsonb
);

create index dossier_waiting_for on dossier using gin ((state -> 'waiting_for'));
create index dossier_open_for on dossier using gin ((state -> 'open_for'));

-- Counts what is published under one key of parley.notifications.v1.
create table stream (
    id text primary key,
    version integer not null default 0,
    state jsonb
);

create table message (
    id text primary key,
    version integer not null default 0,
    state jsonb not null,
    person_id text not null,
    failed_person text,
    status text not null,
    sent_at timestamptz
);

create index message_person on message (person_id);
create index message_failed_person on message (failed_person) where failed_person is not null;
create index message_sent_at on message (sent_at) where sent_at is not null;

-- A row as long as a message is to be handed over: due in domain time, leased in wall time.
create table delivery (
    id text primary key,
    version integer not null default 0,
    state jsonb not null,
    due_at timestamptz not null,
    leased_until timestamptz
);

create index delivery_due on delivery (due_at);

create function notify_delivery() returns trigger language plpgsql as $$
begin
    perform pg_notify('delivery', '');
    return null;
end
$$;

create trigger delivery_stored after insert or update of due_at on delivery
for each statement execute function notify_delivery();

-- One row: whether mails go out, and if not, why.
create table brake (
    id boolean primary key default true check (id),
    paused_at timestamptz,
    reason text,
    resumed_at timestamptz
);

insert into brake default values;
