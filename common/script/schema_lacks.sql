-- SPDX-License-Identifier: Apache-2.0
-- One line of text for each of the worker's own tables (schema/worker.sql) that is not there, has other columns, or may
-- not be used by the role that asks.
WITH wanted (place, tab, columns, without) AS (VALUES
    (1, 'attempt', '{id:text,attempts:integer,marked_at:timestamp with time zone}'::text[],
     'messages that kill a worker are not counted'),
    (2, 'revoked', '{id:text,revoked_at:timestamp with time zone,until:timestamp with time zone}'::text[],
     'revoked ids are forgotten at a restart')
), found AS (
    SELECT place, tab, columns, without, n.oid AS namespace, c.oid,
           ARRAY(SELECT attname || ':' || format_type(atttypid, NULL) FROM pg_attribute
                  WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS has
      FROM wanted
      LEFT JOIN pg_namespace n ON n.nspname = 'trophy_worker'
      LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = tab AND c.relkind IN ('r', 'p')
), lacks AS (
    SELECT place, tab, without,
           CASE WHEN oid IS NULL THEN 'no such table'
                WHEN NOT has_schema_privilege(namespace, 'usage') THEN 'no right to use its schema'
                WHEN NOT has @> columns THEN 'has other columns than expected'
                ELSE (SELECT 'no right to ' || string_agg(verb, ', ')
                        FROM unnest('{select,insert,update,delete}'::text[]) AS verb
                       WHERE NOT has_table_privilege(oid, verb))
           END AS what
      FROM found
)
SELECT format('trophy_worker.%s: %s: %s', tab, what, without) FROM lacks WHERE what IS NOT NULL ORDER BY place
