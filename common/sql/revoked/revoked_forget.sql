-- SPDX-License-Identifier: Apache-2.0
-- Removes revoked ids that do not count any more at the instant $1, and the oldest of more than $2; what another worker
-- removes at the moment is left to it.
DELETE FROM trophy_worker.revoked
 WHERE id IN (SELECT id FROM trophy_worker.revoked
               WHERE until <= $1::timestamptz
                  OR revoked_at < (SELECT revoked_at FROM trophy_worker.revoked
                                    ORDER BY revoked_at DESC OFFSET $2::int8 LIMIT 1)
                 FOR UPDATE SKIP LOCKED)
