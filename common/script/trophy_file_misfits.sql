-- SPDX-License-Identifier: Apache-2.0
-- What is wrong with $1 (JSON text) as a list of trophies, one line of text each: an array of objects with the columns'
-- names.  kinds: the JSON type, and for texts how long at most.  id is let pass and never used, so that rows exported
-- from another database can be loaded.
WITH columns (place, col, type, length, required) AS (VALUES
    (1, 'uuid', 'string', 40, true),
    (2, 'name', 'string', 100, true),
    (3, 'description', 'string', 1000000, true),
    (4, 'trophy_type', 'string', 20, true),
    (5, 'checker_class', 'string', 255, true),
    (6, 'checker_params', NULL, NULL, true), -- any JSON; the checker judges it
    (7, 'is_hidden', 'boolean', NULL, true),
    (8, 'is_progressive', 'boolean', NULL, true),
    (9, 'is_active', 'boolean', NULL, true),
    (10, 'is_repeatable', 'boolean', NULL, true),
    (11, 'order', 'number', NULL, true),
    (12, 'created', 'string', 40, false),
    (13, 'updated', 'string', 40, false),
    (14, 'id', 'number', NULL, false)
), given AS (
    SELECT place, value, format('%s. trophy%s', place, ' ''' || left(value ->> 'name', 60) || '''') AS who
      FROM jsonb_array_elements(CASE jsonb_typeof($1::jsonb) WHEN 'array' THEN $1::jsonb ELSE '[]' END)
           WITH ORDINALITY AS g (value, place)
), cells AS (
    SELECT g.place, g.who, c.place AS column_place, c.col, c.type, c.length, c.required,
           g.value ? c.col AS present, jsonb_typeof(g.value -> c.col) AS found, g.value ->> c.col AS text,
           CASE jsonb_typeof(g.value -> c.col) WHEN 'string' THEN left((g.value -> c.col)::text, 60)
                ELSE left(coalesce(g.value ->> c.col, 'null'), 60) END AS shown
      FROM given g
     CROSS JOIN columns c
     WHERE jsonb_typeof(g.value) = 'object'
), judged AS (
    SELECT *, CASE
             WHEN NOT present THEN CASE WHEN required THEN 'is missing' END
             WHEN found <> type THEN type || ' expected'
             WHEN col = 'uuid' AND lower(text) !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN 'uuid expected'
             WHEN col = 'order' AND (text !~ '^[0-9]{1,10}$' OR text::numeric > 2147483647)
                 THEN 'integer in 0..2147483647 expected'
             WHEN col IN ('created', 'updated') AND text !~ '^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)$'
                 THEN 'instant with its offset expected'
             WHEN type = 'string' AND char_length(text) > length THEN format('at most %s characters expected', length)
             WHEN col IN ('name', 'checker_class') AND text = '' THEN 'text expected'
           END AS complaint
      FROM cells
)
SELECT text
  FROM (SELECT 0 AS place, 0 AS column_place,
               format('array of trophies expected, got %s', left(jsonb_typeof($1::jsonb), 60)) AS text
         WHERE jsonb_typeof($1::jsonb) <> 'array'
        UNION ALL
        SELECT place, 0, format('%s: object expected, got %s', who, left(value::text, 60))
          FROM given WHERE jsonb_typeof(value) <> 'object'
        UNION ALL
        SELECT place, column_place,
               format('%s: %s: %s%s', who, col, complaint, CASE WHEN present THEN ', got ' || shown ELSE '' END)
          FROM judged WHERE complaint IS NOT NULL
        UNION ALL
        SELECT place, 100, format('%s: %s: no such column', who, left(key, 60))
          FROM (SELECT place, who, jsonb_object_keys(value) AS key FROM given WHERE jsonb_typeof(value) = 'object') k
         WHERE NOT EXISTS (SELECT FROM columns WHERE col = key)
        UNION ALL
        SELECT max(place), 101, format('%s. trophy: %s: given more than once: %s', max(place), col, left(text, 60))
          FROM (SELECT place, col, CASE col WHEN 'uuid' THEN lower(text) ELSE text END AS text
                  FROM judged WHERE col IN ('uuid', 'name') AND complaint IS NULL) twice
         GROUP BY col, text
        HAVING count(*) > 1) AS complaints
 ORDER BY place, column_place, text
