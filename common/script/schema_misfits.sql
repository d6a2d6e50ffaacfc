-- SPDX-License-Identifier: Apache-2.0
-- One line of text for each thing that the worker needs and the database does not have, as the role that asks.
-- needed: the columns used; "no" may not be null, "yes" has to take a null, "any" is only read.  Length and precision
-- are the application's business.  $1: are the tables of django-celery-results (since 2.0) needed, too?
WITH known (place, tab, col, types, nullable) AS (VALUES
    (1, 'auth_user', 'id', 'integer', 'no'),
    (2, 'auth_user', 'username', 'character varying|text', 'no'),
    (3, 'auth_user', 'last_login', 'timestamp with time zone', 'any'),
    (4, 'core_userprofile', 'user_id', 'integer', 'no'),
    (5, 'core_userprofile', 'trophies_enabled', 'boolean', 'no'),
    (6, 'manager_workoutsession', 'id', 'uuid|integer|bigint', 'no'),
    (7, 'manager_workoutsession', 'user_id', 'integer', 'no'),
    (8, 'manager_workoutsession', 'date', 'date', 'no'),
    (9, 'manager_workoutsession', 'time_start', 'time without time zone', 'any'),
    (10, 'manager_workoutlog', 'id', 'uuid|integer|bigint', 'no'),
    (11, 'manager_workoutlog', 'user_id', 'integer', 'no'),
    (12, 'manager_workoutlog', 'weight', 'numeric', 'any'),
    (13, 'manager_workoutlog', 'repetitions', 'numeric|integer', 'any'),
    (14, 'manager_workoutlog', 'weight_unit_id', 'integer', 'any'),
    (20, 'trophies_trophy', 'id', 'integer', 'no'),
    (21, 'trophies_trophy', 'uuid', 'uuid', 'no'),
    (22, 'trophies_trophy', 'name', 'character varying|text', 'no'),
    (23, 'trophies_trophy', 'description', 'text|character varying', 'no'),
    (24, 'trophies_trophy', 'trophy_type', 'character varying|text', 'no'),
    (25, 'trophies_trophy', 'checker_class', 'character varying|text', 'no'),
    (26, 'trophies_trophy', 'checker_params', 'jsonb', 'no'),
    (27, 'trophies_trophy', 'is_hidden', 'boolean', 'no'),
    (28, 'trophies_trophy', 'is_progressive', 'boolean', 'no'),
    (29, 'trophies_trophy', 'is_active', 'boolean', 'no'),
    (30, 'trophies_trophy', 'is_repeatable', 'boolean', 'no'),
    (31, 'trophies_trophy', 'order', 'integer', 'no'),
    (32, 'trophies_trophy', 'created', 'timestamp with time zone', 'no'),
    (33, 'trophies_trophy', 'updated', 'timestamp with time zone', 'no'),
    (40, 'trophies_userstatistics', 'id', 'integer|bigint', 'no'),
    (41, 'trophies_userstatistics', 'user_id', 'integer', 'no'),
    (42, 'trophies_userstatistics', 'total_weight_lifted', 'numeric', 'no'),
    (43, 'trophies_userstatistics', 'total_workouts', 'integer', 'no'),
    (44, 'trophies_userstatistics', 'current_streak', 'integer', 'no'),
    (45, 'trophies_userstatistics', 'longest_streak', 'integer', 'no'),
    (46, 'trophies_userstatistics', 'last_workout_date', 'date', 'yes'),
    (47, 'trophies_userstatistics', 'earliest_workout_time', 'time without time zone', 'yes'),
    (48, 'trophies_userstatistics', 'latest_workout_time', 'time without time zone', 'yes'),
    (49, 'trophies_userstatistics', 'weekend_workout_streak', 'integer', 'no'),
    (50, 'trophies_userstatistics', 'last_complete_weekend_date', 'date', 'yes'),
    (51, 'trophies_userstatistics', 'last_inactive_date', 'date', 'yes'),
    (52, 'trophies_userstatistics', 'worked_out_jan_1', 'boolean', 'no'),
    (53, 'trophies_userstatistics', 'last_updated', 'timestamp with time zone', 'no'),
    (60, 'trophies_usertrophy', 'id', 'integer|bigint', 'no'),
    (61, 'trophies_usertrophy', 'user_id', 'integer', 'no'),
    (62, 'trophies_usertrophy', 'trophy_id', 'integer', 'no'),
    (63, 'trophies_usertrophy', 'earned_at', 'timestamp with time zone', 'no'),
    (64, 'trophies_usertrophy', 'progress', 'double precision', 'no'),
    (65, 'trophies_usertrophy', 'is_notified', 'boolean', 'no'),
    (66, 'trophies_usertrophy', 'context_data', 'jsonb', 'yes'),
    (70, 'django_celery_results_taskresult', 'id', 'integer|bigint', 'no'),
    (71, 'django_celery_results_taskresult', 'task_id', 'character varying|text', 'no'),
    (72, 'django_celery_results_taskresult', 'status', 'character varying|text', 'no'),
    (73, 'django_celery_results_taskresult', 'content_type', 'character varying|text', 'no'),
    (74, 'django_celery_results_taskresult', 'content_encoding', 'character varying|text', 'no'),
    (75, 'django_celery_results_taskresult', 'result', 'text', 'yes'),
    (76, 'django_celery_results_taskresult', 'date_created', 'timestamp with time zone', 'no'),
    (77, 'django_celery_results_taskresult', 'date_done', 'timestamp with time zone', 'no'),
    (78, 'django_celery_results_taskresult', 'traceback', 'text', 'yes'),
    (79, 'django_celery_results_taskresult', 'meta', 'text', 'yes'),
    (80, 'django_celery_results_chordcounter', 'id', 'integer|bigint', 'no'),
    (81, 'django_celery_results_chordcounter', 'group_id', 'character varying|text', 'no'),
    (82, 'django_celery_results_chordcounter', 'sub_tasks', 'text', 'no'),
    (83, 'django_celery_results_chordcounter', 'count', 'integer', 'no')
), needed AS (
    SELECT * FROM known WHERE $1::bool OR tab NOT LIKE 'django\_celery\_results\_%'
), written (tab, verb) AS (VALUES
    ('trophies_userstatistics', 'insert'), ('trophies_userstatistics', 'update'),
    ('trophies_usertrophy', 'insert'), ('trophies_usertrophy', 'delete'),
    ('django_celery_results_taskresult', 'insert'), ('django_celery_results_taskresult', 'update'),
    ('django_celery_results_chordcounter', 'insert'), ('django_celery_results_chordcounter', 'update'),
    ('django_celery_results_chordcounter', 'delete')
), only_written (tab, col) AS (VALUES
    ('django_celery_results_taskresult', 'date_created'), ('django_celery_results_taskresult', 'date_done'),
    ('django_celery_results_taskresult', 'traceback')
), keys (tab, col) AS (VALUES
    ('trophies_userstatistics', 'user_id'), ('django_celery_results_taskresult', 'task_id'),
    ('django_celery_results_chordcounter', 'group_id')
), tables AS (
    SELECT tab, min(place) AS place, to_regclass(tab) AS oid FROM needed GROUP BY tab
), found AS (
    SELECT n.*, t.oid, a.attnum, format_type(a.atttypid, NULL) AS type, a.attnotnull AS not_null,
           a.atthasdef OR a.attidentity <> '' AS fills_itself
      FROM needed n
      JOIN tables t ON t.tab = n.tab AND t.oid IS NOT NULL
      LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = n.col AND a.attnum > 0 AND NOT a.attisdropped
), misfits AS (
    SELECT place, 0 AS kind, format('%s: no such table', tab) AS text FROM tables WHERE oid IS NULL
    UNION ALL
    SELECT place, 1, format('%s.%s: no such column', tab, col) FROM found WHERE attnum IS NULL
    UNION ALL
    SELECT place, 2, format('%s.%s: %s expected, got %s', tab, col, replace(types, '|', ' or '), type)
      FROM found WHERE type <> ALL (string_to_array(types, '|'))
    UNION ALL
    SELECT place, 3, format('%s.%s: not null expected, but it may be null', tab, col)
      FROM found WHERE nullable = 'no' AND NOT not_null
    UNION ALL
    SELECT place, 3, format('%s.%s: has to take null, but is not null', tab, col)
      FROM found WHERE nullable = 'yes' AND not_null
    UNION ALL -- rows are added without their id
    SELECT place, 4, format('%s.%s: identity or default expected', tab, col)
      FROM found
     WHERE col = 'id' AND tab IN (SELECT tab FROM written) AND NOT fills_itself
    UNION ALL
    SELECT place, 5, format('%s.%s: no right to select', tab, col)
      FROM found
     WHERE attnum IS NOT NULL AND NOT has_column_privilege(oid, attnum, 'select')
       AND (tab, col) NOT IN (SELECT tab, col FROM only_written)
    UNION ALL
    SELECT place + 0.9, 6, format('%s.%s: not known to us, but not null and without a default', tab, attname)
      FROM tables t
      JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE tab IN (SELECT tab FROM written)
       AND attnotnull AND NOT atthasdef AND attidentity = ''
       AND NOT EXISTS (SELECT FROM needed n WHERE n.tab = t.tab AND n.col = a.attname)
    UNION ALL
    SELECT place + 0.9, 7, format('%s: no right to %s', tab, verb)
      FROM tables
      JOIN written USING (tab)
     WHERE oid IS NOT NULL AND NOT has_table_privilege(oid, verb)
    UNION ALL
    SELECT place, 8, format('%s.%s: unique expected', tab, col)
      FROM found
     WHERE (tab, col) IN (SELECT tab, col FROM keys)
       AND NOT EXISTS (SELECT FROM pg_index i
                        WHERE i.indrelid = found.oid AND i.indisunique AND i.indimmediate AND i.indisvalid
                          AND i.indpred IS NULL AND i.indnkeyatts = 1 AND i.indkey[0] = found.attnum)
)
SELECT text FROM misfits ORDER BY place, kind, text
