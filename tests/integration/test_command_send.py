# SPDX-License-Identifier: Apache-2.0
"""trophy-worker send: messages as the real Celery writes them, confirmed, done by a real worker, read by Celery."""
import datetime
import json
import re

import kombu
import pytest
from celery.app.task import Context
from celery.worker.request import Request
from commands import CONFIG, NO_BROKER, OK, UNAVAILABLE, USAGE, run
from processes import wait_until

UUID = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')
EVALUATE = 'wger.trophies.tasks.evaluate_user_trophies_task'


@pytest.fixture
def send(world):
    def send(*args, **options):
        return run(['send', *args], broker=world.broker_url, **options)
    return send


def get(world, queue):
    """The oldest message of the queue, as kombu decodes it."""
    with kombu.Connection(world.broker_url) as connection:
        return kombu.Queue(queue, channel=connection.channel(), no_declare=True).get(no_ack=True)


def test_same_as_celery(world, send):
    """Every property, header and the body: only ids, times and names of processes may differ."""
    queue = world.new_queue(declare=True)
    world.producer(queue).evaluate_user.apply_async((7,), countdown=50, expires=100)
    assert send('evaluate_user', 7, '--countdown', 50, '--expires', 100, queue=queue).exit == OK
    theirs, ours = get(world, queue), get(world, queue)
    for message in theirs, ours:
        headers = message.headers
        assert headers['id'] == headers['root_id'] == message.properties['correlation_id']
        assert UUID.fullmatch(headers['id']) and UUID.fullmatch(message.properties['reply_to'])
        assert re.fullmatch(r'gen\d+@[\w.-]+', headers['origin'])
        wait = datetime.datetime.fromisoformat(headers['expires']) - datetime.datetime.fromisoformat(headers['eta'])
        assert abs(wait.total_seconds() - 50) < 1
        assert 90000 < int(message.properties['expiration']) <= 100000
        for key in 'id', 'root_id', 'origin', 'eta', 'expires', 'replaced_task_nesting', 'stamped_headers', 'stamps':
            headers.pop(key, None)  # the last three: of a later Celery than Debian's
        for key in 'correlation_id', 'reply_to', 'expiration', 'delivery_info', 'delivery_tag':
            message.properties.pop(key, None)
    assert ours.headers == theirs.headers
    assert ours.properties == theirs.properties
    assert (ours.content_type, ours.content_encoding) == (theirs.content_type, theirs.content_encoding)
    assert ours.payload == theirs.payload == [[7], {}, {'callbacks': None, 'errbacks': None, 'chain': None,
                                                        'chord': None}]


def test_celery_reads_it(world, send):
    """The request that Celery's own worker makes of it."""
    queue = world.new_queue(declare=True)
    app = world.producer(queue).app

    @app.task(name='my.task')
    def my_task(*args):
        return args


    done = send('my.task', 7, '[1, {"a": null}]', 'text', '"8"', 'true', '1.5', '{no json', queue=queue)
    request = Request(get(world, queue), app=app)
    assert request.id == done.out.strip() and request.name == 'my.task'
    args, kwargs, embed = request._payload
    assert args == [7, [1, {'a': None}], 'text', '8', True, 1.5, '{no json'] and kwargs == {}
    context = Context(request.request_dict)
    assert (context.retries, context.eta, context.expires, context.parent_id) == (0, None, None, None)
    assert request.argsrepr == "(7, [1, {'a': None}], 'text', '8', True, 1.5, '{no json')"


@pytest.mark.parametrize('name, full', [
    ('evaluate_user', EVALUATE), ('evaluate_user_trophies_task', EVALUATE), (EVALUATE, EVALUATE),
    ('evaluate_all', 'wger.trophies.tasks.evaluate_all_users_trophies_task'),
    ('update_statistics', 'wger.trophies.tasks.update_user_statistics_task'),
    ('recalculate_all_statistics', 'wger.trophies.tasks.recalculate_all_statistics_task'),
    ('somebody.elses', 'somebody.elses')])
def test_names(world, send, name, full):
    queue = world.new_queue(declare=True)
    assert send(name, queue=queue).exit == OK
    assert get(world, queue).headers['task'] == full


def test_worker_does_it(world, start, send):
    queue, (user,) = world.new_queue(), world.add_users(1)
    worker = start(queue)
    done = send('evaluate_user', user, '--queue', queue)
    assert done.exit == OK and UUID.fullmatch(done.out.strip())
    worker.wait_log(done.out.strip())
    wait_until(lambda: world.awards([user]) == {user: ['Beginner']}, 30, 'award')


def test_few_are_listed(world, send):
    queue = world.new_queue(declare=True)
    ids = send('x', '--count', 20, queue=queue).out.split()
    assert len(set(ids)) == 20 and all(map(UUID.fullmatch, ids))
    assert [get(world, queue).headers['id'] for _ in range(20)] == ids


def test_many_are_counted(world, send):
    queue = world.new_queue(declare=True)
    done = send('x', 1, '--count', 20000, queue=queue)
    assert (done.exit, done.out) == (OK, f'20000 messages sent to {queue}, all confirmed\n')
    assert world.ready(queue) == 20000


def test_no_such_queue(send):
    for count in 1, 5000:
        done = send('x', '--queue', 'nowhere', '--count', count)
        assert done.exit == UNAVAILABLE and "no queue 'nowhere'" in done.err and done.out == ''


def test_refused(world, send):
    """A queue that is full, and says so."""
    queue = world.new_queue(declare=True, arguments={'x-max-length': 3, 'x-overflow': 'reject-publish'})
    done = send('x', '--count', 10, queue=queue)
    assert done.exit == UNAVAILABLE and f"take more for queue '{queue}'" in done.err and done.out == ''
    assert re.search(r'send: \d+ of 10 messages are confirmed\n', done.err)


def test_not_confirmed(world, rabbitmq, send):
    """Under a memory alarm the broker reads no publisher."""
    queue = world.new_queue(declare=True)
    rabbitmq.ctl('set_vm_memory_high_watermark', '0')
    try:
        done = send('x', queue=queue)
    finally:
        rabbitmq.ctl('set_vm_memory_high_watermark', '0.4')
    assert done.exit == UNAVAILABLE and 'no confirmation' in done.err
    assert '0 of 1 messages are confirmed; others may have arrived' in done.err


def test_no_broker(send, world):
    done = run(['send', 'x'], broker=NO_BROKER)
    assert done.exit == UNAVAILABLE and done.out == ''
    queue = world.new_queue(declare=True)
    assert run(['send', 'x'], broker=f'{NO_BROKER};{world.broker_url}', queue=queue).exit == OK


def test_configuration():
    assert run(['send', 'x'], broker='amqp://host:port/').exit == CONFIG


@pytest.mark.parametrize('args', [[], [''], ['x' * 256], ['x', '--count', '0'], ['x', '--count', 'many'],
                                  ['x', '--countdown', '-1'], ['x', '--expires', '0'], ['x', '--expires', 'nan'],
                                  ['x', '--queue', ''], ['x', '--wrong'], ['x', '-5']])
def test_usage(send, args):
    done = send(*args)
    assert done.exit == USAGE and done.err and done.out == ''


def test_behind_dashes(world, send):
    queue = world.new_queue(declare=True)
    assert send('x', '--', '-5', '--count', queue=queue).exit == OK
    assert json.dumps(get(world, queue).payload[0]) == '[-5, "--count"]'
