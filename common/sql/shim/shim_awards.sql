-- SPDX-License-Identifier: Apache-2.0
-- The awards of user $1, with their trophies.  $2: the trophies switched off, see shim_trophies.  $3: the one with this
-- id.  $4 to $18: filters, null for none.  $19 to $21: sorted by 1 time, 2 the trophy's type, 3 its name, see
-- shim_trophies.  Rows $23 + 1 to $23 + $22 of them, with number and place as there.
SELECT total, place, id, uuid, name, description, trophy_type, is_hidden, is_progressive, is_repeatable, "order",
       award_id, (extract(epoch FROM earned_at) * 1000000)::int8, progress, is_notified, context_data
  FROM (SELECT count(*) OVER () AS total,
               row_number() OVER (ORDER BY sign($19::int4) * key[abs($19::int4)],
                                           sign($20::int4) * key[abs($20::int4)],
                                           sign($21::int4) * key[abs($21::int4)], award_id) AS place,
               own.*
          FROM (SELECT a.id AS award_id, a.earned_at, a.progress, a.is_notified, a.context_data, t.*,
                       ARRAY[rank() OVER by_time, rank() OVER by_type, rank() OVER by_name] AS key
                  FROM trophies_usertrophy a
                  JOIN (SELECT t.*,
                               t.is_active AND NOT EXISTS (
                                   SELECT FROM unnest(string_to_array($2::text, chr(31))) AS name
                                    WHERE name = t.name OR lower(name) = t.uuid::text) AS is_on
                          FROM trophies_trophy t) AS t ON t.id = a.trophy_id
                 WHERE a.user_id = $1::int4
                   AND ($3::int8 IS NULL OR a.id = $3::int8)
                   AND ($4::int8 IS NULL OR a.id = $4::int8)
                   AND ($5::int8[] IS NULL OR a.id = ANY ($5::int8[]))
                   AND ($6::timestamptz IS NULL OR a.earned_at = $6::timestamptz)
                   AND ($7::timestamptz IS NULL OR a.earned_at > $7::timestamptz)
                   AND ($8::timestamptz IS NULL OR a.earned_at >= $8::timestamptz)
                   AND ($9::timestamptz IS NULL OR a.earned_at < $9::timestamptz)
                   AND ($10::timestamptz IS NULL OR a.earned_at <= $10::timestamptz)
                   AND ($11::bool IS NULL OR a.is_notified = $11::bool)
                   AND ($12::int8 IS NULL OR t.id = $12::int8)
                   AND ($13::int8[] IS NULL OR t.id = ANY ($13::int8[]))
                   AND ($14::bool IS NULL OR t.is_on = $14::bool)
                   AND ($15::bool IS NULL OR t.is_hidden = $15::bool)
                   AND ($16::bool IS NULL OR t.is_repeatable = $16::bool)
                   AND ($17::text IS NULL OR t.trophy_type = $17::text)
                   AND ($18::text[] IS NULL OR t.trophy_type = ANY ($18::text[]))
                WINDOW by_time AS (ORDER BY a.earned_at), by_type AS (ORDER BY t.trophy_type),
                       by_name AS (ORDER BY t.name)) AS own) AS numbered
 WHERE place = 1 OR (place > $23::int8 AND place <= $23::int8 + $22::int8)
 ORDER BY place
