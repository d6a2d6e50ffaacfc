# SPDX-License-Identifier: Apache-2.0
"""Events where the broker hangs up on them or does not want them."""
import time
import uuid

import producer as celery_producer
import pytest

PATIENT = {'TROPHY_DATABASE_LOCK_TIMEOUT': '60000', 'TROPHY_DATABASE_STATEMENT_TIMEOUT': '120000'}


# ---- a broker that hangs up


@pytest.mark.parametrize('which', ['publisher', 'consumer', ''], ids=lambda which: which or 'both')
def test_cut_connection(world, join, monitor, which):
    """In the middle of a batch: every task that was begun ends, for the monitors too, and each end is told."""
    queue = world.new_queue(declare=True)
    users = world.add_users(30, statistics=True)
    worker, name = join(queue, env=PATIENT)
    with world.blocked(users[0]) as cursor:
        tokens = [world.wire.send(queue, 'evaluate_user', [user]) for user in users]
        monitor.wait(lambda: all(monitor.of(token, 'task-received') for token in tokens))
        world.wait_blocked()
        begun = {e['uuid'] for e in monitor.events if e['type'] == 'task-started'}
        assert begun
        assert world.close_connections(f'{name} {which}') == (1 if which else 2)
        worker.wait_log('broker: ', times=2)
        cursor.connection.rollback()
    monitor.wait_end(*tokens, timeout_s=60)
    world.wait_counts(queue, ready=0, unacked=0)
    monitor.listen(1)
    for token in tokens:
        story = monitor.story(token)
        assert story[0] == 'task-received' and story[-1] == 'task-succeeded', story
        assert story.count('task-started') <= story.count('task-received'), story
    assert all(monitor.state.tasks[token].state == 'SUCCESS' for token in tokens)
    if which != 'consumer':
        assert len(monitor.of_worker(name, 'worker-online')) == 2


def test_events_wait_for_the_broker(world, join, monitor):
    """What ends while the publisher is away is told when it is back, with the time when it was."""
    queue = world.new_queue(declare=True)
    user, = world.add_users(1, statistics=True)
    worker, name = join(queue, env=PATIENT)
    with world.blocked(user) as cursor:
        token = world.wire.send(queue, 'evaluate_user', [user])
        monitor.wait(lambda: monitor.of(token, 'task-started'))
        world.rabbitmq.ctl('eval', 'vm_memory_monitor:set_vm_memory_high_watermark(0.00001).')
        try:
            time.sleep(1)
            cursor.connection.rollback()
            worker.wait_log('succeeded')
            ended = time.time()
            monitor.listen(5)
            assert not monitor.of(token, 'task-succeeded')
        finally:
            world.rabbitmq.ctl('eval', 'vm_memory_monitor:set_vm_memory_high_watermark(0.4).')
    monitor.wait_end(token)
    assert abs(monitor.of(token, 'task-succeeded')[0]['timestamp'] - ended) < 1
    monitor.listen(1)
    waited = [e for e in monitor.of_worker(name, 'worker-heartbeat') if ended - 1 < e['timestamp'] < ended + 4]
    assert len(waited) <= 1, waited  # and not one for every two seconds of silence


# ---- none at all


def test_switched_off(world, start, monitor):
    vhost = world.name + '-silent'
    world.rabbitmq.add_vhost(vhost)
    try:
        worker = start('q', broker_url=world.rabbitmq.url(vhost), env={'TROPHY_CELERY_EVENTS': 'false'})
        time.sleep(1)
        assert 'celeryev' not in world.rabbitmq.ctl('list_exchanges', '-p', vhost, 'name')
        assert worker.stop() == 0 and '<4>' not in worker.log()
    finally:
        world.rabbitmq.delete_vhost(vhost)


@pytest.mark.parametrize('exists, configure, write', [
    (False, 'q.*', '.*'),                 # may not make it
    (True, 'q.*', 'q.*|amq.default|^$'),  # it is there, but not for us
], ids=['missing', 'forbidden'])
def test_without_the_right(world, start, exists, configure, write):
    """One warning, no events, and everything else as ever."""
    vhost = f'{world.name}-{uuid.uuid4()}'
    rabbitmq = world.rabbitmq
    rabbitmq.add_vhost(vhost)
    rabbitmq.ctl('add_user', vhost, 'secret')
    rabbitmq.ctl('set_permissions', '-p', vhost, vhost, configure, write, '.*')
    if exists:
        with rabbitmq.connect(vhost) as connection:
            connection.channel().exchange_declare('celeryev', 'topic', durable=True, auto_delete=False)
    rabbitmq.declare('q', vhost)
    try:
        user, = world.add_users(1)
        worker = start('q', broker_url=f'amqp://{vhost}:secret@127.0.0.1:{rabbitmq.port}/{vhost}')
        worker.wait_log('events: none are sent')
        time.sleep(3)  # a heartbeat would have been due
        with celery_producer.Producer(rabbitmq.url(vhost), 'q') as producer:
            assert producer.evaluate_user.delay(user).get(timeout=30) is None
        assert worker.log().count('events: none are sent') == 1
        assert worker.log().count('ACCESS_REFUSED') <= (1 if exists else 9)
        assert worker.stop() == 0
    finally:
        rabbitmq.ctl('delete_user', vhost)
        rabbitmq.delete_vhost(vhost)
