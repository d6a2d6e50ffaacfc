-- SPDX-License-Identifier: Apache-2.0
-- Those of $1 (int8[]) that are ids of trophies.
SELECT id
  FROM trophies_trophy
 WHERE id = ANY ($1::int8[])
