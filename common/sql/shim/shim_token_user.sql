-- SPDX-License-Identifier: Apache-2.0
-- Whose the API token $1 is, if there is such a token and such a user.
SELECT u.id, u.is_active, u.is_staff
  FROM authtoken_token t
  JOIN auth_user u ON u.id = t.user_id
 WHERE t.key = $1::text
