-- SPDX-License-Identifier: Apache-2.0
-- Makes the counters of chords that follow a task: $1: [{"task_id": of that task, "group_id", "sub_tasks", "count"}].  Run
-- before its result is written: with a SUCCESS it comes for the second time, and the counter, made with it, may have been
-- used up by now.
INSERT INTO django_celery_results_chordcounter (group_id, sub_tasks, count)
SELECT group_id, sub_tasks, count
  FROM json_to_recordset($1::json) AS n (task_id text, group_id text, sub_tasks text, count int4)
 WHERE NOT EXISTS (SELECT FROM django_celery_results_taskresult r
                    WHERE r.task_id = n.task_id AND r.status = 'SUCCESS')
 ORDER BY group_id
    ON CONFLICT (group_id) DO NOTHING
