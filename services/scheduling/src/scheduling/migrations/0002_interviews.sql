-- Who can interview and when, what is asked for, what is offered and which seats are taken.
-- Searched columns are generated from the document, so that the two never differ.

create extension if not exists btree_gist;

-- Instants in documents carry their offset, so the session's zone has no part in reading them.
create function instant(spelled text) returns timestamptz
language plpgsql immutable strict parallel safe as $$
begin
    return spelled::timestamptz;
end
$$;

create function texts(list jsonb) returns text[]
language sql immutable strict parallel safe as $$
    select coalesce(array_agg(one order by one), '{}')
    from jsonb_array_elements_text(list) as one where one is not null
$$;

create table person (
    id text primary key,
    version int not null default 0,
    state jsonb,
    merged_into text generated always as (state ->> 'merged_into') stored
);

create index person_merged_into on person (merged_into) where merged_into is not null;

create table interviewer (
    id text primary key,
    version int not null default 0,
    state jsonb,
    pools text[] generated always as (
        case when (state ->> 'ended')::boolean then '{}'
            else texts(jsonb_path_query_array(state, '$.pools[*].pool_id')) end) stored
);

create index interviewer_pools on interviewer using gin (pools);

create table calendar (
    id text primary key,
    version int not null default 0,
    state jsonb
);

create table application (
    id text primary key,
    version int not null default 0,
    state jsonb
);

create table early (
    id text primary key,
    version int not null default 0,
    state jsonb
);

create table interview (
    id text primary key,
    version int not null default 0,
    state jsonb,
    application_id text generated always as (state ->> 'application_id') stored,
    candidate_id text generated always as (state ->> 'candidate_id') stored,
    status text generated always as (state ->> 'status') stored,
    concerns text[] generated always as (
        texts(jsonb_path_query_array(state, '$.sessions[*].seats[*].interviewer_id'))
        || texts(jsonb_path_query_array(state, '$.sessions[*].seats[*].wanted.interviewer_id'))
        || texts(jsonb_path_query_array(state, '$.sessions[*].seats[*].wanted.one_of[*]'))) stored,
    pools text[] generated always as (
        texts(jsonb_path_query_array(state, '$.sessions[*].seats[*].wanted.pool_id'))) stored
);

create index interview_application on interview (application_id);
create index interview_candidate on interview (candidate_id);
create index interview_concerns on interview using gin (concerns);
create index interview_pools on interview using gin (pools);

create table offer (
    id text primary key,
    version int not null default 0,
    state jsonb,
    people text[] generated always as (texts(state -> 'people')) stored
);

create index offer_people on offer using gin (people);

-- The last judge of double bookings. What was scheduled elsewhere is a fact and stands outside.
create table booking (
    id text primary key,
    version int not null default 0,
    state jsonb not null,
    interview_id text not null generated always as (state ->> 'interview_id') stored,
    interviewer_id text not null generated always as (state ->> 'interviewer_id') stored,
    imported boolean not null generated always as ((state ->> 'imported')::boolean) stored,
    during tstzrange not null generated always as (
        tstzrange(instant(state ->> 'starts_at'), instant(state ->> 'held_until'))) stored,
    weeks text[] generated always as (texts(state -> 'weeks')) stored,
    exclude using gist (interviewer_id with =, during with &&) where (not imported)
);

create index booking_interview on booking (interview_id);
create index booking_during on booking using gist (interviewer_id, during);
create index booking_weeks on booking using gin (weeks);
