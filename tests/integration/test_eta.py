# SPDX-License-Identifier: Apache-2.0
"""Messages for later: held until their time, in nobody's way, and not done at all when they come too late."""
import datetime
import signal
import time

import pytest
import servers


def at(seconds, zone=datetime.timezone.utc):
    """The text of a moment so far from now, as Celery writes it."""
    return (datetime.datetime.now(zone) + datetime.timedelta(seconds=seconds)).isoformat()


def updated(world, user):
    """When the statistics were written, in seconds since 1970; None if never."""
    rows = world.query('select extract(epoch from last_updated) from trophies_userstatistics where user_id = %s',
                       [user])
    return float(rows[0][0]) if rows else None


@pytest.fixture(scope='module')
def queue(world, postgres):
    name = world.new_queue()
    with servers.Worker(world.broker_url, postgres.worker_url(world.name), queue=name) as worker:
        worker.wait_ready()
        yield name
        assert worker.process.running()


def test_not_before_its_time_and_not_in_the_way(world, queue):
    late, now = world.add_users(2)
    producer = world.producer(queue)
    sent = time.time()
    later = producer.evaluate_user.apply_async((late,), countdown=3)
    assert producer.evaluate_user.delay(now).get(timeout=30) is None
    assert updated(world, late) is None
    later.get(timeout=30)
    assert updated(world, late) >= sent + 3
    assert updated(world, now) < sent + 3
    assert world.awards([late]) == {late: ['Beginner']}


@pytest.mark.parametrize('offset', [None, '+05:30', '-11:00', 'Z'])
def test_zones(world, queue, offset):
    """No offset means UTC, whatever zone the worker was told."""
    user, = world.add_users(1)
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=1.5)
    if offset in (None, 'Z'):
        text = moment.replace(tzinfo=None).isoformat() + (offset or '')
    else:
        zone = datetime.datetime.strptime(offset, '%z').tzinfo
        text = moment.astimezone(zone).isoformat()
    token = world.wire.send(queue, 'evaluate_user', [user], headers={'eta': text})
    assert world.wire.result(token, timeout_s=20)['status'] == 'SUCCESS'
    assert updated(world, user) >= moment.timestamp()


@pytest.mark.parametrize('eta', ['2000-01-01T00:00:00', '1969-12-31T23:59:59+00:00', '0001-01-01T00:00:00', ''],
                         ids=['past', 'before 1970', 'year 1', 'now'])
def test_past(world, queue, eta):
    user, = world.add_users(1)
    token = world.wire.send(queue, 'evaluate_user', [user], headers={'eta': eta or at(0)})
    assert world.wire.result(token, timeout_s=10)['status'] == 'SUCCESS'


def test_eta_of_protocol_1(world, queue):
    user, = world.add_users(1)
    sent = time.time()
    world.producer(queue, task_protocol=1).evaluate_user.apply_async((user,), countdown=1.5).get(timeout=20)
    assert updated(world, user) >= sent + 1.5


@pytest.mark.parametrize('headers', [{'expires': '2020-01-01T00:00:00+00:00'}, {'expires': '2020-01-01T00:00:00'}],
                         ids=['offset', 'naive'])
def test_expired(world, queue, headers):
    user, = world.add_users(1)
    token = world.wire.send(queue, 'evaluate_user', [user], headers=headers)
    result = world.wire.result(token)
    assert (result['status'], result['result']) == ('REVOKED', {
        'exc_type': 'TaskRevokedError', 'exc_message': ['expired'], 'exc_module': 'celery.exceptions'})
    world.wire.result(world.wire.send(queue, 'evaluate_user', world.add_users(1)))
    assert updated(world, user) is None


def test_expired_while_held(world, queue):
    """Native Celery looks when its turn comes, and so do we; the real client sees REVOKED."""
    user, = world.add_users(1)
    token = world.wire.send(queue, 'evaluate_user', [user], headers={'eta': at(1.5), 'expires': at(1)})
    assert world.wire.result(token, timeout_s=20)['status'] == 'REVOKED'
    assert updated(world, user) is None


def test_not_expired_yet(world, queue):
    user, = world.add_users(1)
    assert world.producer(queue).evaluate_user.apply_async((user,), expires=3600).get(timeout=20) is None
    assert world.awards([user]) == {user: ['Beginner']}


def test_nothing_is_left(world, queue):
    world.wait_counts(queue, ready=0, unacked=0)


def test_more_than_may_be_held(world, start):
    """With a prefetch of 8 at most 4 are held; the others go to the end of the queue and let the due ones pass."""
    queue = world.new_queue(declare=True)
    early = [world.wire.send(queue, 'evaluate_user', [user], headers={'eta': at(3600), 'mine': 'kept'}, priority=2)
             for user in world.add_users(8)]
    users = world.add_users(5)
    due = [world.wire.send(queue, 'evaluate_user', [user]) for user in users]
    worker = start(queue, env={'TROPHY_BROKER_PREFETCH': '8'})
    for token in due:
        assert world.wire.result(token, timeout_s=60)['status'] == 'SUCCESS'
    assert world.awards(users) == {user: ['Beginner'] for user in users}
    assert worker.stop() == 0
    world.wait_counts(queue, ready=8, unacked=0)
    with world.rabbitmq.connect(world.name) as connection:
        channel = connection.channel()
        left = [channel.basic_get(queue) for _ in range(8)]
        assert {message.headers['id'] for message in left} == set(early)
        assert {message.headers['mine'] for message in left} == {'kept'}
        assert {message.properties['priority'] for message in left} == {2}
        assert not any('x-trophy-attempts' in message.headers for message in left)  # waiting is no attempt


def test_bytes_that_may_be_held(world, start):
    """A message for later that is larger than that is not held, however few there are: it went round once before its time came."""
    queue = world.new_queue()
    user, = world.add_users(1)
    worker = start(queue, env={'TROPHY_WORKER_ETA_BYTES': '100'})
    token = world.wire.send(queue, 'evaluate_user', [user], headers={'eta': at(7)},
                            correlation_id='big')
    assert world.wire.result('big', timeout_s=40)['task_id'] == token
    worker.process.signal(signal.SIGUSR1)
    worker.wait_log('received 2, succeeded 1')
    assert world.awards([user]) == {user: ['Beginner']}
    world.wait_counts(queue, ready=0, unacked=0)


def test_held_messages_survive_the_worker(world, start):
    queue = world.new_queue()
    user, = world.add_users(1)
    first = start(queue)
    token = world.wire.send(queue, 'evaluate_user', [user], headers={'eta': at(4)})
    world.wait_counts(queue, ready=0, unacked=1)
    first.kill()
    start(queue)
    assert world.wire.result(token)['status'] == 'SUCCESS'
    assert len(world.wire.results[token]) == 1
    world.wait_counts(queue, ready=0, unacked=0)
