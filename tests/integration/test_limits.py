# SPDX-License-Identifier: Apache-2.0
"""Time limits: a message whose time is over ends as Celery ends it, and its neighbours do not notice."""
import contextlib
import json
import os
import signal
import time

import pytest
from controlling import Controller

PATIENT = {'TROPHY_DATABASE_LOCK_TIMEOUT': '60000', 'TROPHY_DATABASE_STATEMENT_TIMEOUT': '120000'}
SOFT = {'exc_type': 'SoftTimeLimitExceeded', 'exc_message': [], 'exc_module': 'billiard.exceptions'}


def hard(limit):
    return {'exc_type': 'TimeLimitExceeded', 'exc_message': [limit], 'exc_module': 'billiard.exceptions'}


def limited(world, queue, user, hard=None, soft=None, task='evaluate_user', args=None, **options):
    return world.wire.send(queue, task, [user] if args is None else args, headers={'timelimit': [hard, soft]}, **options)


@contextlib.contextmanager
def table_locked(world, name):
    connection = world.postgres.connect(world.name)
    connection.autocommit = False
    try:
        with connection.cursor() as cursor:
            cursor.execute(f'lock table {name} in access exclusive mode')
        yield connection
    finally:
        connection.close()


def assert_failed(world, token, expected):
    result = world.wire.result(token, timeout_s=20)
    assert (result['status'], result['result'], result['traceback']) == ('FAILURE', expected, None)


@pytest.mark.parametrize('limits, expected', [
    ({'hard': 1}, hard(1)), ({'hard': 1.5}, hard(1.5)), ({'soft': 1}, SOFT), ({'hard': 3, 'soft': 1}, SOFT),
    ({'hard': 1, 'soft': 3}, hard(1)), ({'hard': 1, 'soft': 0}, hard(1)),
], ids=['hard', 'fraction', 'soft', 'soft first', 'hard first', 'zero is none'])
def test_limit_of_the_message(world, start, limits, expected):
    queue = world.new_queue()
    user, other = world.add_users(2, statistics=True)
    worker = start(queue, env=PATIENT)
    with world.blocked(user):
        sent = time.monotonic()
        assert_failed(world, limited(world, queue, user, **limits), expected)
        assert 0.9 < time.monotonic() - sent < 15  # a machine may be busy
        # the session was not given up, and nothing waits for the lock any more
        assert world.wire.result(world.wire.send(queue, 'evaluate_user', [other]), timeout_s=20)['status'] == 'SUCCESS'
    assert worker.log().count('db: connected') == 1
    assert world.awards([user, other]) == {other: ['Beginner']}
    world.wait_counts(queue, ready=0, unacked=0)


@pytest.mark.parametrize('option, expected', [('SOFT_TIME_LIMIT', SOFT), ('TIME_LIMIT', hard(1))])
def test_limit_of_the_configuration(world, start, option, expected):
    """It holds for messages without one of their own, which may be longer."""
    queue = world.new_queue()
    user, = world.add_users(1, statistics=True)
    start(queue, env={**PATIENT, f'TROPHY_WORKER_{option}': '1'})
    with world.blocked(user) as cursor:
        assert_failed(world, limited(world, queue, user), expected)
        token = limited(world, queue, user, hard=30, soft=30)
        world.wait_blocked()
        time.sleep(1.5)
        assert not world.wire.has_result(token)
        cursor.connection.rollback()
    assert world.wire.result(token)['status'] == 'SUCCESS'


def test_neighbours_of_one_whose_time_is_over(world, start):
    """One batch, one of its users locked: its message fails, the others are done at once and once."""
    queue = world.new_queue(declare=True)
    users = world.add_users(40, statistics=True)
    bad, *others = users
    with world.blocked(bad):
        tokens = [world.wire.send(queue, 'evaluate_user', [user]) for user in others]
        late = limited(world, queue, bad, hard=1)
        worker = start(queue, env=PATIENT)
        for token in tokens:
            assert world.wire.result(token, timeout_s=10)['status'] == 'SUCCESS'
        assert_failed(world, late, hard(1))
    assert world.awards(users) == {user: ['Beginner'] for user in others}
    assert {len(world.wire.results[token]) for token in tokens} == {1}
    assert 'halved' not in worker.log() and 'put off' not in worker.log()
    world.wait_counts(queue, ready=0, unacked=0)


def test_not_blamed_for_its_neighbours(world, start):
    """The slow one has no limit; the quick one has, and shares its batch: it is run alone, not failed."""
    queue = world.new_queue(declare=True)
    slow, quick = world.add_users(2, statistics=True)
    with world.blocked(slow) as cursor:
        patient = world.wire.send(queue, 'evaluate_user', [slow])
        token = limited(world, queue, quick, hard=1)
        start(queue, env=PATIENT)
        world.wait_blocked()
        assert world.wire.result(token, timeout_s=20)['status'] == 'SUCCESS'
        assert not world.wire.has_result(patient)
        cursor.connection.rollback()
    assert world.wire.result(patient)['status'] == 'SUCCESS'
    assert len(world.wire.results[token]) == 1


@pytest.mark.parametrize('task, kwargs', [
    ('recalculate_all_statistics', {}), ('trophy_worker.recalculate_range', {'after_id': 0, 'upto_id': None}),
], ids=['all', 'range'])
def test_tasks_for_all(world, start, task, kwargs):
    queue = world.new_queue()
    start(queue, env=PATIENT).wait_log('db: connected')  # what it prepares then needs the table, too
    with table_locked(world, 'auth_user'):
        assert_failed(world, world.wire.send(queue, task, [], kwargs, headers={'timelimit': [1, None]}), hard(1))
    assert world.wire.result(world.wire.send(queue, task, [], kwargs))['status'] == 'SUCCESS'
    world.wait_counts(queue, ready=0, unacked=0)


def test_server_that_does_not_answer(world, start):
    """The query cannot be cancelled: the session is given up, and the worker goes on with another one."""
    queue = world.new_queue()
    user, other = world.add_users(2, statistics=True)
    worker = start(queue, env=PATIENT)
    with world.blocked(user):
        token = limited(world, queue, user, hard=1)
        world.wait_blocked()
        backend, = world.query("select pid from pg_stat_activity where datname = %s and wait_event_type = 'Lock'",
                               [world.name])[0]
        os.kill(backend, signal.SIGSTOP)
        try:
            assert_failed(world, token, hard(1))
            assert world.wire.result(world.wire.send(queue, 'evaluate_user', [other]))['status'] == 'SUCCESS'
        finally:
            os.kill(backend, signal.SIGCONT)
    worker.wait_log('db: connected', times=2)
    assert world.awards([user, other]) == {other: ['Beginner']}


def test_chain_of_one_whose_time_is_over(world, start):
    """Whoever waits for a later step is told the same."""
    queue = world.new_queue()
    user, = world.add_users(1, statistics=True)
    start(queue, env=PATIENT)
    with world.blocked(user):
        step = {'task': 'evaluate_user', 'args': [user], 'options': {'task_id': 'later', 'reply_to': world.wire.replies}}
        embed = {'callbacks': None, 'errbacks': None, 'chain': [step], 'chord': None}
        world.wire.put(queue, f'[[{user}], {{}}, {json.dumps(embed)}]',
                       {'task': 'evaluate_user', 'id': 'first', 'timelimit': [1, None]})
        assert_failed(world, 'later', hard(1))


def test_started_is_told(world, start):
    queue = world.new_queue()
    user, = world.add_users(1)
    worker = start(queue, env={'TROPHY_CELERY_TRACK_STARTED': 'true', 'TROPHY_WORKER_NAME': 'one@here'})
    token = world.wire.send(queue, 'evaluate_user', [user])
    silent = world.wire.send(queue, 'evaluate_user', [user], headers={'ignore_result': True})
    world.wire.result(token)
    first, last = world.wire.results[token]
    assert (first['status'], first['result']) == ('STARTED', {'pid': worker.process.pid, 'hostname': 'one@here'})
    assert (last['status'], last['result']) == ('SUCCESS', None)
    world.wait_counts(queue, ready=0, unacked=0)
    assert not world.wire.has_result(silent)


def test_retry_is_told_once(world, start):
    """The session is ended under a task, twice: its sender hears of a retry once, and then of success."""
    queue = world.new_queue()
    user, = world.add_users(1, statistics=True)
    start(queue, env=PATIENT)
    with world.blocked(user) as cursor:
        token = world.wire.send(queue, 'evaluate_user', [user])
        for _ in range(2):
            world.wait_blocked()
            world.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s "
                        "and wait_event_type = 'Lock'", [world.name])
            time.sleep(0.5)
        world.wait_blocked()
        cursor.connection.rollback()
    world.wire.result(token)
    first, last = world.wire.results[token]
    assert first['status'] == 'RETRY' and first['children'] == [[[token, None], None]]
    assert (first['result']['exc_type'], first['result']['exc_module']) == ('OperationalError', 'django.db.utils')
    assert last['status'] == 'SUCCESS'
    assert not world.wire.has_result('nobody') and len(world.wire.results[token]) == 2


# ---- a rate

def test_rate_holds_up_only_its_task(world, start):
    """More messages than the window has room for: the tasks of another name are served all the same."""
    queue = world.new_queue(declare=True)
    users = world.add_users(20)
    worker = start(queue, env={'TROPHY_BROKER_PREFETCH': '32'}).wait_log('consuming')
    with Controller(world.broker_url) as control:
        name = 'wger.trophies.tasks.update_user_statistics_task'
        assert 'ok' in control.ask('rate_limit', task_name=name, rate_limit='1/m')
        rated = [world.wire.send(queue, name, [user]) for user in users * 10]
        others = [world.wire.send(queue, 'evaluate_user', [user]) for user in users]
        assert [world.wire.result(token, timeout_s=60)['status'] for token in others] == ['SUCCESS'] * 20
        assert sum(world.wire.has_result(token) for token in rated) <= 3
        assert 'ok' in control.ask('rate_limit', task_name=name, rate_limit='0')
    assert [world.wire.result(token, timeout_s=90)['status'] for token in rated] == ['SUCCESS'] * 200
    world.wait_counts(queue, ready=0, unacked=0)
    assert {len(world.wire.results[token]) for token in rated} == {1} and worker.process.running()
