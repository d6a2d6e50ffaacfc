-- SPDX-License-Identifier: Apache-2.0
-- A small readable world for deploy/demo: ten people, each showing a trophy or a rule.  All dates are relative to
-- today, so it tells the same story on any day.  Run after host.sql, trophies.sql and initial_trophies.sql.

insert into auth_user
    (id, password, last_login, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
select id, '!', now() - days_away * interval '1 day', false, name, story, '', '', false, true, '2020-01-01T00:00:00Z'
from (values
    (1, 'anna', 1, 'her first workout, today'),
    (2, 'ben', 0, 'every day for 30 days'),
    (3, 'carla', 2, 'four weekends in a row'),
    (4, 'david', 3, 'lifts, partly in pounds'),
    (5, 'emma', 0, 'lifts a great deal'),
    (6, 'finn', 1, 'early and late'),
    (7, 'greta', 5, 'on New Year''s Day'),
    (8, 'hugo', 1, 'back after 45 days'),
    (9, 'ida', 0, 'switched trophies off'),
    (10, 'jonas', 60, 'no login for 60 days')
) as people (id, name, days_away, story);

insert into core_userprofile
    (is_temporary, workout_reminder_active, workout_reminder, workout_duration, weight_unit,
     notification_language_id, user_id, num_days_weight_reminder, can_add_user, trophies_enabled)
select false, false, 14, 12, 'kg', 2, id, 0, false, username <> 'ida' from auth_user;

-- Each has an API token, another one in every demonstration.
insert into authtoken_token (key, created, user_id)
select md5(random()::text) || left(md5(random()::text), 8), now(), id from auth_user;

-- The last complete weekend's Saturday.
create temporary view last_saturday as
    select current_date - 1 - (extract(isodow from current_date - 1)::int + 1) % 7 as saturday;

insert into manager_workoutsession (id, user_id, date, time_start, time_end, impression)
select gen_random_uuid(), u.id, w.day, w.start::time, w.start::time + interval '1 hour', '2'
from (
    select 'anna' as username, current_date as day, '18:00' as start
    union all
    select 'ben', current_date - n, '12:30' from generate_series(0, 29) n
    union all
    select 'carla', saturday - 7 * n + sunday, '10:00'
        from last_saturday, generate_series(0, 3) n, generate_series(0, 1) sunday
    union all
    select 'david', current_date - 4 * n, '17:00' from generate_series(0, 3) n
    union all
    select 'emma', current_date - 2 * n, '16:00' from generate_series(0, 11) n
    union all
    select 'finn', current_date - 1, '05:40'
    union all
    select 'finn', current_date - 3, '21:15'
    union all
    select 'greta', date_trunc('year', current_date)::date, '11:00'
    union all
    select 'hugo', current_date - n, '19:00' from unnest(array[1, 46, 48]) n
    union all
    select 'ida', current_date - n, '05:00' from generate_series(0, 39) n
    union all
    select 'jonas', current_date - 60 - n, '05:00' from generate_series(0, 39) n
) w join auth_user u using (username);

-- Sets: david 4 workouts of 14 sets with 10 x 10 kg and one with 10 x 25 lb; emma 12 workouts of 84 sets, 10 x 10 kg;
-- everybody else 3 sets of 10 x 4 kg a workout.
insert into manager_workoutlog
    (id, user_id, session_id, date, exercise_id, repetitions, repetitions_unit_id, weight, weight_unit_id)
select gen_random_uuid(), s.user_id, s.id, s.date + s.time_start, 1, 10, 1, l.weight, l.unit
from manager_workoutsession s
join auth_user u on u.id = s.user_id,
lateral (
    select 4.00 as weight, 1 as unit from generate_series(1, 3) where u.username not in ('david', 'emma')
    union all
    select 10, 1 from generate_series(1, 14) where u.username = 'david'
    union all
    select 25, 2 where u.username = 'david'
    union all
    select 10, 1 from generate_series(1, 84) where u.username = 'emma'
) l;
