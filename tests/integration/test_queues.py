# SPDX-License-Identifier: Apache-2.0
"""Queues that somebody else has made, consumed as they are: with priorities, behind a topic exchange, as the end of
Celery's native delayed delivery, and with no right to configure anything."""
import datetime
import time

import processes
import pytest
from controlling import Controller

LEVELS = 28


def statuses(world, tokens):
    return [world.wire.result(token, timeout_s=60)['status'] for token in tokens]


def test_higher_priorities_first(world, start):
    queue = world.new_queue(declare=True, arguments={'x-max-priority': 10})
    users = world.add_users(4)
    tokens = [world.wire.send(queue, 'evaluate_user', [user], priority=priority)
              for user, priority in zip(users, (0, 1, 9, 5))]
    worker = start(queue, env={'TROPHY_BROKER_PREFETCH': '1'})
    assert statuses(world, tokens) == ['SUCCESS'] * 4
    log = worker.log()
    places = [log.index(f'[{token}]') for token in tokens]
    assert sorted(range(4), key=places.__getitem__) == [2, 3, 1, 0]


def test_each_queue_has_a_prefetch_of_its_own(world, start):
    """A queue with more messages for later than are held is in nobody's way."""
    late, now = (world.new_queue(declare=True, arguments={'x-queue-type': kind}) for kind in ('classic', 'quorum'))
    start(f'{late},{now}', env={'TROPHY_BROKER_PREFETCH': '2'})
    eta = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)).isoformat()
    for user in world.add_users(4):
        world.wire.send(late, 'evaluate_user', [user], headers={'eta': eta})
    processes.wait_until(lambda: world.ready(late) == 0, 30, 'all of them taken on')
    assert statuses(world, [world.wire.send(now, 'evaluate_user', [user]) for user in world.add_users(5)]) == ['SUCCESS'] * 5


def test_no_queue_gives_more_than_the_prefetch(world, start):
    """While the work is held up each queue has handed out that many, and keeps the rest for others."""
    queues = [world.new_queue(declare=True, arguments={'x-queue-type': kind}) for kind in ('classic', 'quorum')]
    worker = start(','.join(queues), env={'TROPHY_BROKER_PREFETCH': '3', 'TROPHY_DATABASE_LOCK_TIMEOUT': '60000'})
    worker.wait_log('db: connected')
    users = world.add_users(20)
    with world.table_locked():
        tokens = [world.wire.send(queues[place % 2], 'evaluate_user', [user]) for place, user in enumerate(users)]
        for queue in queues:
            world.wait_counts(queue, ready=7, unacked=3)
    assert statuses(world, tokens) == ['SUCCESS'] * 20


@pytest.fixture
def delayed(world):
    """The topology of native delayed delivery, as a worker of Celery 5.5 makes it for its quorum queue."""
    queue = world.new_queue()
    with world.rabbitmq.connect(world.name) as connection:
        channel = connection.channel()
        for level in range(LEVELS):
            channel.exchange_declare(f'celery_delayed_{level}', 'topic', durable=True, auto_delete=False)
        channel.exchange_declare('celery_delayed_delivery', 'topic', durable=True, auto_delete=False)
        for level in range(LEVELS):
            below = f'celery_delayed_{level - 1}' if level else 'celery_delayed_delivery'
            channel.queue_declare(f'celery_delayed_{level}', durable=True, auto_delete=False, arguments={
                'x-queue-type': 'quorum', 'x-overflow': 'reject-publish', 'x-message-ttl': 2 ** level * 1000,
                'x-dead-letter-exchange': below, 'x-dead-letter-strategy': 'at-least-once'})
            stars = '*.' * (LEVELS - 1 - level)
            channel.queue_bind(f'celery_delayed_{level}', f'celery_delayed_{level}', stars + '1.#')
            channel.exchange_bind(below, f'celery_delayed_{level}', stars + '0.#')
        channel.exchange_declare(queue, 'topic', durable=True, auto_delete=False)
        channel.queue_declare(queue, durable=True, auto_delete=False, arguments={'x-queue-type': 'quorum'})
        channel.exchange_bind(queue, 'celery_delayed_delivery', f'#.{queue}')
        channel.queue_bind(queue, queue, f'#.{queue}')
    return queue


def send_delayed(world, queue, user, seconds):
    """As a producer of Celery 5.5 does for a countdown."""
    eta = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).isoformat()
    key = '.'.join(f'{seconds:0{LEVELS}b}') + f'.{queue}'
    channel, publish = world.wire.channel, world.wire.channel.basic_publish
    channel.basic_publish = lambda message, exchange, routing_key: publish(
        message, exchange=f'celery_delayed_{LEVELS - 1}', routing_key=key)
    try:
        return world.wire.send(queue, 'evaluate_user', [user], headers={'eta': eta})
    finally:
        del channel.basic_publish


def test_native_delayed_delivery(world, start, delayed):
    """What arrives bears the routing key of the delay, has died several times, and is early by some milliseconds."""
    worker = start(delayed)
    soon, later = world.add_users(2)
    sent = time.time()
    tokens = [send_delayed(world, delayed, later, 3), send_delayed(world, delayed, soon, 1)]
    assert world.wire.result(tokens[1])['status'] == 'SUCCESS'
    assert 1 <= time.time() - sent < 2.9
    assert world.wire.result(tokens[0])['status'] == 'SUCCESS'
    assert time.time() - sent >= 3
    assert world.awards([soon, later]) == {soon: ['Beginner'], later: ['Beginner']}
    world.wait_counts(delayed, ready=0, unacked=0)
    assert 'rejected' not in worker.log()


def test_delivered_key_is_shown_but_not_believed(world, start, delayed):
    """A message that is put back goes to its queue, whose name is not the key that it came with."""
    user, = world.add_users(1, statistics=True)
    with world.blocked(user):
        start(delayed, env={'TROPHY_DATABASE_LOCK_TIMEOUT': '60000'})
        send_delayed(world, delayed, user, 1)
        world.wait_blocked()
        with Controller(world.broker_url) as control:
            active, = control.ask('active')
            assert active['delivery_info']['exchange'] == 'celery_delayed_delivery'
            assert active['delivery_info']['routing_key'].endswith(f'.1.{delayed}')
            assert [queue['name'] for queue in control.ask('active_queues')] == [delayed]


@pytest.fixture
def restricted(world):
    """The URL of a login that may read and write, and configure nothing."""
    world.rabbitmq.ctl('add_user', 'restricted', 'secret')
    world.rabbitmq.ctl('set_permissions', '-p', world.name, 'restricted', '^$', '.*', '.*')
    yield world.broker_url.replace('guest:guest', 'restricted:secret')
    world.rabbitmq.ctl('delete_user', 'restricted')


def test_without_permission_to_configure(world, start, restricted):
    queue = world.new_queue(declare=True)
    worker = start(queue, broker_url=restricted)
    users = world.add_users(3)
    assert statuses(world, [world.wire.send(queue, 'evaluate_user', [user]) for user in users]) == ['SUCCESS'] * 3
    assert world.awards(users) == {user: ['Beginner'] for user in users}
    assert worker.log().count('no remote control') == 1
    with Controller(world.broker_url) as control:
        assert control.ask_all('ping') == {}
    assert worker.stop() == 0


def test_missing_queue_without_permission_is_waited_for(world, start, restricted):
    queue = world.new_queue()
    worker = start(queue, broker_url=restricted, ready=False)
    worker.wait_log('ACCESS_REFUSED', times=2)
    world.rabbitmq.declare(queue, world.name)
    worker.wait_ready()
