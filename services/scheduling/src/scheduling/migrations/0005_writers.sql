-- Whose notes stand in an interview: they are found when somebody is erased, wherever they sit by then.
create index interview_writers on interview
    using gin (texts(jsonb_path_query_array(state, '$.notes[*].person_id')));
