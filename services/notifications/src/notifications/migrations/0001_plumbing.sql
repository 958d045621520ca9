-- What every service has: the outbox (a contract with the relay), the inbox, timers, dead letters.

create table outbox (
    seq bigint generated always as identity primary key,
    id uuid not null,
    aggregatetype text not null,
    aggregateid text not null,
    partition smallint not null,
    type text not null,
    source text not null,
    occurred_at timestamptz not null,
    traceparent text,
    payload bytea not null check (octet_length(payload) <= 65536)
) with (
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 1000
);

create table published (
    like outbox,
    published_at timestamptz not null
) partition by range (published_at);

create index published_seq on published (seq);

create function make_published_day(day date) returns void language plpgsql as $$
declare
    name text := 'published_' || to_char(day, 'YYYYMMDD');
begin
    if to_regclass(name) is null then
        execute format(
            'create table %I partition of published for values from (%L) to (%L)',
            name, day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
    end if;
end
$$;

create function drop_published_before(day date) returns void language plpgsql as $$
declare
    old record;
begin
    for old in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'published'::regclass
        and c.relname < 'published_' || to_char(day, 'YYYYMMDD')
    loop
        execute format('drop table %I', old.relname);
    end loop;
end
$$;

create table inbox (
    source text not null,
    id text not null,
    digest bytea not null unique,
    received_at timestamptz not null,
    primary key (source, id)
);

create index inbox_received_at on inbox using brin (received_at);

create table timer (
    kind text not null,
    aggregate_id text not null,
    due_at timestamptz not null,
    traceparent text,
    parked_reason text,
    parked_at timestamptz,
    primary key (kind, aggregate_id)
);

create index timer_due on timer (due_at) where parked_at is null;

create table dead_letter (
    id bigint generated always as identity primary key,
    topic text not null,
    partition integer not null,
    "offset" bigint not null,
    key bytea,
    headers jsonb not null,
    value bytea,
    source text,
    event_id text,
    field text,
    reason text not null,
    kept_at timestamptz not null,
    unique (topic, partition, "offset")
);

create index dead_letter_key on dead_letter (key);
