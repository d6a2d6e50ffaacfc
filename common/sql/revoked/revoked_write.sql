-- SPDX-License-Identifier: Apache-2.0
-- Keeps the revoked ids $1 (JSON array of {"id", "at": seconds since 1970}), each for $2 seconds from then on.  In the order of
-- the ids: all workers are told of a revocation at once, and write it at once.
INSERT INTO trophy_worker.revoked AS r (id, revoked_at, until)
SELECT id, to_timestamp(max(at)), to_timestamp(max(at) + $2::int8)
  FROM jsonb_to_recordset($1::jsonb) AS g (id text, at int8)
 GROUP BY id
 ORDER BY id
    ON CONFLICT (id) DO UPDATE
   SET revoked_at = greatest(r.revoked_at, excluded.revoked_at), until = greatest(r.until, excluded.until)
 WHERE r.until < excluded.until
