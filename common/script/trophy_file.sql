-- SPDX-License-Identifier: Apache-2.0
-- The trophies of $1 (JSON text, without misfits) as common/sql/trophies.sql has those of the table, the place in the
-- file for an id: one row a parameter, so that a number keeps jsonb's own digits and no JSON parser bends it.
SELECT place::int4, g.value ->> 'uuid', g.value ->> 'name', g.value ->> 'checker_class', (g.value -> 'is_active')::bool,
       (g.value -> 'is_repeatable')::bool, jsonb_typeof(g.value -> 'checker_params'), g.value #>> '{checker_params}',
       m.key, jsonb_typeof(m.value), m.value #>> '{}'
  FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS g (value, place)
  LEFT JOIN LATERAL jsonb_each(CASE jsonb_typeof(g.value -> 'checker_params') WHEN 'object'
                               THEN g.value -> 'checker_params' END) m ON true
 ORDER BY place, m.key
