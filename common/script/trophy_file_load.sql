-- SPDX-License-Identifier: Apache-2.0
-- Adds the trophies of $1 (JSON text, without misfits) whose uuid is not there; $2: also those whose name is.  $3: now.
-- A row for each: name, uuid, and inserted, there, differs or name, with the uuid the name stands under.
WITH given AS (
    SELECT place, value, (value ->> 'uuid')::uuid AS uuid, value ->> 'name' AS name,
           value ->> 'description' AS description, value ->> 'trophy_type' AS trophy_type,
           value ->> 'checker_class' AS checker_class, value -> 'checker_params' AS checker_params,
           (value -> 'is_hidden')::bool AS is_hidden, (value -> 'is_progressive')::bool AS is_progressive,
           (value -> 'is_active')::bool AS is_active, (value -> 'is_repeatable')::bool AS is_repeatable,
           (value -> 'order')::int4 AS "order"
      FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS g (value, place)
), inserted AS (
    INSERT INTO trophies_trophy
           (uuid, name, description, trophy_type, checker_class, checker_params,
            is_hidden, is_progressive, is_active, is_repeatable, "order", created, updated)
    SELECT uuid, name, description, trophy_type, checker_class, checker_params,
           is_hidden, is_progressive, is_active, is_repeatable, "order",
           coalesce((value ->> 'created')::timestamptz, $3::timestamptz),
           coalesce((value ->> 'updated')::timestamptz, $3::timestamptz)
      FROM given g
     WHERE NOT EXISTS (SELECT FROM trophies_trophy t WHERE t.uuid = g.uuid OR (t.name = g.name AND NOT $2::bool))
     ORDER BY place
        ON CONFLICT (uuid) DO NOTHING
    RETURNING uuid
)
SELECT g.name, g.uuid,
       CASE WHEN i.uuid IS NOT NULL THEN 'inserted'
            WHEN t.uuid IS NULL AND namesake.uuid IS NOT NULL THEN 'name'
            WHEN (t.name, t.description, t.trophy_type, t.checker_class, t.checker_params, t.is_hidden,
                  t.is_progressive, t.is_active, t.is_repeatable, t."order")
              <> (g.name, g.description, g.trophy_type, g.checker_class, g.checker_params, g.is_hidden,
                  g.is_progressive, g.is_active, g.is_repeatable, g."order") THEN 'differs'
            ELSE 'there'
       END,
       namesake.uuid
  FROM given g
  LEFT JOIN inserted i ON i.uuid = g.uuid
  LEFT JOIN trophies_trophy t ON t.uuid = g.uuid
  LEFT JOIN LATERAL (SELECT n.uuid FROM trophies_trophy n WHERE n.name = g.name AND n.uuid <> g.uuid
                      ORDER BY n.id LIMIT 1) AS namesake ON true
 ORDER BY g.place
