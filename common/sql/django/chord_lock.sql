-- SPDX-License-Identifier: Apache-2.0
-- Locks the counters of the chords with headers $1 (["group id"]), in that order in every worker: who counts, counts alone.
SELECT id
  FROM django_celery_results_chordcounter
 WHERE group_id IN (SELECT json_array_elements_text($1::json))
 ORDER BY group_id
   FOR UPDATE
