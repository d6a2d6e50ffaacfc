-- SPDX-License-Identifier: Apache-2.0
-- Of the chords with headers $1 (["group id"]) those that nothing is missing of: the result of each task of the header, in
-- order.  Null: there is none.
SELECT c.group_id, r.status, r.content_type, r.content_encoding, r.result
  FROM django_celery_results_chordcounter c
 CROSS JOIN json_array_elements(CASE WHEN c.count = 0 THEN c.sub_tasks ELSE '[]' END::json)
       WITH ORDINALITY AS task (tuple, place)
  LEFT JOIN django_celery_results_taskresult r ON r.task_id = task.tuple #>> '{0,0}'
 WHERE c.count = 0 AND c.group_id IN (SELECT json_array_elements_text($1::json))
 ORDER BY c.group_id, task.place
