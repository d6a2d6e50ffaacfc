-- SPDX-License-Identifier: Apache-2.0
-- The trophies that user $1 ($2: staff) may see, see shim_trophies ($3: those switched off), with repeatable ones if $4,
-- when the user last earned each, and, one row each, the parameters of those whose progress is to be computed (one row
-- with a null key if there are none), so that a number keeps jsonb's own digits.
SELECT t.id, t.uuid, t.name, t.description, t.trophy_type, t.is_hidden, t.is_progressive, t.is_repeatable, t."order",
       (extract(epoch FROM earned.at) * 1000000)::int8,
       t.checker_class, jsonb_typeof(t.checker_params), t.checker_params #>> '{}',
       m.key, jsonb_typeof(m.value), m.value #>> '{}'
  FROM trophies_trophy t
  LEFT JOIN (SELECT a.trophy_id, max(a.earned_at) AS at
               FROM trophies_usertrophy a
              WHERE a.user_id = $1::int4
              GROUP BY a.trophy_id) AS earned ON earned.trophy_id = t.id
  LEFT JOIN LATERAL jsonb_each(CASE WHEN t.is_progressive AND earned.at IS NULL
                                     AND jsonb_typeof(t.checker_params) = 'object' THEN t.checker_params END) AS m ON true
 WHERE t.is_active
   AND NOT EXISTS (SELECT FROM unnest(string_to_array($3::text, chr(31))) AS name
                    WHERE name = t.name OR lower(name) = t.uuid::text)
   AND (NOT t.is_hidden OR $2::bool OR earned.at IS NOT NULL)
   AND (NOT t.is_repeatable OR $4::bool)
 ORDER BY t."order", t.name, t.id
