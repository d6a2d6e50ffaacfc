-- SPDX-License-Identifier: Apache-2.0
-- Writes results as django-celery-results does without result_extended.  $1: [{"task_id", "status", "result", "meta"}],
-- result and meta being JSON text themselves; $2: now.  Only columns that every version since 2.0 has are named; the others
-- take null.  In order of the id, so that two workers cannot wait for each other.  A SUCCESS stays one, which is not so with
-- a native worker: a message that comes again after its commit may have expired meanwhile.
INSERT INTO django_celery_results_taskresult AS stored
       (task_id, status, content_type, content_encoding, result, meta, date_created, date_done)
SELECT DISTINCT ON (task_id)
       task_id, status, 'application/json', 'utf-8', result, meta, $2::timestamptz, $2::timestamptz
  FROM ROWS FROM (json_to_recordset($1::json) AS (task_id text, status text, result text, meta text))
       WITH ORDINALITY AS n (task_id, status, result, meta, place)
 ORDER BY task_id, status = 'SUCCESS' DESC, place DESC
    ON CONFLICT (task_id) DO UPDATE
   SET status = excluded.status,
       content_type = 'application/json',
       content_encoding = 'utf-8',
       result = excluded.result,
       meta = excluded.meta,
       date_done = $2::timestamptz,
       traceback = NULL
 WHERE stored.status <> 'SUCCESS' OR excluded.status = 'SUCCESS'
