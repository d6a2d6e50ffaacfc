-- SPDX-License-Identifier: Apache-2.0
-- Counts down for tasks of headers that have ended: $1: [{"group_id", "task_id"}].  Run before their results are written:
-- a task that has a final one already has been counted with it, and comes for the second time.
UPDATE django_celery_results_chordcounter c
   SET count = greatest(c.count - ended.tasks, 0)
  FROM (SELECT group_id, count(DISTINCT task_id) AS tasks
          FROM json_to_recordset($1::json) AS n (group_id text, task_id text)
         WHERE NOT EXISTS (SELECT FROM django_celery_results_taskresult r
                            WHERE r.task_id = n.task_id AND r.status IN ('SUCCESS', 'FAILURE', 'REVOKED'))
         GROUP BY group_id) AS ended
 WHERE c.group_id = ended.group_id
