-- SPDX-License-Identifier: Apache-2.0
-- The user with id $1, if there is one.
SELECT id, is_active, is_staff
  FROM auth_user
 WHERE id = $1::int4
