# SPDX-License-Identifier: Apache-2.0
"""Revoked by Celery's own control: never begun, or cancelled while it runs, and nobody else notices."""
import datetime
import json
import time

import celery
import pytest

PATIENT = {'TROPHY_DATABASE_LOCK_TIMEOUT': '60000', 'TROPHY_DATABASE_STATEMENT_TIMEOUT': '120000'}


def at(seconds):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).isoformat()


@pytest.fixture
def control(world):
    """Celery's remote control; every command waits for one answer."""
    with celery.Celery('control', broker=world.broker_url, backend='rpc://', set_as_current=False) as app:
        yield app.control


def told(control, command, *args, **options):
    """What the one worker answers."""
    (answer,), = [one.values() for one in getattr(control, command)(*args, reply=True, limit=1, timeout=10, **options)]
    assert 'ok' in answer, answer
    return answer['ok']


def assert_revoked(world, token, why, timeout_s=20):
    result = world.wire.result(token, timeout_s=timeout_s)
    assert (result['status'], result['result'], result['traceback']) == ('REVOKED', {
        'exc_type': 'TaskRevokedError', 'exc_message': [why], 'exc_module': 'celery.exceptions'}, None)
    assert len(world.wire.results[token]) == 1


@pytest.fixture
def events(world):
    """The task events sent meanwhile, as (type, uuid, event), once the worker is asked for them."""
    with world.rabbitmq.connect(world.name) as connection:
        channel = connection.channel()
        channel.exchange_declare('celeryev', 'topic', durable=True, auto_delete=False)
        queue = channel.queue_declare('', exclusive=True).queue
        channel.queue_bind(queue, 'celeryev', 'task.#')

        def read(seconds=1):
            found = []
            time.sleep(seconds)
            while (message := channel.basic_get(queue, no_ack=True)) is not None:
                body = json.loads(message.body)
                found += body if isinstance(body, list) else [body]
            return found
        yield read


def test_before_it_comes(world, start, control, events):
    queue = world.new_queue(declare=True)
    user, other = world.add_users(2)
    start(queue, env=PATIENT)
    told(control, 'enable_events')
    told(control, 'revoke', 'unwanted')
    world.wire.send(queue, 'evaluate_user', [user], headers={'id': 'unwanted'}, correlation_id='unwanted')
    assert_revoked(world, 'unwanted', 'revoked')
    assert world.wire.result(world.wire.send(queue, 'evaluate_user', [other]))['status'] == 'SUCCESS'
    seen = [event for event in events() if event['uuid'] == 'unwanted']
    assert [event['type'] for event in seen] == ['task-revoked']
    assert (seen[0]['terminated'], seen[0]['signum'], seen[0]['expired']) == (False, None, False)
    assert world.awards([user, other]) == {other: ['Beginner']}
    world.wait_counts(queue, ready=0, unacked=0)


def test_while_it_waits_for_its_time(world, start, control):
    """It ends at its eta, not before, as in Celery."""
    queue = world.new_queue()
    user, = world.add_users(1)
    start(queue)
    token = world.wire.send(queue, 'evaluate_user', [user], headers={'eta': at(10)})
    world.wait_counts(queue, ready=0, unacked=1)
    told(control, 'revoke', token, terminate=True)  # nothing runs that could be terminated
    assert not world.wire.has_result(token)
    assert_revoked(world, token, 'revoked')
    world.wait_counts(queue, ready=0, unacked=0)
    assert world.awards([user]) == {}


@pytest.mark.parametrize('batch', [1, 30])
def test_terminated(world, start, control, events, batch):
    """It waits for a lock, and so does its batch; the others are done at once, and once."""
    queue = world.new_queue(declare=True)
    bad, *others = users = world.add_users(batch, statistics=True)
    with world.locked(bad):
        tokens = [world.wire.send(queue, 'evaluate_user', [user]) for user in others]
        token = world.wire.send(queue, 'evaluate_user', [bad])
        worker = start(queue, env=PATIENT)
        world.wait_blocked()
        told(control, 'enable_events')
        told(control, 'revoke', token, terminate=True)
        assert_revoked(world, token, 'terminated', timeout_s=20)
        for other in tokens:
            assert world.wire.result(other, timeout_s=10)['status'] == 'SUCCESS'
    assert {len(world.wire.results[other]) for other in tokens} <= {1}
    assert world.awards(users) == {user: ['Beginner'] for user in others}
    seen, = [event for event in events() if event['type'] == 'task-revoked']
    assert (seen['uuid'], seen['terminated'], seen['signum'], seen['expired']) == (token, True, 15, False)
    assert 'halved' not in worker.log() and 'put off' not in worker.log()
    world.wait_counts(queue, ready=0, unacked=0)


def test_terminated_for_two_messages_of_one_user(world, start, control):
    """They are folded into one evaluation, but only one of them is ended."""
    queue = world.new_queue(declare=True)
    user, = world.add_users(1, statistics=True)
    with world.locked(user) as cursor:
        tokens = [world.wire.send(queue, 'evaluate_user', [user]) for _ in range(2)]
        start(queue, env=PATIENT)
        world.wait_blocked()
        told(control, 'revoke', tokens[0], terminate=True)
        assert_revoked(world, tokens[0], 'terminated', timeout_s=20)
        assert not world.wire.has_result(tokens[1])
        cursor.connection.rollback()
    assert world.wire.result(tokens[1])['status'] == 'SUCCESS'


@pytest.mark.parametrize('task, kwargs', [
    ('evaluate_all', {}), ('trophy_worker.evaluate_range', {'after_id': 0, 'upto_id': None}),
], ids=['all', 'range'])
def test_tasks_for_all_are_terminated(world, start, control, task, kwargs):
    queue = world.new_queue()
    start(queue, env=PATIENT).wait_log('db: connected')
    connection = world.postgres.connect(world.name)
    connection.autocommit = False
    try:
        connection.cursor().execute('lock table auth_user in access exclusive mode')
        token = world.wire.send(queue, task, [], kwargs)
        world.wait_blocked()
        told(control, 'revoke', token, terminate=True)
        assert_revoked(world, token, 'terminated', timeout_s=20)
    finally:
        connection.close()
    world.wait_counts(queue, ready=0, unacked=0)


def test_rate_limit(world, start, control):
    """Two a second, and no batch of them; taken away, the rest follows at once."""
    queue = world.new_queue()
    users = world.add_users(20)
    start(queue)
    name = 'wger.trophies.tasks.evaluate_user_trophies_task'
    assert 'successfully' in told(control, 'rate_limit', name, '2/s')
    begun = time.time()
    tokens = [world.wire.send(queue, name, [user]) for user in users]
    for token in tokens[:4]:
        world.wire.result(token)
    assert time.time() - begun >= 1.4
    assert 'successfully' in told(control, 'rate_limit', name, '1/m')
    other = world.wire.send(queue, 'update_statistics', users[:1])  # of another name: not limited
    assert world.wire.result(other, timeout_s=20)['status'] == 'SUCCESS'
    assert not world.wire.has_result(tokens[-1])
    assert 'disabled' in told(control, 'rate_limit', name, 0)
    for token in tokens:
        assert world.wire.result(token, timeout_s=20)['status'] == 'SUCCESS'
    assert world.awards(users) == {user: ['Beginner'] for user in users}


def test_time_limit_by_control(world, start, control):
    """It holds for the messages of one name that have none of their own."""
    queue = world.new_queue()
    user, = world.add_users(1, statistics=True)
    start(queue, env=PATIENT)
    assert 'successfully' in told(control, 'time_limit', 'evaluate_user', hard=1)
    with world.locked(user) as cursor:
        result = world.wire.result(world.wire.send(queue, 'evaluate_user', [user]), timeout_s=20)
        assert (result['status'], result['result']['exc_message']) == ('FAILURE', [1])
        own = world.wire.send(queue, 'evaluate_user', [user], headers={'timelimit': [60, None]})
        world.wait_blocked()
        time.sleep(1.5)
        assert not world.wire.has_result(own)
        cursor.connection.rollback()
    assert world.wire.result(own)['status'] == 'SUCCESS'


def stamped(world, queue, user, **stamps):
    return world.wire.send(queue, 'evaluate_user', [user], headers={'stamped_headers': list(stamps), 'stamps': stamps})


def stamps_told(control, headers, **options):
    """Celery 5.2 has no command of its own for this one."""
    (answer,), = [one.values() for one in control.broadcast(
        'revoke_by_stamped_headers', arguments={'headers': headers, **options}, reply=True, limit=1, timeout=10)]
    assert 'ok' in answer, answer


def test_by_its_stamp(world, start, control):
    """A text or one of several; another value, another header or no stamp at all is let through."""
    queue = world.new_queue()
    users = world.add_users(5)
    start(queue)
    stamps_told(control, {'import': ['monday', 'tuesday']})
    unwanted = [stamped(world, queue, users[0], **{'import': 'monday'}),
                stamped(world, queue, users[1], **{'other': 'x', 'import': ['sunday', 'tuesday']})]
    wanted = [stamped(world, queue, users[2], **{'import': 'friday'}), stamped(world, queue, users[3], other='monday'),
              world.wire.send(queue, 'evaluate_user', [users[4]])]
    for token in unwanted:
        assert_revoked(world, token, 'revoked')
    assert [world.wire.result(token)['status'] for token in wanted] == ['SUCCESS'] * 3
    assert world.awards(users) == {user: ['Beginner'] for user in users[2:]}
    world.wait_counts(queue, ready=0, unacked=0)


def test_terminated_by_its_stamp(world, start, control):
    queue = world.new_queue()
    user, other = world.add_users(2)
    start(queue, env=PATIENT).wait_log('db: connected')
    with world.table_locked():
        token = stamped(world, queue, user, **{'import': 'monday'})
        world.wait_blocked()
        stamps_told(control, {'import': ['monday']}, terminate=True)
        assert_revoked(world, token, 'terminated', timeout_s=20)
    assert world.wire.result(stamped(world, queue, other, **{'import': 'friday'}))['status'] == 'SUCCESS'
    assert world.awards([user, other]) == {other: ['Beginner']}
