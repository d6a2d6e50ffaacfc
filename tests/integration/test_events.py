# SPDX-License-Identifier: Apache-2.0
"""What Celery's own monitors are told: by its receiver and State, its command line, and a native worker beside ours."""
import datetime
import json
import os
import pathlib
import re
import signal
import uuid

import processes
import pytest
import wire

TASK = 'wger.trophies.tasks.evaluate_user_trophies_task'
HEAD = {'hostname', 'pid', 'clock', 'timestamp', 'type', 'local_received'}
STATUS = HEAD | {'freq', 'active', 'processed', 'loadavg', 'sw_ident', 'sw_ver', 'sw_sys'}
PATIENT = {'TROPHY_DATABASE_LOCK_TIMEOUT': '60000', 'TROPHY_DATABASE_STATEMENT_TIMEOUT': '120000'}


def check_head(event, name, worker, keys):
    """What all events have, and that there is nothing else than keys."""
    assert set(event) == HEAD | set(keys), event
    assert (event['hostname'], event['pid']) == (name, worker.process.pid)
    assert abs(event['timestamp'] - event['local_received']) < 5 and isinstance(event['timestamp'], float)


# ---- the worker


def test_life_of_a_worker(world, join, monitor):
    queue = world.new_queue()
    worker, name = join(queue, tasks=False, env={'TROPHY_CELERY_HEARTBEAT_INTERVAL': '0.5'})
    monitor.wait(lambda: len(monitor.of_worker(name, 'worker-heartbeat')) >= 4)
    beats = [event['timestamp'] for event in monitor.of_worker(name, 'worker-heartbeat')]
    assert all(0.45 < later - earlier < 0.8 for earlier, later in zip(beats, beats[1:])), beats
    assert monitor.state.workers[name].alive
    assert worker.stop() == 0
    monitor.wait(lambda: monitor.of_worker(name, 'worker-offline'))
    monitor.listen(1)
    told = monitor.of_worker(name)
    assert [told[0]['type'], told[-1]['type']] == ['worker-online', 'worker-offline']
    assert {event['type'] for event in told[1:-1]} == {'worker-heartbeat'}
    for event in told:
        check_head(event, name, worker, STATUS)
        assert (event['freq'], event['active'], event['processed']) == (0.5, 0, 0)
        assert (event['sw_ident'], event['sw_sys']) == ('trophy-worker', 'Linux')
        assert re.fullmatch(r'\d+\.\d+\.\d+', event['sw_ver'])
        assert len(event['loadavg']) == 3 and all(round(load, 2) == load for load in event['loadavg'])
    assert [event['clock'] for event in told] == sorted({event['clock'] for event in told})
    for key, properties, headers, body in monitor.raw:
        assert key == body['type'].replace('-', '.')
        assert headers == {'hostname': name} and properties['delivery_mode'] == 1


def test_heartbeats_while_a_batch_runs(world, join, monitor):
    """The one in hand is counted, and the farewell is said when the end is near, not when it has come."""
    queue = world.new_queue(declare=True)
    user, = world.add_users(1, statistics=True)
    with world.locked(user) as cursor:
        worker, name = join(queue, env={**PATIENT, 'TROPHY_CELERY_HEARTBEAT_INTERVAL': '0.2'})
        token = world.wire.send(queue, 'evaluate_user', [user])
        monitor.wait(lambda: any(e['active'] == e['processed'] == 1 for e in monitor.of_worker(name)))
        seen = len(monitor.of_worker(name))
        monitor.wait(lambda: len(monitor.of_worker(name)) > seen + 5)
        worker.process.signal(signal.SIGTERM)
        monitor.wait(lambda: monitor.of_worker(name, 'worker-offline'))
        assert monitor.of_worker(name)[-1]['active'] == 1
        assert monitor.story(token) == ['task-received', 'task-started']
        cursor.connection.rollback()
    assert worker.process.wait(30) == 0
    monitor.wait_end(token)
    assert monitor.story(token) == ['task-received', 'task-started', 'task-succeeded']
    assert monitor.of_worker(name)[-1]['type'] == 'worker-offline'


def test_killed(world, join, monitor):
    worker, name = join(world.new_queue(), tasks=False, env={'TROPHY_CELERY_HEARTBEAT_INTERVAL': '0.3'})
    monitor.wait(lambda: monitor.of_worker(name, 'worker-heartbeat'))
    worker.kill()
    monitor.listen(1)
    assert not monitor.of_worker(name, 'worker-offline') and not monitor.state.workers[name].alive


# ---- tasks


def test_success(world, join, monitor):
    queue = world.new_queue()
    worker, name = join(queue)
    user, = world.add_users(1)
    eta, expires = (datetime.datetime.fromisoformat(wire.at(seconds)) for seconds in (1, 3600))
    result = world.producer(queue).evaluate_user.apply_async((user,), {'force': True}, shadow='shown', eta=eta,
                                                             expires=expires)
    monitor.wait_end(result.id)
    assert monitor.story(result.id) == ['task-received', 'task-started', 'task-succeeded']
    received, started, succeeded = monitor.of(result.id, 'task-received') + monitor.of(result.id, 'task-started') + \
        monitor.of(result.id, 'task-succeeded')
    check_head(received, name, worker, {'uuid', 'name', 'args', 'kwargs', 'root_id', 'parent_id', 'retries', 'eta',
                                        'expires'})
    assert (received['name'], received['args'], received['kwargs']) == ('shown', f'({user},)', "{'force': True}")
    assert (received['root_id'], received['parent_id'], received['retries']) == (result.id, None, 0)
    assert [datetime.datetime.fromisoformat(received[key]) for key in ('eta', 'expires')] == \
        [eta, expires]
    check_head(started, name, worker, {'uuid'})
    assert started['timestamp'] >= eta.timestamp()
    check_head(succeeded, name, worker, {'uuid', 'result', 'runtime'})
    assert succeeded['result'] == 'None' and 0 <= succeeded['runtime'] < 10
    task = monitor.state.tasks[result.id]
    assert (task.state, task.worker.hostname, task.runtime) == ('SUCCESS', name, succeeded['runtime'])


def test_chain(world, join, monitor):
    queue = world.new_queue()
    join(queue)
    user, = world.add_users(1)
    producer = world.producer(queue)
    last = (producer.evaluate_user.si(user) | producer.update_statistics.si(user)).apply_async()
    monitor.wait_end(last.parent.id, last.id)
    received, = monitor.of(last.id, 'task-received')
    assert (received['root_id'], received['parent_id']) == (last.parent.id, last.parent.id)


def test_protocol_1(world, join, monitor):
    queue = world.new_queue()
    join(queue)
    user, = world.add_users(1)
    token = str(uuid.uuid4())
    world.wire.put(queue, json.dumps({'task': TASK, 'id': token, 'args': [user], 'kwargs': {'force': None}}), {})
    monitor.wait_end(token)
    received, = monitor.of(token, 'task-received')
    assert (received['name'], received['args'], received['kwargs']) == (TASK, f'[{user}]', "{'force': None}")
    assert [received[key] for key in ('root_id', 'parent_id', 'eta', 'expires')] == [None] * 4


@pytest.mark.parametrize('what, message, story, exception', [
    ('wrong arguments', {'task': TASK, 'args': [1, 2, 3]}, ['received', 'started', 'rejected', 'failed'],
     r"TypeError\('.*takes.*given'\)"),
    ('foreign', {'task': 'their.task', 'args': []}, ['failed'], r"NotRegistered\('their.task'\)"),
    ('undecodable', {'task': TASK, 'args': [1], 'headers': {'retries': 'x'}}, ['failed'], r"DecodeError\('retries: .*'\)"),
    ('late', {'task': TASK, 'args': [1], 'headers': {'expires': '2020-01-01T00:00:00+00:00'}}, ['revoked'], None),
], ids=lambda value: value if isinstance(value, str) and ' ' not in value and '\\' not in value else '')
def test_not_done(world, join, monitor, what, message, story, exception):
    queue = world.new_queue()
    worker, name = join(queue)
    token = world.wire.send(queue, **message)
    monitor.wait_end(token)
    assert monitor.story(token) == [f'task-{word}' for word in story]
    if what == 'late':
        revoked, = monitor.of(token, 'task-revoked')
        check_head(revoked, name, worker, {'uuid', 'terminated', 'signum', 'expired'})
        assert (revoked['terminated'], revoked['signum'], revoked['expired']) == (False, None, True)
        return
    failed, = monitor.of(token, 'task-failed')
    begun = 'started' in story
    check_head(failed, name, worker, {'uuid', 'exception'} | ({'traceback'} if begun else set()))
    assert re.fullmatch(exception, failed['exception']), failed['exception']
    assert monitor.state.tasks[token].state == 'FAILURE'
    if begun:
        assert re.fullmatch(r'TypeError: .*given\n', failed['traceback'])
        rejected, = monitor.of(token, 'task-rejected')
        check_head(rejected, name, worker, {'uuid', 'requeue'})
        assert rejected['requeue'] is False


def test_late_while_it_waited(world, join, monitor):
    queue = world.new_queue()
    join(queue)
    token = world.wire.send(queue, TASK, [1], headers={'eta': wire.at(2), 'expires': wire.at(1)})
    monitor.wait_end(token)
    assert monitor.story(token) == ['task-received', 'task-revoked']


def test_put_back(world, join, monitor):
    """What the database's absence puts back is told to run again, once however often that happens."""
    queue = world.new_queue(declare=True)
    user, = world.add_users(1, statistics=True)
    worker, _ = join(queue, env=PATIENT)
    with world.locked(user) as cursor:
        token = world.wire.send(queue, 'evaluate_user', [user])
        for times in (1, 2):
            world.wait_blocked()
            world.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s "
                        "and wait_event_type = 'Lock'", [world.name])
            worker.wait_log('batch: put off', times=times)
        world.wait_blocked()
        cursor.connection.rollback()
    monitor.wait_end(token)
    assert monitor.story(token) == ['task-received', 'task-started', 'task-retried', 'task-succeeded']
    retried, = monitor.of(token, 'task-retried')
    assert retried['exception'].startswith('OperationalError(') and retried['traceback'].endswith('\n')


def test_together(world, join, monitor):
    """A batch's events come as arrays of at most 24, and nothing is missing or twice."""
    queue = world.new_queue(declare=True)
    users = world.add_users(100, statistics=True)
    _, name = join(queue)
    with world.locked(users[0]) as cursor:  # so that the others wait until there are many
        tokens = [world.wire.send(queue, 'evaluate_user', users[:1])]
        world.wait_blocked()
        tokens += [world.wire.send(queue, 'evaluate_user', [user]) for user in users[1:]]
        monitor.wait(lambda: all(monitor.of(token, 'task-received') for token in tokens))
        cursor.connection.rollback()
    monitor.wait_end(*tokens)
    arrays = [body for key, _, _, body in monitor.raw if key == 'task.multi']
    assert all(isinstance(body, list) and 1 <= len(body) <= 24 for body in arrays)
    assert max(len(body) for body in arrays) == 24
    assert all(headers == {'hostname': name} and properties['delivery_mode'] == 1
               for key, properties, headers, _ in monitor.raw if key == 'task.multi')
    assert [monitor.story(token) for token in tokens] == \
        [['task-received', 'task-started', 'task-succeeded']] * len(users)


def test_off_until_somebody_asks(world, join, monitor):
    queue = world.new_queue()
    _, name = join(queue, tasks=False)
    user, = world.add_users(1)

    def do():
        token = world.wire.send(queue, 'evaluate_user', [user])
        world.wire.result(token)
        return token
    before = do()
    assert monitor.switch(True) == ['task events enabled']
    assert monitor.switch(True) == ['task events already enabled']
    during = do()
    monitor.wait_end(during)
    assert world.close_connections(f'{name} ') == 2  # it survives that
    monitor.wait(lambda: len([e for e in monitor.events if e['type'] == 'worker-online']) == 2)
    still = do()
    monitor.wait_end(still)
    assert monitor.switch(False) == ['task events disabled']
    after = do()
    monitor.listen(1)
    assert monitor.story(before) == monitor.story(after) == []
    assert monitor.story(still) == ['task-received', 'task-started', 'task-succeeded']


# ---- Celery's own programs


def test_dump(world, join, monitor):
    """celery events --dump shows each with its time, its kind and its fields."""
    queue = world.new_queue()
    join(queue)
    user, = world.add_users(1)
    log = pathlib.Path(world.postgres.folder) / f'dump-{queue}.log'
    process = processes.Process(['/usr/bin/python3', '-u', '-m', 'celery', '-b', world.broker_url, 'events', '--dump'],
                                log, env=dict(os.environ))
    try:
        processes.wait_until(lambda: 'heartbeat' in log.read_text(), 30, 'heartbeat in the dump')
        token = world.wire.send(queue, TASK, [user])
        processes.wait_until(lambda: 'task succeeded' in log.read_text(), 30, 'success in the dump')
    finally:
        process.signal(signal.SIGKILL)
        process.wait(10)
    text = log.read_text()
    when = r'\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+(?:\+00:00)?\]'
    task = re.escape(f'{TASK}({token}) args=({user},) kwargs={{}}')
    assert re.search(rf'^{queue}@here {when} heartbeat: active=0, clock=\d+, freq=2\.0, loadavg=\[[\d., ]+\], '
                     r'local_received=[\d.]+, pid=\d+, processed=0, sw_ident=trophy-worker, sw_sys=Linux, '
                     r'sw_ver=[\d.]+$', text, re.M), text
    for words, fields in (
            ('received', r'clock=\d+, eta=None, expires=None, local_received=[\d.]+, parent_id=None, pid=\d+, retries=0, '
                         rf'root_id={token}'),
            ('started', r'clock=\d+, local_received=[\d.]+, pid=\d+'),
            ('succeeded', r'clock=\d+, local_received=[\d.]+, pid=\d+, result=None, runtime=[\d.]+')):
        assert re.search(rf'^{queue}@here {when} task {words}: {task} {fields}$', text, re.M), text


def test_native_neighbour(world, join, monitor):
    """A Python worker sees ours come, miss its heartbeat after a kill, and complains of nothing else."""
    folder = pathlib.Path(world.postgres.folder)
    log = folder / 'native.log'
    native = processes.Process(['/usr/bin/python3', '-m', 'celery', '-b', world.broker_url, 'worker', '-Q', 'theirs',
                                '-P', 'solo', '-n', 'native@here', '-l', 'debug'], log, env=dict(os.environ), cwd=folder)
    try:
        processes.wait_until(lambda: 'native@here ready' in log.read_text(), 60, 'the native worker')
        queues = [world.new_queue() for _ in range(2)]
        stopped, killed = [join(queue, tasks=False)[0] for queue in queues]
        for queue in queues:
            processes.wait_until(lambda: f'{queue}@here joined the party' in log.read_text(), 30, 'joined')
        assert stopped.stop() == 0
        processes.wait_until(lambda: f'{queues[0]}@here left' in log.read_text(), 30, 'left')
        killed.kill()
        processes.wait_until(lambda: f'missed heartbeat from {queues[1]}@here' in log.read_text(), 60, 'missed')
    finally:
        native.signal(signal.SIGTERM)
        native.wait(30)
    assert not re.search(r'(?:WARNING|ERROR|CRITICAL)/MainProcess\] (?!.*(?:superuser|deprecat))', log.read_text(), re.I), \
        log.read_text()


def given_back(monitor, task_id):
    """What is told of a task that goes back to its queue: once, and why."""
    monitor.wait(lambda: monitor.of(task_id, 'task-retried'))
    monitor.listen(1)
    told, = monitor.of(task_id, 'task-retried')
    return told['exception']


def test_given_back_at_a_stop(world, join, monitor):
    """It had begun, and came to nothing while the worker stops: somebody else will do it."""
    queue = world.new_queue()
    worker, _ = join(queue, env={**PATIENT, 'TROPHY_WORKER_DRAIN_SECONDS': '60'})
    worker.wait_log('db: connected')
    user, = world.add_users(1)
    with world.table_locked():
        token = world.wire.send(queue, 'evaluate_user', [user])
        world.wait_blocked()
        monitor.wait(lambda: monitor.of(token, 'task-started'))
        worker.process.signal(signal.SIGTERM)
        worker.wait_log('finishing')
        world.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s "
                    "and wait_event_type = 'Lock'", [world.name])
        assert worker.process.wait(60) == 0
    assert given_back(monitor, token).startswith('WorkerShutdown(')
    assert monitor.story(token) == ['task-received', 'task-started', 'task-retried']
    world.wait_counts(queue, ready=1, unacked=0)
    assert not world.wire.has_result(token)
    world.rabbitmq.purge(queue, world.name)


def test_not_begun_at_a_stop(world, join, monitor):
    """Nothing happened to it that anybody would have to be told of."""
    queue = world.new_queue()
    worker, _ = join(queue)
    token = world.wire.send(queue, 'evaluate_user', world.add_users(1), headers={'eta': wire.at(600)})
    monitor.wait(lambda: monitor.of(token, 'task-received'))
    assert worker.stop() == 0
    monitor.listen(1)
    assert monitor.story(token) == ['task-received']
    world.wait_counts(queue, ready=1, unacked=0)
    world.rabbitmq.purge(queue, world.name)
