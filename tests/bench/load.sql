-- SPDX-License-Identifier: Apache-2.0
-- Benchmark data for a wger-shaped database (plain SQL, no wger code).
-- psql -v users=2000 -f load.sql DB     (superuser: uses session_replication_role)
-- users ids 100001 ..; 150 sessions and 2000 logs each; everything is a function of the ids and of :anchor
\if :{?users}
\else
  \set users 2000
\endif
\if :{?anchor}
\else
  select current_date as anchor \gset
\endif
\set ON_ERROR_STOP on
\timing on
set session_replication_role = replica;     -- no FK triggers while loading
set synchronous_commit = off;
set maintenance_work_mem = '512MB';
set timezone = 'UTC';
truncate trophies_usertrophy, trophies_userstatistics, manager_workoutlog, manager_workoutsession, manager_routine cascade;
delete from core_userprofile where user_id > 100000;
delete from authtoken_token where user_id > 100000;
delete from auth_user where id > 100000;

insert into core_language(id, short_name, full_name, full_name_en) values (2, 'en', 'English', 'English') on conflict do nothing;
insert into core_license(id, full_name, short_name, url) values (1, 'x', 'x', null) on conflict do nothing;
insert into exercises_exercisecategory(id, name) values (1, 'x') on conflict do nothing;
insert into core_weightunit(id, name) values (1,'kg'),(2,'lb'),(3,'Body Weight'),(4,'Plates'),(5,'Kilometers Per Hour'),(6,'Miles Per Hour') on conflict do nothing;
insert into core_repetitionunit(id, name, unit_type, multiplier) values (1,'Repetitions','REPETITIONS',1) on conflict do nothing;
insert into exercises_exercise(id, license_author, category_id, license_id, uuid, last_update, license_author_url, license_derivative_source_url, license_object_url, license_title, created)
  select e, '', 1, 1, ('00000000-0000-4000-8000-' || lpad(to_hex(e), 12, '0'))::uuid, now(), '', '', '', '', now() from generate_series(1, 40) e on conflict do nothing;

insert into auth_user(id, password, last_login, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
  select 100000 + u, '!', (:'anchor'::date - (u % 20))::timestamptz, false, 'bench' || u, '', '', 'bench' || u || '@example.invalid', false, true, '2020-01-01T00:00:00Z'
  from generate_series(1, :users) u;
insert into core_userprofile(is_temporary, workout_reminder_active, workout_reminder, workout_duration, notification_language_id, user_id, num_days_weight_reminder, can_add_user, weight_unit, trophies_enabled)
  select false, false, 14, 12, 2, 100000 + u, 0, false, 'kg', true from generate_series(1, :users) u;
insert into manager_routine(id, name, description, created, start, "end", user_id, is_public, is_template, fit_in_week)
  select 100000 + u, 'r', '', now(), :'anchor'::date - 400, :'anchor'::date + 30, 100000 + u, false, false, false from generate_series(1, :users) u;

-- 150 sessions, two or three days apart, ending up to 2 days before the anchor
insert into manager_workoutsession(date, notes, impression, time_start, time_end, user_id, day_id, routine_id, id)
  select d, null, '2', t, t + interval '75 minutes', 100000 + u, null, 100000 + u, (lpad(to_hex(100000 + u), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid
  from (select u, i, :'anchor'::date - (u % 3) - (i * 12) / 5 as d, make_time(7 + (u * 31 + i * 17) % 13, (u * 7 + i * 11) % 60, 0) as t
        from generate_series(1, :users) u, generate_series(0, 149) i) x
  order by d, u;

-- indexes of the log table are dropped and made again
create temp table _idx as select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as def
  from pg_index where indrelid = 'manager_workoutlog'::regclass and not indisprimary;
do $$ declare r record; begin for r in select * from _idx loop execute 'drop index ' || r.name; end loop; end $$;

-- 13 or 14 logs a session = 2000 a user, stored in the order of the dates (users interleaved)
insert into manager_workoutlog(repetitions, weight, date, user_id, repetitions_unit_id, weight_unit_id, rir, exercise_id, iteration, routine_id, rest, id, session_id)
  select 5 + (i + k) % 8, ((10 + (u * 13 + i + k * 7) % 25) + (k % 4) * 0.25)::numeric(6,2), (d + time '18:00')::timestamptz + make_interval(mins => 3 * k), 100000 + u, 1,
         case when u % 4 = 0 then 2 when (u + k) % 50 = 0 then 3 else 1 end, null, 1 + (u + i + k / 4) % 40, 1 + (149 - i) / 4, 100000 + u, 90,
         (lpad(to_hex(100000 + u), 8, '0') || '-0000-7001-8000-' || lpad(to_hex(i * 16 + k), 12, '0'))::uuid,
         (lpad(to_hex(100000 + u), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid
  from (select u, i, :'anchor'::date - (u % 3) - (i * 12) / 5 as d from generate_series(1, :users) u, generate_series(0, 149) i) s,
       lateral generate_series(0, 12 + (i % 3 = 0)::int) k
  order by d, u, k;
do $$ declare r record; begin for r in select * from _idx loop execute r.def; end loop; end $$;
reset session_replication_role;
vacuum (analyze) manager_workoutlog;
vacuum (analyze) manager_workoutsession;
analyze;
select count(*) as users from auth_user where id > 100000;
select count(*) as sessions, min(date), max(date) from manager_workoutsession;
select count(*) as logs from manager_workoutlog;
select pg_size_pretty(pg_total_relation_size('manager_workoutlog')) as log_table, pg_size_pretty(pg_database_size(current_database())) as db;
