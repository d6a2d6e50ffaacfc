# SPDX-License-Identifier: Apache-2.0
"""Queues of every kind, and a RabbitMQ that hangs up, deletes, stops and comes back."""
import signal

import processes
import pytest
import servers
import wire

EARNED = ['Beginner']


def evaluate(world, queue, count=1, **options):
    """So many users by as many messages; waits until they are done."""
    users = world.add_users(count)
    tokens = [world.wire.send(queue, 'evaluate_user', [user], **options) for user in users]
    assert [world.wire.result(token, timeout_s=60)['status'] for token in tokens] == ['SUCCESS'] * count
    assert world.awards(users) == {user: EARNED for user in users}


def test_queue_is_made_as_celery_would(world, start):
    """The producer that declares it afterwards gets no PreconditionFailed, nor does one with the same exchange."""
    queue = world.new_queue()
    start(queue)
    user, = world.add_users(1)
    assert world.producer(queue).evaluate_user.delay(user).get(timeout=30) is None
    with world.rabbitmq.connect(world.name) as connection:
        channel = connection.channel()
        channel.queue_declare(queue, durable=True, exclusive=False, auto_delete=False, arguments={})
        channel.exchange_declare(queue, 'direct', durable=True, auto_delete=False)
    bindings = world.rabbitmq.ctl('list_bindings', '-p', world.name, 'source_name', 'destination_name', 'routing_key')
    assert f'{queue}\t{queue}\t{queue}' in bindings


def test_queue_made_by_celery_before(world, start):
    queue = world.new_queue()
    user, = world.add_users(1)
    result = world.producer(queue).evaluate_user.delay(user)
    worker = start(queue)
    assert result.get(timeout=30) is None
    assert f'queue {queue} created' not in worker.log()


def test_quorum_queue_is_made(world, start):
    queue = world.new_queue()
    start(queue, env={'TROPHY_BROKER_QUEUE_TYPE': 'quorum'})
    evaluate(world, queue, 3)
    assert f'{queue}\tquorum' in world.rabbitmq.ctl('list_queues', '-p', world.name, 'name', 'type')


def test_missing_queue_is_waited_for(world, start):
    queue = world.new_queue()
    worker = start(queue, ready=False, env={'TROPHY_BROKER_CREATE_QUEUE': 'false'})
    worker.wait_log(f"no queue '{queue}'", times=2)
    assert queue not in world.rabbitmq.queues(world.name)
    world.rabbitmq.declare(queue, world.name)
    worker.wait_ready()
    evaluate(world, queue)


@pytest.mark.parametrize('arguments', [
    {'x-max-priority': 10}, {'x-queue-type': 'quorum'}, {'x-queue-mode': 'lazy'},
    {'x-dead-letter-exchange': 'nowhere', 'x-message-ttl': 3600000},
], ids=lambda arguments: next(iter(arguments)))
def test_queue_with_arguments(world, start, arguments):
    queue = world.new_queue(declare=True, arguments=arguments)
    worker = start(queue)
    evaluate(world, queue, 20, priority=5)
    assert worker.stop() == 0
    world.wait_counts(queue, ready=0, unacked=0)


def test_queue_that_is_not_durable(world, start):
    queue = world.new_queue(declare=True, durable=False)
    start(queue)
    evaluate(world, queue)


def test_several_queues(world, start):
    queues = [world.new_queue() for _ in range(3)]
    world.rabbitmq.declare(queues[1], world.name, arguments={'x-queue-type': 'quorum'})
    worker = start(','.join(queues), env={'TROPHY_BROKER_PREFETCH': '4'})
    worker.wait_log('consuming ', times=3)
    for queue in queues:
        evaluate(world, queue, 10)
    for queue in queues:
        world.wait_counts(queue, ready=0, unacked=0)


def test_several_urls(world, start):
    queue = world.new_queue()
    urls = [f'amqp://guest:guest@127.0.0.1:{processes.free_port()}//', 'amqp://guest:wrong@' +
            world.broker_url.partition('@')[2], world.broker_url.replace('amqp:', 'pyamqp:')]
    worker = start(queue, broker_url=';'.join(urls))
    evaluate(world, queue)
    assert 'wrong' not in worker.log()


@pytest.mark.parametrize('password, written', [
    ('pässwörd', 'p%C3%A4ssw%C3%B6rd'), ('pässwörd', 'pässwörd'), ('p@ss:w', 'p@ss:w'), ('a/b?c#d', 'a%2Fb%3Fc%23d'),
    ('100%', '100%'),
], ids=['encoded', 'as it is', '@ and :', 'reserved', 'percent'])
@pytest.mark.parametrize('scheme', ['amqp', 'AMQP', 'librabbitmq'])
def test_passwords_and_schemes(world, start, scheme, password, written):
    world.rabbitmq.ctl('add_user', 'odd', password)
    try:
        world.rabbitmq.ctl('set_permissions', '-p', world.name, 'odd', '.*', '.*', '.*')
        host = f'127.0.0.1:{world.rabbitmq.port}/{world.name}'
        worker = start(world.new_queue(), broker_url=f'{scheme}://odd:{written}@{host}?heartbeat=7;')
        row = world.rabbitmq.ctl('list_connections', 'user', 'timeout')
        assert 'odd\t7' in row
        assert password not in worker.log() and written not in worker.log()
    finally:
        world.rabbitmq.ctl('delete_user', 'odd')


def test_vhost_root_as_celery_writes_it(start, world):
    """The others of this file run in a vhost of their own."""
    queue = 'root-' + world.name
    url = f'amqp://guest:guest@127.0.0.1:{world.rabbitmq.port}'
    try:
        for end in ('//', '/', '/%2F', ''):
            worker = start(queue, broker_url=url + end)
            worker.wait_log('vhost /')
            assert worker.stop() == 0
        assert queue in world.rabbitmq.queues('/')
    finally:
        with world.rabbitmq.connect('/') as connection:
            connection.channel().queue_delete(queue)


def test_connection_closed_by_the_broker(world, start):
    queue = world.new_queue()
    worker = start(queue)
    evaluate(world, queue)
    for times in (2, 3):
        world.forget_wire()
        world.rabbitmq.ctl('close_all_connections', '--vhost', world.name, 'maintenance')
        worker.wait_log(f'consuming {queue}', times=times)
        evaluate(world, queue, 5)
    worker.wait_log('maintenance')
    world.wait_counts(queue, ready=0, unacked=0)
    assert worker.stop() == 0


def test_connection_closed_in_the_middle_of_a_batch(world, start):
    """The batch commits, its messages come again and change nothing."""
    queue = world.new_queue(declare=True)
    users = world.add_users(5, statistics=True)
    producer = world.producer(queue, task_ignore_result=True)
    for user in users:
        producer.evaluate_user.delay(user)
    producer.close()
    world.forget_wire()
    with world.blocked(users[0]) as cursor:
        worker = start(queue, env={'TROPHY_DATABASE_LOCK_TIMEOUT': '60000'})
        world.wait_blocked()
        world.rabbitmq.ctl('close_all_connections', '--vhost', world.name, 'maintenance')
        worker.wait_log(f'consuming {queue}', times=2)
        cursor.connection.rollback()
    world.wait_counts(queue, ready=0, unacked=0)
    assert world.awards(users) == {user: EARNED for user in users}
    assert 'batch: 5 messages, 5 users, 5 awards' in worker.log()


def test_queue_deleted(world, start):
    """RabbitMQ cancels the consumer; the queue is made again."""
    queue = world.new_queue()
    worker = start(queue)
    evaluate(world, queue)
    with world.rabbitmq.connect(world.name) as connection:
        connection.channel().queue_delete(queue)
    worker.wait_log('consumer cancelled').wait_log(f'queue {queue} created', times=2)
    worker.wait_log(f'consuming {queue}', times=2)
    evaluate(world, queue)


@pytest.mark.parametrize('kind', ['classic', 'quorum'])
def test_redelivered_message_runs_alone(world, start, kind):
    """It may have killed the worker that had it.  (More in test_suspects.)"""
    queue = world.new_queue(declare=True, arguments={'x-queue-type': kind})
    users = world.add_users(4)
    tokens = [world.wire.send(queue, 'evaluate_user', [user]) for user in users]
    with world.rabbitmq.connect(world.name) as connection:
        connection.channel().basic_get(queue)  # and away with it
    worker = start(queue)
    assert [world.wire.result(token)['status'] for token in tokens] == ['SUCCESS'] * 4
    lines = worker.log().splitlines()
    place, = [i for i, line in enumerate(lines) if f'[{tokens[0]}]' in line]
    assert 'batch: 1 messages' in lines[place + 1]
    world.wait_counts(queue, ready=0, unacked=0)


def test_message_that_kills_is_given_up(world, start):
    """The whole way: every worker that has it dies, until one rejects it."""
    queue = world.new_queue(declare=True)
    killer, = world.add_users(1, statistics=True)
    limit = {'TROPHY_WORKER_DELIVERY_LIMIT': '2', 'TROPHY_DATABASE_LOCK_TIMEOUT': '60000'}
    with world.blocked(killer):
        token = world.wire.send(queue, 'evaluate_user', [killer])
        for _ in range(3):
            worker = start(queue, env=limit)
            world.wait_blocked()
            worker.kill()
            processes.wait_until(lambda: world.ready(queue), 30, 'back in the queue')
            world.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = %s',
                        [servers.WORKER_LOGIN])
        start(queue, env=limit)
        assert world.wire.result(token)['result']['exc_type'] == 'WorkerLostError'
    world.wait_counts(queue, ready=0, unacked=0)


def test_alarm_holds_back_results_not_work(world, start, rabbitmq):
    """Under a memory alarm RabbitMQ stops publishers; we are told, go on consuming, and the results follow afterwards."""
    queue = world.new_queue(declare=True)
    users = world.add_users(10)
    tokens = [world.wire.send(queue, 'evaluate_user', [user]) for user in users]
    rabbitmq.ctl('set_vm_memory_high_watermark', '0.000001')
    try:
        worker = start(queue)
        world.wait_counts(queue, ready=0, unacked=0)
        assert world.awards(users) == {user: EARNED for user in users}
        worker.wait_log('held back by a resource alarm')
        worker.process.signal(signal.SIGUSR1)
        worker.wait_log('state: consuming yes, publishing no')
        assert not any(world.wire.has_result(token) for token in tokens)
    finally:
        rabbitmq.ctl('set_vm_memory_high_watermark', '0.4')
    worker.wait_log('no longer held back')
    assert [world.wire.result(token)['status'] for token in tokens] == ['SUCCESS'] * 10
    assert worker.stop() == 0


def test_broker_stopped_and_started(world, start, rabbitmq):
    """Last in this file, since every connection of it ends."""
    queue = world.new_queue(declare=True)
    waiting = world.new_queue(declare=True)
    worker = start(f'{queue},{waiting}')
    evaluate(world, queue, 5)
    held = world.wire.send(queue, 'evaluate_user', world.add_users(1), headers={'eta': wire.at(600)})
    world.wait_counts(queue, ready=0, unacked=1)
    world.forget_wire()
    rabbitmq.stop()
    worker.wait_log('broker: consumer: again in', times=2)
    assert worker.process.running()
    rabbitmq.start()
    worker.wait_log(f'consuming {queue}', times=2, timeout_s=60)
    evaluate(world, queue, 5)
    world.wait_counts(queue, ready=0, unacked=1)
    assert worker.log().count('rejected') == 0 and held
    assert worker.stop() == 0
