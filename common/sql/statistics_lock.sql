-- SPDX-License-Identifier: Apache-2.0
-- Locks the statistics rows of users $1 (int4[]) in id order: only the session that holds a user's row evaluates that user.
-- A row that another session holds is not waited for: it is left out (design, "Locks").  So is one deleted meanwhile.
SELECT user_id
  FROM trophies_userstatistics
 WHERE user_id = ANY ($1::int4[])
 ORDER BY user_id
   FOR NO KEY UPDATE SKIP LOCKED
