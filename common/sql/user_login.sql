-- SPDX-License-Identifier: Apache-2.0
-- When user $1 last logged in, in microseconds since 1970-01-01T00:00:00Z; null if never (or at an infinite time).
SELECT CASE WHEN isfinite(last_login) THEN (extract(epoch FROM last_login) * 1000000)::int8 END
  FROM auth_user
 WHERE id = $1::int4
