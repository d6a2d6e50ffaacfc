-- SPDX-License-Identifier: Apache-2.0
-- What later versions add, up to 2.6.
alter table django_celery_results_taskresult
    add periodic_task_name varchar(255),
    add date_started timestamptz;
