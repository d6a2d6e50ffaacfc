# SPDX-License-Identifier: Apache-2.0
"""Chains, callbacks and errbacks of the real Celery."""
import json

import celery
import processes


def test_chain(world, start):
    queue = world.new_queue()
    worker = start(queue)
    producer = world.producer(queue)
    one, two = world.add_users(2)
    last = celery.chain(producer.evaluate_user.si(one), producer.update_statistics.si(one),
                        producer.evaluate_user.si(two)).apply_async()
    assert last.get(timeout=20) is None
    middle, first = last.parent, last.parent.parent
    assert [result.get(timeout=20) for result in (first, middle)] == [None, None]
    log = worker.log()
    assert [log.index(f'[{result.id}]') for result in (first, middle, last)] == sorted(
        log.index(f'[{result.id}]') for result in (first, middle, last))
    assert [child.id for child in first.children] == [middle.id]
    assert world.awards([one, two]) == {one: ['Beginner'], two: ['Beginner']}
    world.wait_counts(queue, ready=0, unacked=0)


def test_failure_ends_a_chain_and_releases_who_waits(world, start):
    queue = world.new_queue()
    worker = start(queue)
    producer = world.producer(queue)
    user, = world.add_users(1)
    last = celery.chain(producer.evaluate_user.si('nobody'), producer.update_statistics.si(user),
                        producer.evaluate_user.si(user)).apply_async()
    last.get(timeout=20, propagate=False)
    assert (last.state, type(last.result).__name__) == ('FAILURE', 'ValueError')
    assert world.awards([user]) == {}
    assert worker.log().count('succeeded') == 0


def test_callbacks_and_errbacks(world, start):
    queue = world.new_queue()
    worker = start(queue)
    producer = world.producer(queue)
    one, two, three, four = world.add_users(4)
    link = [producer.evaluate_user.si(two), producer.evaluate_user.si(three)]
    producer.update_statistics.apply_async((one,), link=link).get(timeout=20)
    worker.wait_log('evaluate_user_trophies_task succeeded', times=2)
    assert world.awards([one, two, three]) == {two: ['Beginner'], three: ['Beginner']}
    failed = producer.update_statistics.apply_async((None,), link_error=producer.evaluate_user.si(four))
    failed.get(timeout=20, propagate=False)
    worker.wait_log('evaluate_user_trophies_task succeeded', times=3)
    assert world.awards([four]) == {four: ['Beginner']}
    world.wait_counts(queue, ready=0, unacked=0)


def test_result_goes_before_the_arguments_of_a_callback(world, start):
    """Not immutable: evaluate_user(None, 1) is what Python would call, and refuse."""
    queue = world.new_queue()
    worker = start(queue)
    producer = world.producer(queue)
    one, two = world.add_users(2)
    producer.evaluate_user.apply_async((one,), link=producer.evaluate_user.s(two)).get(timeout=20)
    worker.wait_log('takes 1 positional argument but 2 were given')
    assert world.awards([one, two]) == {one: ['Beginner']}


def test_chord_is_refused_before_anything_is_done(world, start):
    queue = world.new_queue()
    start(queue)
    user, = world.add_users(1)
    signature = {'task': 'x', 'args': [], 'kwargs': {}, 'options': {}, 'subtask_type': None, 'immutable': True}
    body = json.dumps([[user], {}, {'callbacks': None, 'errbacks': None, 'chain': None, 'chord': signature}])
    result = world.wire.result(world.wire.put(queue, body, {'task': 'evaluate_user', 'id': 'chord'}))
    assert (result['status'], result['result']['exc_type']) == ('FAILURE', 'NotImplementedError')
    assert world.awards([user]) == {}


def test_steps_that_lead_nowhere_harm_nobody(world, start):
    """An exchange that does not exist costs the publisher its channel; a queue that does not exist returns the message."""
    queue, dead = world.new_queue(), world.new_queue(declare=True)
    world.rabbitmq.ctl('set_policy', '-p', world.name, f'dead-{queue}', f'^{queue}$',
                       json.dumps({'dead-letter-exchange': '', 'dead-letter-routing-key': dead}), '--apply-to', 'queues')
    worker = start(queue)
    users = world.add_users(3)
    tokens = []
    for user, options in zip(users, ({'exchange': 'no-such-exchange', 'routing_key': 'x'}, {'queue': 'no-such-queue'})):
        link = {'task': 'evaluate_user', 'args': [user], 'kwargs': {}, 'options': options, 'subtask_type': None,
                'immutable': True}
        embed = {'callbacks': [link], 'errbacks': None, 'chain': None, 'chord': None}
        tokens.append(world.wire.put(queue, json.dumps([[user], {}, embed]), {'task': 'evaluate_user', 'id': f'to-{user}'}))
    processes.wait_until(lambda: world.ready(dead) == 2, 90, 'both are dead letters')
    assert [world.wire.result(token)['status'] for token in tokens] == ['FAILURE', 'FAILURE']
    assert world.wire.result(world.wire.send(queue, 'evaluate_user', [users[2]]))['status'] == 'SUCCESS'
    assert world.awards(users) == {user: ['Beginner'] for user in users}  # what was done stands
    world.wait_counts(queue, ready=0, unacked=0)
    assert worker.process.running()


def test_what_has_failed_is_never_run(world, start):
    """Wrong arguments, and an errback for a queue that there is not: that is tried again, the task is not."""
    queue = world.new_queue()
    worker = start(queue)
    users = world.add_users(2)
    late = world.new_queue()
    tokens = []
    for name, missing in (('never', 'no-such-queue'), ('later', late)):
        errback = {'task': 'evaluate_user', 'args': [users[1]], 'kwargs': {}, 'options': {'queue': missing},
                   'subtask_type': None, 'immutable': True}
        embed = {'callbacks': None, 'errbacks': [errback], 'chain': None, 'chord': None}
        tokens.append(world.wire.put(queue, json.dumps([[users[0], 'too many'], {}, embed]),
                                     {'task': 'evaluate_user', 'id': name}))
    worker.wait_log('did not take the message', times=2)
    world.rabbitmq.declare(late, world.name)
    for token in tokens:
        result = world.wire.result(token, timeout_s=60)
        assert (result['status'], result['result']['exc_type']) == ('FAILURE', 'TypeError')
    assert world.ready(late) == 1
    assert '[never] rejected: there is no queue for what follows it' in worker.log()
    assert 'succeeded' not in worker.log() and world.awards(users) == {}
    world.wait_counts(queue, ready=0, unacked=0)


def test_callback_that_a_full_queue_refuses(world, start):
    """The broker's nack is no confirmation: the task ends when its callback has found room."""
    queue, full = world.new_queue(), world.new_queue(declare=True, arguments={'x-max-length': 1,
                                                                             'x-overflow': 'reject-publish'})
    worker = start(queue)
    user, = world.add_users(1)
    world.wire.put(full, 'in the way')
    callback = {'task': 'evaluate_user', 'args': [user], 'kwargs': {}, 'options': {'queue': full, 'task_id': 'callback'},
                'subtask_type': None, 'immutable': True}
    embed = {'callbacks': [callback], 'errbacks': None, 'chain': None, 'chord': None}
    token = world.wire.put(queue, json.dumps([[user], {}, embed]), {'task': 'evaluate_user', 'id': 'task'})
    worker.wait_log(f'queue {full} did not take the message')
    assert not world.wire.has_result(token)
    assert world.counts(queue) == (0, 1)
    world.rabbitmq.purge(full, world.name)
    assert world.wire.result(token, timeout_s=60)['status'] == 'SUCCESS'
    with world.rabbitmq.connect(world.name) as connection:
        assert connection.channel().basic_get(full, no_ack=True).headers['id'] == 'callback'
    world.wait_counts(queue, ready=0, unacked=0)
