-- What the two sides ask, see and decide, and when the next word is due.

create table person (
    id text primary key,
    version int not null default 0,
    state jsonb,
    merged_into text
);

create index person_merged_into on person (merged_into) where merged_into is not null;

create table application (
    id text primary key,
    version int not null default 0,
    state jsonb
);

create table round (
    id text primary key,
    version int not null default 0,
    state jsonb,
    application_id text,
    people text[] not null default '{}'
);

create index round_application on round (application_id);
create index round_people on round using gin (people);
