-- SPDX-License-Identifier: Apache-2.0
-- Locks the statistics rows of users $1 (int4[]) in id order: whoever holds a user's row is the only one who evaluates
-- that user, and the order keeps workers from dead-locking each other.
SELECT user_id
  FROM trophies_userstatistics
 WHERE user_id = ANY ($1::int4[])
 ORDER BY user_id
   FOR NO KEY UPDATE
