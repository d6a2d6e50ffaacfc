-- SPDX-License-Identifier: Apache-2.0
-- Where to cut the active users, those who logged in at or after $1, into ranges of $2 users: the last id of every full
-- range, ascending.  One scan, however many ranges.
SELECT id
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS place
          FROM auth_user
         WHERE last_login >= $1::timestamptz) AS active
 WHERE place % $2::int8 = 0
 ORDER BY id
