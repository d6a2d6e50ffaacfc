-- SPDX-License-Identifier: Apache-2.0
-- The next $4 users behind id $1 and up to id $2, by the primary key: those who logged in at or after $3, or, if that is
-- null, all.
SELECT id
  FROM auth_user
 WHERE id > $1::int4 AND id <= $2::int4 AND ($3::timestamptz IS NULL OR last_login >= $3::timestamptz)
 ORDER BY id
 LIMIT $4::int8
