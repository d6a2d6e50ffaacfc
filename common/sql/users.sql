-- SPDX-License-Identifier: Apache-2.0
-- The accounts among $1 (int4[]) and who of them an evaluation skips; an id without a row is no user.
-- $2: the instant before which a login is too long ago.  A null last_login is not (semantics, "Who is skipped").
SELECT u.id,
       coalesce(u.last_login < $2::timestamptz, false) AS inactive,
       coalesce(NOT p.trophies_enabled, false) AS opted_out,
       s.user_id IS NULL AS without_statistics
  FROM auth_user u
  LEFT JOIN core_userprofile p ON p.user_id = u.id
  LEFT JOIN trophies_userstatistics s ON s.user_id = u.id
 WHERE u.id = ANY ($1::int4[])
 ORDER BY u.id
