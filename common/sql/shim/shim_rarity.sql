-- SPDX-License-Identifier: Apache-2.0
-- How many users logged in at or after $1 (a row with a null trophy), and how many of them have earned each trophy.
SELECT NULL::int4, count(*)
  FROM auth_user
 WHERE last_login >= $1::timestamptz
UNION ALL
SELECT a.trophy_id, count(DISTINCT a.user_id)
  FROM trophies_usertrophy a
  JOIN auth_user u ON u.id = a.user_id
 WHERE u.last_login >= $1::timestamptz
 GROUP BY a.trophy_id
