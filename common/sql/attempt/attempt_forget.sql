-- SPDX-License-Identifier: Apache-2.0
-- Removes marks of before $1, of messages that never came back: some, so that it is always quick.
DELETE FROM trophy_worker.attempt
 WHERE id IN (SELECT id FROM trophy_worker.attempt WHERE marked_at < $1::timestamptz LIMIT 1000 FOR UPDATE SKIP LOCKED)
