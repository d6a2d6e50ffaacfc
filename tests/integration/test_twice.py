# SPDX-License-Identifier: Apache-2.0
"""Applied twice is applied once: two workers, every message twice, workers that die with work in hand."""
import os
import random

import processes
import pytest

PATIENT = {'TROPHY_DATABASE_LOCK_TIMEOUT': '60000', 'TROPHY_DATABASE_STATEMENT_TIMEOUT': '120000'}
EARNED = ['Beginner', 'Lifter']  # with four workouts


def assert_done_once(world, queue, users):
    assert world.awards(users) == {user: EARNED for user in users}
    assert {world.statistics(user)[1] for user in users} == {4}
    world.wait_counts(queue, ready=0, unacked=0)


def batches(*workers):
    return [sum('batch: ' in line for line in worker.log().splitlines()) for worker in workers]


def test_thousand_messages_for_two_workers(world, start):
    """1,000 evaluations over 200 users, in any order, all there before the two workers come."""
    queue = world.new_queue(declare=True)
    users = world.add_users(200, workouts=4)
    order = users * 5
    random.Random(7).shuffle(order)
    producer = world.producer(queue)
    results = [producer.evaluate_user.delay(user) for user in order]
    # a small prefetch, so that both get their share
    workers = [start(queue, ready=False, env={'TROPHY_BROKER_PREFETCH': '20'}) for _ in range(2)]
    states = producer.wait(results, timeout_s=120)
    assert len(states) == 1000 and set(states.values()) == {'SUCCESS'}
    assert_done_once(world, queue, users)
    assert all(count > 0 for count in batches(*workers))
    if 'TROPHY_TEST_WORKER' not in os.environ:  # a build with sanitizers is larger
        assert all(worker.memory() < 15 << 20 for worker in workers)
    assert [worker.stop() for worker in workers] == [0, 0]
    assert world.counts(queue) == (0, 0)


def test_every_message_twice(world, start):
    """The same id and body delivered twice over, as after a lost acknowledgement, to two workers."""
    queue = world.new_queue()
    users = world.add_users(50, workouts=4)
    for _ in range(2):
        start(queue, env={'TROPHY_BROKER_PREFETCH': '10'})
    tokens = [f'same{user}' for user in users]
    for _ in range(2):
        for user, token in zip(users, tokens):
            world.wire.send(queue, 'evaluate_user', [user], message_id=token, correlation_id=token)
    results = [world.wire.result(token, times=2) for token in tokens]
    assert {result['status'] for result in results} == {'SUCCESS'}
    assert_done_once(world, queue, users)
    for user, token in zip(users, tokens):  # and once more, after all has been committed
        world.wire.send(queue, 'evaluate_user', [user], message_id=token, correlation_id=token)
    for token in tokens:
        world.wire.result(token, times=3)
    assert_done_once(world, queue, users)


def test_two_workers_in_the_same_user(world, start):
    """Both have the user in an open transaction, and only one of them has the lock: the other puts the user off, and later
    sees what was given."""
    queues = world.new_queue(declare=True), world.new_queue(declare=True)
    user, = world.add_users(1, workouts=4, statistics=True)
    with world.blocked(user) as cursor:
        tokens = [world.wire.send(queue, 'evaluate_user', [user]) for queue in queues]
        for queue in queues:
            start(queue, env=PATIENT)
        world.wait_blocked(sessions=2)
        cursor.connection.rollback()
    assert [world.wire.result(token)['status'] for token in tokens] == ['SUCCESS'] * 2
    assert world.awards([user]) == {user: EARNED}


def test_two_workers_make_the_first_statistics(world, start):
    """Neither finds a row to lock; both make one."""
    queues = world.new_queue(declare=True), world.new_queue(declare=True)
    users = world.add_users(20, workouts=4)
    sent = [world.wire.send(queue, 'evaluate_user', [user]) for queue in queues for user in users]
    connection = world.connect()
    with connection.cursor() as cursor:
        cursor.execute('begin; lock table trophies_userstatistics in access exclusive mode')
        for queue in queues:
            start(queue, env=PATIENT)
        world.wait_blocked(sessions=2)
        cursor.execute('rollback')
    assert {world.wire.result(token)['status'] for token in sent} == {'SUCCESS'}
    assert world.awards(users) == {user: EARNED for user in users}


@pytest.mark.parametrize('kind', ['classic', 'quorum'])
def test_killed_with_a_transaction_open(world, start, kind):
    """SIGKILL while the batch waits for a lock: all of it is delivered again, to another worker, and done once."""
    queue = world.new_queue(declare=True, arguments={'x-queue-type': kind})
    blocked, *others = world.add_users(10, workouts=4, statistics=True)
    with world.blocked(blocked) as cursor:
        tokens = [world.wire.send(queue, 'evaluate_user', [user]) for user in [blocked, *others]]
        victim = start(queue, env=PATIENT)
        world.wait_blocked()
        victim.kill()
        cursor.connection.rollback()
    processes.wait_until(lambda: world.ready(queue) == 10, 30, 'all are back')
    assert not any(world.wire.has_result(token) for token in tokens)
    assert world.awards([blocked, *others]) == {}
    worker = start(queue)
    assert {world.wire.result(token)['status'] for token in tokens} == {'SUCCESS'}
    assert_done_once(world, queue, [blocked, *others])
    assert [line.split('batch: ')[1].split(', ')[0] for line in worker.log().splitlines() if 'batch: ' in line] == \
        ['10 messages']  # none of them has a mark yet, so they are marked and run together
    assert world.query('select count(*) from trophy_worker.attempt') == [(0,)]
    assert len({len(world.wire.results[token]) for token in tokens}) == 1


def test_killed_again_and_again(world, start):
    """Workers that die at any moment, with no lock to make them wait: in the end every user is done, once."""
    queue = world.new_queue(declare=True)
    users = world.add_users(100, workouts=4)
    producer = world.producer(queue, task_ignore_result=True)
    for user in users * 2:
        producer.evaluate_user.delay(user)
    for pause in (2, 9, 30):
        worker = start(queue, env={'TROPHY_BROKER_PREFETCH': '30', 'TROPHY_WORKER_BATCH_USERS': '3',
                                   'TROPHY_WORKER_DELIVERY_LIMIT': '100'})
        processes.wait_until(lambda: batches(worker)[0] >= pause, 30, f'{pause} batches', every_s=0.001)
        worker.kill()
    start(queue)
    world.wait_counts(queue, ready=0, unacked=0)
    assert world.awards(users) == {user: EARNED for user in users}
