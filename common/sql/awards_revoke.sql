-- SPDX-License-Identifier: Apache-2.0
-- Takes from users $1 (int4[]) so many ($3, int8[]) of their awards of trophies $2 (int4[]), triple by triple, the newest
-- first.
DELETE FROM trophies_usertrophy
 WHERE id IN (SELECT newest.id
                FROM unnest($1::int4[], $2::int4[], $3::int8[]) AS n (user_id, trophy_id, count)
               CROSS JOIN LATERAL (SELECT a.id
                                     FROM trophies_usertrophy a
                                    WHERE a.user_id = n.user_id AND a.trophy_id = n.trophy_id
                                    ORDER BY a.earned_at DESC, a.id DESC
                                    LIMIT n.count) AS newest)
