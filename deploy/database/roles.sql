-- The three roles of one service's database. Run in that database by a superuser, before the first migration;
-- may be run again. Nothing here sets a password: `alter role … password`, or whoever manages your roles.
--
--   psql -d scheduling -f roles.sql
--
-- The roles are named after the database; where that has another name, `-c "set parley.service = 'scheduling'"` goes before.
--
-- <service>_migrate  owns the tables: `migrate` alone, by <SERVICE>_DATABASE_DIRECT_URL
-- <service>_serve    reads and writes rows: the service and its relay
-- <service>_read     reads all rows, what people wrote among them: for whoever may read that
do $$
declare
    service text := coalesce(nullif(current_setting('parley.service', true), ''), current_database());
    migrate text := service || '_migrate';
    serve text := service || '_serve';
    reader text := service || '_read';
    one text;
begin
    foreach one in array array[migrate, serve, reader] loop
        if not exists (select from pg_roles where rolname = one) then
            execute format('create role %I login', one);
        end if;
        execute format('grant connect on database %I to %I', current_database(), one);
        execute format('grant usage on schema public to %I', one);
    end loop;
    execute format('revoke all on database %I from public', current_database());
    -- The database for btree_gist, a trusted extension; the schema for tables.
    execute format('grant create on database %I to %I', current_database(), migrate);
    execute format('grant create on schema public to %I', migrate);

    execute format('grant select, insert, update, delete on all tables in schema public to %I', serve);
    execute format('grant usage on all sequences in schema public to %I', serve);
    execute format('grant execute on all functions in schema public to %I', serve);
    execute format('grant select on all tables in schema public to %I', reader);
    execute format('alter default privileges for role %I in schema public'
        ' grant select, insert, update, delete on tables to %I', migrate, serve);
    execute format('alter default privileges for role %I in schema public'
        ' grant usage on sequences to %I', migrate, serve);
    execute format('alter default privileges for role %I in schema public'
        ' grant execute on functions to %I', migrate, serve);
    execute format('alter default privileges for role %I in schema public'
        ' grant select on tables to %I', migrate, reader);

    -- What the services ask for with each connection; here for those that come through PgBouncer, which drops it.
    execute format('alter role %I set idle_in_transaction_session_timeout = ''15s''', serve);
    execute format('alter role %I set statement_timeout = ''10s''', serve);
    if current_setting('server_version_num')::int >= 170000 then
        execute format('alter role %I set transaction_timeout = ''30s''', serve);
    end if;
    execute format('alter role %I set jit = off', serve);
    execute format('alter role %I set timezone = ''UTC''', serve);
end
$$;
