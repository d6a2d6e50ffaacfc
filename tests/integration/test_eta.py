# SPDX-License-Identifier: Apache-2.0
"""Messages for later: held until their time, in nobody's way, and not done at all when they come too late."""
import datetime
import os
import signal
import time

import pytest
import servers
import wire


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


@pytest.mark.parametrize('form', ['%Y-%m-%dT%H:%M:%S+0000', '%Y%m%dT%H%M%S,5+00', '%Y-%jt%H:%M:%S.1234567890z'])
def test_forms_of_other_languages(world, queue, form):
    user, = world.add_users(1)
    moment = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(seconds=2)
    token = world.wire.send(queue, 'evaluate_user', [user], headers={'eta': moment.strftime(form)})
    assert world.wire.result(token, timeout_s=20)['status'] == 'SUCCESS'
    assert updated(world, user) >= moment.timestamp()


@pytest.mark.parametrize('eta', ['2000-01-01T00:00:00', '1969-12-31T23:59:59+00:00', '0001-01-01T00:00:00', ''],
                         ids=['past', 'before 1970', 'year 1', 'now'])
def test_past(world, queue, eta):
    user, = world.add_users(1)
    token = world.wire.send(queue, 'evaluate_user', [user], headers={'eta': eta or wire.at(0)})
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
    token = world.wire.send(queue, 'evaluate_user', [user], headers={'eta': wire.at(1.5), 'expires': wire.at(1)})
    assert world.wire.result(token, timeout_s=20)['status'] == 'REVOKED'
    assert updated(world, user) is None


def test_not_expired_yet(world, queue):
    user, = world.add_users(1)
    assert world.producer(queue).evaluate_user.apply_async((user,), expires=3600).get(timeout=20) is None
    assert world.awards([user]) == {user: ['Beginner']}


def test_nothing_is_left(world, queue):
    world.wait_counts(queue, ready=0, unacked=0)


def delay_queue(queue, seconds):
    return f'{queue}.trophy-delay.{seconds}'


def taken_from(world, queue, count):
    with world.rabbitmq.connect(world.name) as connection:
        channel = connection.channel()
        return [channel.basic_get(queue) for _ in range(count)]


@pytest.mark.parametrize('kind', ['classic', 'quorum'])
def test_more_than_may_be_held(world, start, kind):
    """What is for much later waits at the broker, as it came, and lets the due ones pass."""
    queue = world.new_queue(declare=True, arguments={'x-queue-type': kind})
    early = [world.wire.send(queue, 'evaluate_user', [user], headers={'eta': wire.at(3600), 'mine': 'kept'}, priority=2,
                             expiration='4000000')
             for user in world.add_users(8)]
    users = world.add_users(5)
    due = [world.wire.send(queue, 'evaluate_user', [user]) for user in users]
    worker = start(queue, env={'TROPHY_BROKER_PREFETCH': '8'})
    for token in due:
        assert world.wire.result(token, timeout_s=60)['status'] == 'SUCCESS'
    assert world.awards(users) == {user: ['Beginner'] for user in users}
    waiting = delay_queue(queue, 2048)
    world.wait_counts(waiting, ready=8, unacked=0)
    world.wait_counts(queue, ready=0, unacked=0)
    assert worker.stop() == 0
    left = taken_from(world, waiting, 8)
    assert {message.headers['id'] for message in left} == set(early)
    assert {message.headers['mine'] for message in left} == {'kept'}
    assert {message.properties['priority'] for message in left} == {2}
    assert {message.properties['delivery_mode'] for message in left} == {2}
    assert not any('expiration' in message.properties for message in left)  # we tell who asks, the broker would not
    assert not any('x-trophy-attempts' in message.headers for message in left)  # waiting is no attempt


@pytest.mark.parametrize('kind', ['classic', 'quorum'])
def test_hop_by_hop(world, start, kind):
    """It may not be held at all, so it comes and goes until its time, which it keeps; its sender sees nothing of it."""
    queue = world.new_queue(declare=True, arguments={'x-queue-type': kind})
    user, = world.add_users(1)
    worker = start(queue, env={'TROPHY_WORKER_ETA_BYTES': '100'})
    sent = time.time()
    token = world.wire.send(queue, 'evaluate_user', [user], headers={'eta': wire.at(8)}, correlation_id=f'big {queue}')
    assert world.wire.result(f'big {queue}', timeout_s=40)['task_id'] == token
    assert sent + 8 <= updated(world, user) <= sent + 13
    assert {delay_queue(queue, 4), delay_queue(queue, 2)} <= set(world.rabbitmq.queues(world.name))
    worker.process.signal(signal.SIGUSR1)
    worker.wait_log('succeeded 1, rejected 0')
    assert world.awards([user]) == {user: ['Beginner']}
    world.wait_counts(queue, ready=0, unacked=0)


def test_without_the_right_to_make_queues(world, start, postgres):
    """Then what cannot be held goes round in its own queue, as before; said once."""
    queue = world.new_queue(declare=True)
    world.rabbitmq.ctl('add_user', queue, 'secret')
    world.rabbitmq.ctl('set_permissions', '-p', world.name, queue, '^$', '.*', '.*')
    user, due = world.add_users(2)
    worker = start(queue, broker_url=world.broker_url.replace('guest:guest', f'{queue}:secret'),
                   env={'TROPHY_WORKER_ETA_BYTES': '100'})
    sent = time.time()
    tokens = [world.wire.send(queue, 'evaluate_user', [user], headers={'eta': wire.at(7)}) for _ in range(3)]
    assert world.wire.result(world.wire.send(queue, 'evaluate_user', [due]))['status'] == 'SUCCESS'
    for token in tokens:
        assert world.wire.result(token, timeout_s=40)['status'] == 'SUCCESS'
    assert updated(world, user) >= sent + 7
    assert worker.log().count('no delay queue') == 1
    assert not [name for name in world.rabbitmq.queues(world.name) if name.startswith(f'{queue}.')]
    world.wait_counts(queue, ready=0, unacked=0)


@pytest.mark.parametrize('kind', ['classic', 'quorum'])
def test_consumer_timeout(world, start, kind):
    """The broker's patience is shorter than the time to the eta: it hangs up, and nothing is lost or given up."""
    queue = world.new_queue(declare=True, arguments={'x-queue-type': kind})
    user, = world.add_users(1)
    patience = '[application:set_env(rabbit, K, V) || {K, V} <- [{consumer_timeout, %d}, {channel_tick_interval, %d}]].'
    world.rabbitmq.ctl('eval', patience % (2000, 1000))
    try:
        worker = start(queue)
        sent = time.time()
        token = world.wire.send(queue, 'evaluate_user', [user], headers={'eta': wire.at(12)})
        assert world.wire.result(token, timeout_s=60)['status'] == 'SUCCESS'
    finally:
        world.rabbitmq.ctl('eval', patience % (1800000, 60000))
    assert sent + 12 <= updated(world, user) <= sent + 25
    assert 'PRECONDITION_FAILED' in worker.log() and worker.process.running()
    assert len(world.wire.results[token]) == 1
    world.wait_counts(queue, ready=0, unacked=0)


def test_thousands_for_later(world, start):
    """20,000 messages, the worker killed twice in between: each is done, none early, in little memory."""
    queue = world.new_queue(declare=True)
    users = world.add_users(20)
    first = time.time() + 40
    etas = {}
    with wire.Wire(world.rabbitmq, world.name, confirm=False) as quick:
        for number in range(20000):
            moment = first + number % 100 / 10
            text = datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).isoformat()
            token = quick.send(queue, 'update_statistics', [users[number % 20]], headers={'eta': text},
                               reply_to=world.wire.replies)
            etas[token] = moment
    assert time.time() < first, 'this machine is too slow for the test'
    for _ in range(2):
        worker = start(queue, env={'TROPHY_BROKER_PREFETCH': '64'})
        time.sleep(4)
        worker.kill()
    worker = start(queue, env={'TROPHY_BROKER_PREFETCH': '64'})
    missing = set(etas)
    for token in etas:
        world.wire.result(token, timeout_s=120)
    early = [token for token, moment in etas.items() if world.wire.results[token][0]['properties']['taken_in_at'] < moment]
    assert not early and {world.wire.results[token][0]['status'] for token in missing} == {'SUCCESS'}
    world.wait_counts(queue, ready=0, unacked=0)
    if 'TROPHY_TEST_WORKER' not in os.environ:  # a build with sanitizers is larger
        assert worker.memory() < 20 << 20


def test_held_messages_survive_the_worker(world, start):
    queue = world.new_queue()
    user, = world.add_users(1)
    first = start(queue)
    token = world.wire.send(queue, 'evaluate_user', [user], headers={'eta': wire.at(12)})
    world.wait_counts(queue, ready=0, unacked=1)
    first.kill()
    start(queue)
    assert world.wire.result(token)['status'] == 'SUCCESS'
    assert len(world.wire.results[token]) == 1
    world.wait_counts(queue, ready=0, unacked=0)


@pytest.fixture
def jumping(world, start, tmp_path):
    """A worker on a queue, and jump(seconds): its wall clock is that far from ours from now on, its monotonic one not."""
    offset = tmp_path / 'clock'
    offset.write_text('+0')
    env = {**servers.frozen_clock('1970-01-01T00:00:00Z'), 'FAKETIME_TIMESTAMP_FILE': str(offset), 'FAKETIME_NO_CACHE': '1'}
    del env['FAKETIME']

    def jump(seconds):
        new = tmp_path / 'new'
        new.write_text(f'{seconds:+d}')
        new.rename(offset)
    name = world.new_queue()
    return start(name, env=env), name, jump


def test_clock_jumps_forward(world, jumping):
    """What is held for its time then comes due at once, and what expires meanwhile has expired."""
    worker, queue, jump = jumping
    users = world.add_users(3)
    held = world.wire.send(queue, 'evaluate_user', [users[0]], headers={'eta': wire.at(300)})
    too_late = world.wire.send(queue, 'evaluate_user', [users[1]], headers={'eta': wire.at(300), 'expires': wire.at(400)})
    world.wait_counts(queue, ready=0, unacked=2)
    jump(3600)
    assert world.wire.result(held, timeout_s=30)['status'] == 'SUCCESS'
    assert world.wire.result(too_late, timeout_s=30)['status'] == 'REVOKED'
    assert world.wire.result(world.wire.send(queue, 'evaluate_user', [users[2]]))['status'] == 'SUCCESS'
    assert sorted(world.awards(users)) == [users[0], users[2]]
    assert 'connected' in worker.log() and worker.log().count('broker: consumer: connected') == 1  # no link was given up
    world.wait_counts(queue, ready=0, unacked=0)
    assert worker.stop() == 0


def test_clock_jumps_back(world, jumping):
    """What is held waits for the clock, however far that is from its time now, and nobody else waits with it."""
    worker, queue, jump = jumping
    user, other = world.add_users(2)
    held = world.wire.send(queue, 'evaluate_user', [user], headers={'eta': wire.at(300)})
    world.wait_counts(queue, ready=0, unacked=1)
    jump(-3600)
    assert world.wire.result(world.wire.send(queue, 'evaluate_user', [other]))['status'] == 'SUCCESS'
    time.sleep(2)  # a turn of the loop, whatever it waits for
    assert not world.wire.has_result(held) and world.awards([user]) == {}
    jump(400)
    assert world.wire.result(held, timeout_s=60)['status'] == 'SUCCESS'
    assert worker.log().count('broker: consumer: connected') == 1
    assert worker.stop() == 0
