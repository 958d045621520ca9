-- Days of `published` are made and dropped by whoever owns the table; who only serves may ask for it.
alter function make_published_day(date) security definer;
alter function drop_published_before(date) security definer;
do $$
begin
    execute format('alter function make_published_day(date) set search_path = %I, pg_temp', current_schema());
    execute format('alter function drop_published_before(date) set search_path = %I, pg_temp', current_schema());
end
$$;
revoke execute on function make_published_day(date), drop_published_before(date) from public;
