# SPDX-License-Identifier: Apache-2.0
"""The application that a real Celery worker runs in the conformance suite, and that the celery command is given for both
columns: the tasks' names with bodies that do as little as shows the same outcome.  A task that is to take its time
waits, as our worker does, for the lock of its user's row of statistics.

    CONFORM_BROKER=amqp://… CONFORM_DATABASE=postgresql://… CONFORM_QUEUE=trophies python3 -m celery -A native_app worker
"""
import contextlib
import os
import time

import celery
import psycopg2

PREFIX = 'wger.trophies.tasks.'

# arguments are checked where they are used, not already where a step is sent on
app = celery.Celery('conformance', broker=os.environ['CONFORM_BROKER'], backend='rpc://', strict_typing=False)
app.conf.update(
    task_default_queue=os.environ.get('CONFORM_QUEUE', 'trophies'),
    # as our worker does: acknowledged when it is done, and what fails goes to the dead letters
    task_acks_late=True, task_acks_on_failure_or_timeout=False,
    task_track_started='CONFORM_TRACK_STARTED' in os.environ,
)


@contextlib.contextmanager
def cursor():
    connection = psycopg2.connect(os.environ['CONFORM_DATABASE'])
    try:
        with connection.cursor() as one:
            yield one
    finally:
        connection.close()


def work(task, user_id):
    """Wait at the gate (worlds.py) for the user; again, by Celery's own retry, if the session is lost meanwhile."""
    user_id = int(user_id)
    try:
        with cursor() as one:
            while not locked(one, user_id):
                time.sleep(0.02)
            one.execute('select sum(weight * repetitions)::numeric(12, 2) from manager_workoutlog where user_id = %s',
                        [user_id])
    except psycopg2.errors.NumericValueOutOfRange as error:
        raise ValueError(str(error))
    except psycopg2.OperationalError as error:
        raise task.retry(exc=error, countdown=0.1)


def locked(one, user_id):
    one.execute('select pg_try_advisory_xact_lock_shared(%s)', [user_id])
    return one.fetchone()[0]


@app.task(name=PREFIX + 'evaluate_user_trophies_task')
def evaluate_user_trophies_task(user_id):
    work(evaluate_user_trophies_task, user_id)


@app.task(name=PREFIX + 'update_user_statistics_task')
def update_user_statistics_task(user_id):
    work(update_user_statistics_task, user_id)


@app.task(name=PREFIX + 'evaluate_all_users_trophies_task')
def evaluate_all_users_trophies_task():
    pass


@app.task(name=PREFIX + 'recalculate_all_statistics_task')
def recalculate_all_statistics_task():
    pass
