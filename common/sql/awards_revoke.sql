-- SPDX-License-Identifier: Apache-2.0
-- Takes from users $1 (int4[]) so many ($3, int8[]) of their awards of trophies $2 (int4[]), triple by triple, the newest
-- first.  Returns each award taken: earned_at in microseconds since 1970-01-01T00:00:00Z, and the beginning of its context.
DELETE FROM trophies_usertrophy
 WHERE id IN (SELECT newest.id
                FROM unnest($1::int4[], $2::int4[], $3::int8[]) AS n (user_id, trophy_id, count)
               CROSS JOIN LATERAL (SELECT a.id
                                     FROM trophies_usertrophy a
                                    WHERE a.user_id = n.user_id AND a.trophy_id = n.trophy_id
                                    ORDER BY a.earned_at DESC, a.id DESC
                                    LIMIT n.count) AS newest)
RETURNING user_id, trophy_id,
          CASE WHEN isfinite(earned_at) THEN (extract(epoch FROM earned_at) * 1000000)::int8 END,
          left(context_data::text, 200)
