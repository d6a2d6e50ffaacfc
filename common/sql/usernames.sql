-- SPDX-License-Identifier: Apache-2.0
-- The names of the accounts among $1 (int4[]).
SELECT id, username
  FROM auth_user
 WHERE id = ANY ($1::int4[])
