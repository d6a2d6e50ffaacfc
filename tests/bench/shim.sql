-- SPDX-License-Identifier: Apache-2.0
-- psql -v users=10000 -f shim.sql DB: users 1.. with a token (the id in 40 digits), statistics and half of the trophies.

insert into auth_user (id, password, last_login, is_superuser, username, first_name, last_name, email, is_staff, is_active,
                       date_joined)
select id, '!', now() - id % 20 * interval '1 day', false, 'bench' || id, '', '', '', false, true, '2020-01-01Z'
from generate_series(1, :users) id;
insert into authtoken_token (key, created, user_id) select lpad(id::text, 40, '0'), '2020-01-01Z', id from auth_user;
insert into trophies_userstatistics (user_id, total_weight_lifted, total_workouts, current_streak, longest_streak,
                                     last_workout_date, earliest_workout_time, latest_workout_time,
                                     weekend_workout_streak, worked_out_jan_1, last_updated)
select id, id % 90000 + 0.25, id % 300, id % 5, id % 29, current_date - id % 9, '06:30', '19:45', id % 4, id % 7 = 0, now()
from auth_user;
insert into trophies_usertrophy (user_id, trophy_id, earned_at, progress, is_notified)
select u.id, t.id, now() - (u.id % 300 + t.id) * interval '1 day', 100, false
from auth_user u, trophies_trophy t where (u.id + t.id) % 2 = 0 order by t.id, u.id;
vacuum (analyze) auth_user, authtoken_token, trophies_userstatistics, trophies_usertrophy, trophies_trophy;
