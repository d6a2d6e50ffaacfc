-- SPDX-License-Identifier: Apache-2.0
-- The world of the shim's table test: trophies of every kind and five people.  Run after the schema; it replaces the
-- trophies that are there.

delete from trophies_trophy;
insert into trophies_trophy (id, uuid, name, description, trophy_type, checker_class, checker_params, is_hidden,
                             is_progressive, is_active, is_repeatable, "order", created, updated)
select id, ('0000000a-0000-4000-8000-' || lpad(id::text, 12, '0'))::uuid, name, description, type, checker, params::jsonb,
       flags like '%h%', flags like '%p%', flags not like '%-%', flags like '%r%', place, '2025-01-01Z', '2025-01-01Z'
from (values
    (1, 'Beginner', 'Finished the first workout', 'count', 'workout_count_based', '{"count": 1}', '', 1),
    (2, 'Unstoppable', '30 days in a row', 'sequence', 'streak', '{"days": 30}', 'p', 2),
    (3, 'Weekend Warrior', '4 weekends', 'sequence', 'weekend_warrior', '{"weekends": 4}', 'p', 3),
    (4, 'Lifter', 'Lifted 5,000 kg', 'volume', 'volume', '{"kg": 5000}', 'p', 4),
    (5, 'Atlas', 'Lifted a great deal', 'volume', 'volume', '{"kg": 1234567}', 'p', 5),
    (6, 'Feather', 'Met, but not yet given', 'volume', 'volume', '{"kg": 999.95}', 'p', 6),
    (7, 'Early Bird', 'Started before 6:00', 'time', 'time_based', '{"before": "06:00"}', '', 7),
    (8, 'Phoenix', 'Came back', 'other', 'inactivity_return', '{"inactive_days": 30}', 'h', 8),
    (9, 'Ghost', 'Nobody has it', 'other', 'streak', '{"days": 400}', 'hp', 9),
    (10, 'Retired', 'No longer given', 'count', 'workout_count_based', '{"count": 2}', '-', 10),
    (11, 'Ten', 'Every ten workouts', 'count', 'workout_count_based', '{"count": 10}', 'pr', 12),
    (12, 'Übermut "x\y"', E'Ein\tBaum \U0001F333 </script>', 'other', 'date_based', '{"month": 1, "day": 1}', '', 12)
) as t (id, name, description, type, checker, params, flags, place);

insert into auth_user (id, password, last_login, is_superuser, username, first_name, last_name, email, is_staff,
                       is_active, date_joined)
select id, '!', now(), false, name, '', '', '', name = 'staff', name <> 'inactive', '2020-01-01Z'
from (values (1, 'anna'), (2, 'staff'), (3, 'inactive'), (4, 'newcomer'), (5, 'eva')) as u (id, name);
insert into authtoken_token (key, created, user_id) select repeat('a' || id, 20), '2020-01-01Z', id from auth_user;

insert into trophies_userstatistics (id, user_id, total_weight_lifted, total_workouts, current_streak, longest_streak,
                                     last_workout_date, earliest_workout_time, latest_workout_time,
                                     weekend_workout_streak, worked_out_jan_1, last_updated)
values (1, 1, 2500, 7, 3, 5, '2025-12-19', '05:30', '18:05:07.12', 0, false, '2026-11-23T03:07:48.125580Z'),
       (2, 2, 1234567.89, 40, 2, 30, '2025-06-01', null, null, 3, true, '2025-06-01T00:00:00Z');

insert into trophies_usertrophy (id, user_id, trophy_id, earned_at, progress, is_notified, context_data)
values (1, 1, 10, '2025-07-01T10:00:00Z', 19.999, true, '{"kg": 100, "a": [1.5, null, "ü"]}'),
       (2, 1, 1, '2025-12-19T10:00:00.123456Z', 100, false, null),
       (3, 1, 8, '2025-12-20T23:30:00Z', 100, false, null),
       (4, 2, 2, '2025-06-01T00:00:00Z', 100, false, null);
-- eva has the repeatable trophy 1,001 times: more than the largest page
insert into trophies_usertrophy (id, user_id, trophy_id, earned_at, progress, is_notified)
select 1000 + n, 5, 11, '2025-01-01T12:00:00Z'::timestamptz + n * interval '1 hour', 100, false
from generate_series(1, 1001) n;
