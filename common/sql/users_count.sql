-- SPDX-License-Identifier: Apache-2.0
-- How many users logged in at or after $1 or, if that is null, how many there are.
SELECT count(*)
  FROM auth_user
 WHERE $1::timestamptz IS NULL OR last_login >= $1::timestamptz
