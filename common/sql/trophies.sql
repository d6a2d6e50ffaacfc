-- SPDX-License-Identifier: Apache-2.0
-- The trophies in the order in which they are checked, one row a parameter (one with a null key if there is none), so
-- that a number keeps jsonb's own digits and no JSON parser bends it.
SELECT t.id, t.uuid, t.name, t.checker_class, t.is_active, t.is_repeatable,
       jsonb_typeof(t.checker_params), t.checker_params #>> '{}',
       m.key, jsonb_typeof(m.value), m.value #>> '{}'
  FROM trophies_trophy t
  LEFT JOIN LATERAL jsonb_each(CASE jsonb_typeof(t.checker_params) WHEN 'object' THEN t.checker_params END) m ON true
 ORDER BY t."order", t.name, t.id, m.key
