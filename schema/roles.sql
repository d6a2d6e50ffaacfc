-- SPDX-License-Identifier: Apache-2.0
-- Two roles without login and what they may do: trophy_worker for the worker and the administrator's commands,
-- trophy_shim for the read-only HTTP interface.  Run after schema/trophies.sql by a role that may create roles and
-- owns the tables (or a superuser).  A login is then one statement more:
--     create role my_worker login password '...' in role trophy_worker;
-- Of the host's tables only the columns in use are granted, so neither role sees a password, an e-mail address or a
-- note.  Tables that a host does not have are passed over; nobody's rights are revoked.

do $$
declare
    role_name text;
    g record;
    namespace regnamespace;
    sequence regclass;
begin
    foreach role_name in array array['trophy_worker', 'trophy_shim'] loop
        begin
            if not exists (select from pg_roles where rolname = role_name) then
                execute format('create role %I nologin', role_name);
            end if;
        exception when duplicate_object or unique_violation then
            null; -- roles are the whole cluster's: another database just made it
        end;
    end loop;

    for g in select * from (values
        ('trophy_worker', 'auth_user', 'select (id, username, last_login)'),
        ('trophy_worker', 'core_userprofile', 'select (user_id, trophies_enabled)'),
        ('trophy_worker', 'manager_workoutsession', 'select (id, user_id, date, time_start)'),
        ('trophy_worker', 'manager_workoutlog', 'select (id, user_id, weight, repetitions, weight_unit_id)'),
        ('trophy_worker', 'trophies_trophy', 'select'),
        ('trophy_worker', 'trophies_userstatistics', 'select, insert, update'),
        ('trophy_worker', 'trophies_usertrophy', 'select, insert, delete'),
        -- results and chords of django-celery-results: "on conflict" reads what it replaces by, and what a chord's
        -- header has returned goes to its body
        ('trophy_worker', 'django_celery_results_taskresult',
         'select (id, task_id, status, content_type, content_encoding, result, meta), insert, update'),
        ('trophy_worker', 'django_celery_results_chordcounter', 'select, insert, update, delete'),
        ('trophy_shim', 'auth_user', 'select (id, is_active, is_staff, last_login)'),
        ('trophy_shim', 'authtoken_token', 'select (key, user_id)'),
        ('trophy_shim', 'manager_workoutsession', 'select (user_id, date)'),
        ('trophy_shim', 'trophies_trophy', 'select'),
        ('trophy_shim', 'trophies_userstatistics', 'select'),
        ('trophy_shim', 'trophies_usertrophy', 'select')
    ) as v (grantee, table_name, rights) loop
        if to_regclass(g.table_name) is null then
            continue;
        end if;
        execute format('grant %s on table %I to %I', g.rights, g.table_name, g.grantee);

        select relnamespace::regnamespace into namespace from pg_class where oid = to_regclass(g.table_name);
        if not has_schema_privilege(g.grantee, namespace::oid, 'usage') then
            execute format('grant usage on schema %s to %I', namespace, g.grantee);
        end if;

        -- A serial column takes its numbers from a sequence of any name; an identity column needs no right.
        if g.rights like '%insert%' then
            for sequence in
                select s.oid
                from pg_attrdef a
                join pg_depend d on d.classid = 'pg_attrdef'::regclass and d.objid = a.oid
                join pg_class s on d.refclassid = 'pg_class'::regclass and s.oid = d.refobjid and s.relkind = 'S'
                where a.adrelid = to_regclass(g.table_name)
            loop
                execute format('grant usage on sequence %s to %I', sequence, g.grantee);
            end loop;
        end if;
    end loop;
end
$$;
