-- Whom a row waits for and is open for, beside the document: an update that changes neither leaves all
-- indexes as they are (a heap-only tuple), for which its page keeps some room.

create function ids(list text) returns text[]
language sql immutable strict parallel safe
return string_to_array(translate(list, '[]" ', ''), ',');

comment on function ids is 'Of a JSON array as text: ids hold no comma, no quote, no bracket and no space';

drop index application_waiting_for, application_open_for, dossier_waiting_for, dossier_open_for;

alter table application
    add column waiting_for text[] generated always as (ids(state ->> 'waiting_for')) stored,
    add column open_for text[] generated always as (ids(state ->> 'open_for')) stored,
    set (fillfactor = 50);

alter table dossier
    add column waiting_for text[] generated always as (ids(state ->> 'waiting_for')) stored,
    add column open_for text[] generated always as (ids(state ->> 'open_for')) stored,
    set (fillfactor = 50);

create index application_waiting_for on application using gin (waiting_for);
create index application_open_for on application using gin (open_for);
create index dossier_waiting_for on dossier using gin (waiting_for);
create index dossier_open_for on dossier using gin (open_for);
