-- SPDX-License-Identifier: Apache-2.0
-- The account with id $1 or, if that is null, with username $2.
SELECT id, username
  FROM auth_user
 WHERE CASE WHEN $1::int4 IS NULL THEN username = $2::text ELSE id = $1::int4 END
