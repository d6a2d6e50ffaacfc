-- SPDX-License-Identifier: Apache-2.0
-- Marks the messages $1 (JSON array of texts, no two alike) as about to be run, at the instant $2: those that have fewer
-- than $3 marks.  One row each: its place in $1 from 0, the marks it had before, and whether it got another one.
WITH given AS (
    SELECT id, place - 1 AS place FROM jsonb_array_elements_text($1::jsonb) WITH ORDINALITY AS g (id, place)
), marked AS (
    INSERT INTO trophy_worker.attempt AS a (id, attempts, marked_at)
    SELECT id, 1, $2::timestamptz FROM given ORDER BY id
        ON CONFLICT (id) DO UPDATE SET attempts = a.attempts + 1, marked_at = excluded.marked_at
     WHERE a.attempts < $3::int4
    RETURNING id, attempts
)
SELECT place, coalesce(m.attempts - 1, a.attempts, $3::int4), m.id IS NOT NULL
  FROM given g
  LEFT JOIN marked m ON m.id = g.id
  LEFT JOIN trophy_worker.attempt a ON a.id = g.id
