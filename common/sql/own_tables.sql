-- SPDX-License-Identifier: Apache-2.0
-- Which of the worker's own tables (schema/worker.sql) may this role use, and do they have the columns that we know:
-- attempt, revoked.  Asked of the catalogue, since to_regclass() fails where the schema may not be used.
WITH wanted (tab, col, type) AS (VALUES
    ('attempt', 'id', 'text'), ('attempt', 'attempts', 'integer'), ('attempt', 'marked_at', 'timestamp with time zone'),
    ('revoked', 'id', 'text'), ('revoked', 'revoked_at', 'timestamp with time zone'),
    ('revoked', 'until', 'timestamp with time zone')
), usable AS (
    SELECT tab, bool_and(CASE WHEN a.attnum IS NULL OR NOT has_schema_privilege(n.oid, 'usage') THEN false
                              ELSE has_table_privilege(c.oid, 'select') AND has_table_privilege(c.oid, 'insert') AND
                                   has_table_privilege(c.oid, 'update') AND has_table_privilege(c.oid, 'delete')
                         END) AS usable
      FROM wanted
      LEFT JOIN pg_namespace n ON n.nspname = 'trophy_worker'
      LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = tab AND c.relkind IN ('r', 'p')
      LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = col AND a.attnum > 0 AND NOT a.attisdropped
                              AND format_type(a.atttypid, NULL) = type
     GROUP BY tab
)
SELECT bool_or(usable) FILTER (WHERE tab = 'attempt'), bool_or(usable) FILTER (WHERE tab = 'revoked') FROM usable
