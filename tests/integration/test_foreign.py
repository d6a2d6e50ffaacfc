# SPDX-License-Identifier: Apache-2.0
"""Tasks of unknown names: rejected (test_bad_input.py), parked or put back a bounded number of times."""
import json

NAME = 'wger.nutrition.tasks.sync_all_ingredients'


def test_parked_as_they_came(world, start):
    queue, park = world.new_queue(), world.new_queue()
    world.wire.watch(park)
    worker = start(queue, env={'TROPHY_WORKER_FOREIGN_TASKS': 'park', 'TROPHY_BROKER_PARK_QUEUE': park})
    headers = {'stamps': {'a': [1, 2.5, None, True]}, 'mine': 'ä', 'big': 2**40, 'eta': None}
    token = world.wire.send(queue, NAME, [1], {'x': 'ö'}, headers=headers, priority=3, expiration='600000',
                            correlation_id='theirs')
    message = world.wire.seen(park, token)
    assert json.loads(message.body) == [[1], {'x': 'ö'}, {'callbacks': None, 'errbacks': None, 'chain': None,
                                                         'chord': None}]
    assert {key: message.headers[key] for key in headers} == headers
    assert (message.headers['task'], message.headers['id']) == (NAME, token)
    assert 'x-trophy-attempts' not in message.headers
    properties = message.properties
    assert [properties.get(key) for key in ('content_type', 'content_encoding', 'correlation_id', 'reply_to',
                                            'delivery_mode', 'priority', 'expiration')] == \
        ['application/json', 'utf-8', 'theirs', world.wire.replies, 2, 3, '600000']
    user, = world.add_users(1)
    assert world.wire.result(world.wire.send(queue, 'evaluate_user', [user]))['status'] == 'SUCCESS'
    assert not world.wire.has_result('theirs')  # someone else will answer
    world.wait_counts(queue, ready=0, unacked=0)
    assert worker.stop() == 0


def test_parked_when_the_queue_is_there_at_last(world, start):
    """Nobody made the queue: the message is kept, and tried again."""
    queue, park = world.new_queue(), world.new_queue()
    worker = start(queue, env={'TROPHY_WORKER_FOREIGN_TASKS': 'park', 'TROPHY_BROKER_PARK_QUEUE': park})
    token = world.wire.send(queue, NAME)
    worker.wait_log(f'queue {park} did not take the message')
    user, = world.add_users(1)
    assert world.wire.result(world.wire.send(queue, 'evaluate_user', [user]))['status'] == 'SUCCESS'
    assert world.counts(queue) == (0, 1)
    world.wire.watch(park)
    world.wire.seen(park, token)
    world.wait_counts(queue, ready=0, unacked=0)


def test_parked_from_protocol_1(world, start):
    queue, park = world.new_queue(), world.new_queue()
    world.wire.watch(park)
    start(queue, env={'TROPHY_WORKER_FOREIGN_TASKS': 'park', 'TROPHY_BROKER_PARK_QUEUE': park})
    body = json.dumps({'task': NAME, 'id': 'one', 'args': [1], 'kwargs': {}})
    token = world.wire.put(queue, body, {})
    message = world.wire.seen(park, token)
    assert message.body == body and message.headers == {}


def test_put_back_a_few_times(world, start):
    """Somebody else on the queue may know it; after worker.delivery_limit rounds it is rejected."""
    queue = world.new_queue()
    worker = start(queue, env={'TROPHY_WORKER_FOREIGN_TASKS': 'requeue', 'TROPHY_WORKER_DELIVERY_LIMIT': '1'})
    token = world.wire.send(queue, NAME, [1])
    user, = world.add_users(1)
    assert world.wire.result(world.wire.send(queue, 'evaluate_user', [user]))['status'] == 'SUCCESS'
    assert not world.wire.has_result(token)
    result = world.wire.result(token)
    assert (result['status'], result['result']['exc_type']) == ('FAILURE', 'NotRegistered')
    assert worker.log().count(token) == 1  # the one line of its end: going round is no noise
    world.wait_counts(queue, ready=0, unacked=0)


def test_headers_too_large_to_be_put_back(world, start):
    """As large as a frame allows; one more attempt counted in them does not fit: rejected, and nobody else harmed."""
    queue = world.new_queue()
    worker = start(queue, env={'TROPHY_WORKER_FOREIGN_TASKS': 'requeue'})
    headers = {'task': 'foreign.task', 'id': 'too-large', 'pad': 'x' * 130965}
    world.rabbitmq.publish(json.dumps([[], {}, None]), queue, world.name, headers, content_type='application/json')
    worker.wait_log('too large to be published again', 20)
    user, = world.add_users(1)
    assert world.wire.result(world.wire.send(queue, 'evaluate_user', [user]))['status'] == 'SUCCESS'
    world.wait_counts(queue, ready=0, unacked=0)
    assert worker.log().count('publisher: connected') == 1
