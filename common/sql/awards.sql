-- SPDX-License-Identifier: Apache-2.0
-- How often users $1 (int4[]) have earned trophies $2 (int4[]).
SELECT user_id, trophy_id, count(*)::int8
  FROM trophies_usertrophy
 WHERE user_id = ANY ($1::int4[]) AND trophy_id = ANY ($2::int4[])
 GROUP BY user_id, trophy_id
