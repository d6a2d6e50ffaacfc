-- SPDX-License-Identifier: Apache-2.0
-- The revoked ids that still count at the instant $1, the last $2 of them, the oldest first: id, seconds since 1970.
SELECT id, extract(epoch FROM revoked_at)::int8
  FROM (SELECT id, revoked_at FROM trophy_worker.revoked
         WHERE coalesce(until, 'infinity') > $1::timestamptz ORDER BY revoked_at DESC, id LIMIT $2::int8) AS last
 ORDER BY revoked_at, id
