-- Under which ids somebody was known before: their home, and what they may follow, stands under those too.
alter table person
    add column merged_into text generated always as (state ->> 'merged_into') stored;

create index person_merged_into on person (merged_into) where merged_into is not null;
