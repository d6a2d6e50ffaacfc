-- SPDX-License-Identifier: Apache-2.0
-- The trophies that user $1 (0: anonymous; $2: staff) may see: active, not switched off by $3 (uuids and names, separated
-- by U+001F), hidden ones only if earned.  $4: the one with this id.  $5 to $12: filters, null for none.  $13 to $15:
-- sorted by 1 order, 2 name, 3 type, negative for descending, 0 for nothing more.  Rows $17 + 1 to $17 + $16 of them,
-- each with the number of all and its place; the first one always, so that there is one to tell the number.
SELECT total, place, id, uuid, name, description, trophy_type, is_hidden, is_progressive, is_repeatable, "order"
  FROM (SELECT count(*) OVER () AS total,
               row_number() OVER (ORDER BY sign($13::int4) * key[abs($13::int4)],
                                           sign($14::int4) * key[abs($14::int4)],
                                           sign($15::int4) * key[abs($15::int4)], id) AS place,
               visible.*
          FROM (SELECT t.*,
                       ARRAY[t."order", rank() OVER (ORDER BY t.name), rank() OVER (ORDER BY t.trophy_type)] AS key
                  FROM trophies_trophy t
                 WHERE t.is_active
                   AND NOT EXISTS (SELECT FROM unnest(string_to_array($3::text, chr(31))) AS name
                                    WHERE name = t.name OR lower(name) = t.uuid::text)
                   AND (NOT t.is_hidden OR $2::bool
                        OR EXISTS (SELECT FROM trophies_usertrophy a
                                    WHERE a.user_id = $1::int4 AND a.trophy_id = t.id))
                   AND ($4::int8 IS NULL OR t.id = $4::int8)
                   AND ($5::int8 IS NULL OR t.id = $5::int8)
                   AND ($6::int8[] IS NULL OR t.id = ANY ($6::int8[]))
                   AND ($7::text IS NULL OR t.trophy_type = $7::text)
                   AND ($8::text[] IS NULL OR t.trophy_type = ANY ($8::text[]))
                   AND ($9::bool IS NULL OR $9::bool)
                   AND ($10::bool IS NULL OR t.is_hidden = $10::bool)
                   AND ($11::bool IS NULL OR t.is_progressive = $11::bool)
                   AND ($12::bool IS NULL OR t.is_repeatable = $12::bool)) AS visible) AS numbered
 WHERE place = 1 OR (place > $17::int8 AND place <= $17::int8 + $16::int8)
 ORDER BY place
