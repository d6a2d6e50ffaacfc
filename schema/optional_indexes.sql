-- SPDX-License-Identifier: Apache-2.0
-- Two indexes the worker does without but is better off with.  Run by the tables' owner, again whenever a trophy's
-- is_repeatable changes.  Both lock their table against writing while they are built.  On a large installation in use
-- build the first by hand beforehand, it is then left as it is (CONCURRENTLY may not stand in a transaction or DO block):
--     create index concurrently trophy_worker_volume on manager_workoutlog (user_id)
--         include (weight, repetitions, weight_unit_id);

-- The volume of one user from the index alone: about ten times quicker for a single user.
create index if not exists trophy_worker_volume on manager_workoutlog (user_id)
    include (weight, repetitions, weight_unit_id);

-- An award once a user, of all trophies that are not repeatable now, whoever writes it.  Fails on awards that are
-- there twice; find them with
--     select user_id, trophy_id, count(*) from trophies_usertrophy group by 1, 2 having count(*) > 1;
do $$
declare
    repeatable text := (select string_agg(id::text, ', ' order by id) from trophies_trophy where is_repeatable);
    wanted text := coalesce(format('where trophy_id not in (%s)', repeatable), 'for every trophy');
begin
    if obj_description(to_regclass('trophy_worker_award_once'), 'pg_class') is distinct from wanted then
        drop index if exists trophy_worker_award_once;
        execute 'create unique index trophy_worker_award_once on trophies_usertrophy (user_id, trophy_id) '
            || case when repeatable is null then '' else wanted end;
        execute format('comment on index trophy_worker_award_once is %L', wanted);
    end if;
end
$$;
