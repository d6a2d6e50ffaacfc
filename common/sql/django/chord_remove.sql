-- SPDX-License-Identifier: Apache-2.0
-- Removes the counters of the chords with headers $1 (["group id"]): what follows them has been published and confirmed.
DELETE FROM django_celery_results_chordcounter
 WHERE count = 0 AND group_id IN (SELECT json_array_elements_text($1::json))
