-- SPDX-License-Identifier: Apache-2.0
-- Takes one mark each off the messages $1 (JSON array of {"id", "marked_at"}): they were put back by a process that
-- lives.  With a "marked_at" that is not null only if the last mark is of that instant: nobody knows whether that one
-- was committed, or whether this has been done before: the instant moves with it.
WITH given AS (
    SELECT id, max(marked_at) AS marked_at
      FROM jsonb_to_recordset($1::jsonb) AS g (id text, marked_at timestamptz)
     GROUP BY id
), locked AS (
    SELECT a.id, a.attempts
      FROM trophy_worker.attempt a
      JOIN given g ON a.id = g.id AND (g.marked_at IS NULL OR g.marked_at = a.marked_at)
     ORDER BY a.id
       FOR UPDATE OF a
), over AS (
    DELETE FROM trophy_worker.attempt a USING locked l WHERE a.id = l.id AND l.attempts <= 1
)
UPDATE trophy_worker.attempt a SET attempts = a.attempts - 1, marked_at = a.marked_at - interval '1 microsecond'
  FROM locked l
 WHERE a.id = l.id AND l.attempts > 1
