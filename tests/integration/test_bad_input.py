# SPDX-License-Identifier: Apache-2.0
"""Messages that nobody should send.  Each goes through the real broker, on a queue with a dead-letter policy, and must
end where design.md says, with a FAILURE for its sender where the id is known, the worker alive and the next good
message done."""
import base64
import bz2
import json
import lzma
import os
import pickle
import struct
import zlib

import pytest
import servers

DEAD = 'dead'
MAX_BYTES = 100_000
EMBED = {'callbacks': None, 'errbacks': None, 'chain': None, 'chord': None}


def body(args=(1,), kwargs=None, embed=EMBED):
    return json.dumps([args, kwargs or {}, embed])


def nested(depth):
    table = {}
    for _ in range(depth):
        table = {'a': table}
    return table


@pytest.fixture(scope='module')
def line(world, rabbitmq, postgres):
    """A queue whose rejected messages are seen, and one worker for all tests."""
    queue = world.new_queue(declare=True)
    rabbitmq.ctl('set_policy', '-p', world.name, 'dead', f'^{queue}$',
                 json.dumps({'dead-letter-exchange': '', 'dead-letter-routing-key': DEAD}), '--apply-to', 'queues')
    world.wire.watch(DEAD)
    with servers.Worker(world.broker_url, postgres.worker_url(world.name), queue=queue,
                        env={'TROPHY_WORKER_MAX_MESSAGE_BYTES': str(MAX_BYTES)}) as worker:
        worker.wait_ready()
        yield queue, worker
        world.wait_counts(queue, ready=0, unacked=0)
        assert worker.stop() == 0


@pytest.fixture(autouse=True)
def good_afterwards(world, line):
    """After every test the same process does a good message, and nothing of the bad one lies about."""
    queue, worker = line
    pid = worker.process.pid
    yield
    assert worker.process.running(), worker.log()[-3000:]
    assert worker.process.pid == pid
    user, = world.add_users(1)
    assert world.wire.result(world.wire.send(queue, 'evaluate_user', [user]))['status'] == 'SUCCESS'
    assert world.awards([user]) == {user: ['Beginner']}
    assert world.ready(queue) == 0


def as_bytes(content):
    return content.encode() if isinstance(content, str) else content


def assert_rejected(world, line, token):
    queue, worker = line
    message = world.wire.seen(DEAD, token)
    death, = message.headers['x-death']
    assert (death['queue'], death['reason'], death['count']) == (queue, 'rejected', 1)
    return message


def assert_acknowledged(world, line, token):
    """Whatever was dead-lettered before this sentinel has been seen when the sentinel is."""
    queue, _ = line
    sentinel = world.wire.put(queue, b'')
    world.wire.seen(DEAD, sentinel)
    assert not world.wire.was_seen(DEAD, token)


TASK = 'wger.trophies.tasks.evaluate_user_trophies_task'
FUNCTION = 'evaluate_user_trophies_task()'

# name: (task, args, kwargs, exception, module, message)
CALLS = {
    'unknown task': ('wger.nutrition.tasks.sync', [1], {}, 'NotRegistered', 'celery.exceptions',
                     'wger.nutrition.tasks.sync'),
    'case of the name': (TASK.upper(), [1], {}, 'NotRegistered', 'celery.exceptions', TASK.upper()),
    'no argument': (TASK, [], {}, 'TypeError', 'builtins',
                    f"{FUNCTION} missing 1 required positional argument: 'user_id'"),
    'three arguments': (TASK, [1, 2, 3], {}, 'TypeError', 'builtins',
                        f'{FUNCTION} takes 1 positional argument but 3 were given'),
    'unknown keyword': (TASK, [1], {'nope': 1}, 'TypeError', 'builtins',
                        f"{FUNCTION} got an unexpected keyword argument 'nope'"),
    'given twice': (TASK, [1], {'user_id': 1}, 'TypeError', 'builtins',
                    f"{FUNCTION} got multiple values for argument 'user_id'"),
    'arguments for all': ('evaluate_all', [1], {}, 'TypeError', 'builtins',
                          'evaluate_all() takes 0 positional arguments but 1 was given'),
    'null': (TASK, [None], {}, 'TypeError', 'builtins', None),
    'true': (TASK, [True], {}, 'TypeError', 'builtins', None),
    'list': (TASK, [[1]], {}, 'TypeError', 'builtins', None),
    'tagged uuid': (TASK, [{'__type__': 'uuid', '__value__': {'hex': '0' * 32}}], {}, 'TypeError', 'builtins', None),
    'word': (TASK, ['seven'], {}, 'ValueError', 'builtins', None),
    'fraction': (TASK, [1.5], {}, 'ValueError', 'builtins', None),
    'empty text': (TASK, [''], {}, 'ValueError', 'builtins', None),
}


@pytest.mark.parametrize('name', CALLS)
def test_bad_call(world, line, name):
    queue, _ = line
    task, args, kwargs, exception, module, message = CALLS[name]
    token = world.wire.send(queue, task, args, kwargs)
    result = world.wire.result(token)
    assert result['status'] == 'FAILURE' and result['task_id'] == token
    assert result['result']['exc_type'] == exception
    assert result['result']['exc_module'] == module
    if message is not None:
        assert result['result']['exc_message'] == [message]
    assert_rejected(world, line, token)


def test_real_celery_sees_the_failures(world, line):
    queue, _ = line
    producer = world.producer(queue)
    with pytest.raises(TypeError, match='takes 1 positional argument but 2 were given'):
        producer.evaluate_user.delay(1, 2).get(timeout=30)
    with pytest.raises(Exception, match='nothing.like.it') as raised:
        producer.task('nothing.like.it', prefix='').delay().get(timeout=30)
    assert type(raised.value).__name__ == 'NotRegistered'


@pytest.mark.parametrize('user_id', [987654321, 0, -1, 2**31, -2**31 - 1, 2**53, 2**63 - 1, '9' * 40, 2.0**52],
                         ids=str)
def test_user_that_does_not_exist(world, line, user_id):
    """A success with a warning, as in the application."""
    queue, worker = line
    token = world.wire.send(queue, 'evaluate_user', [user_id])
    assert world.wire.result(token)['status'] == 'SUCCESS'
    worker.wait_log(f'[{token}] no such user')
    assert_acknowledged(world, line, token)
    token = world.wire.send(queue, 'update_statistics', [user_id])
    assert world.wire.result(token)['status'] == 'SUCCESS'


def xz_bomb(size):
    return lzma.compress(b' ' * size)


HEADERS = {'task': 'evaluate_user', 'id': None}  # id None: the token's place

# name: (body, headers, properties, does the sender hear of it)
MESSAGES = {
    'pickle': (pickle.dumps(([1], {}, EMBED)), {}, {'content_type': 'application/x-python-serialize',
                                                    'content_encoding': 'binary'}, True),
    'yaml': (b'- [1]\n- {}\n- {}\n', {}, {'content_type': 'application/x-yaml'}, True),
    'msgpack': (b'\x93\x91\x01\x80\xc0', {}, {'content_type': 'application/x-msgpack'}, True),
    'text': (body(), {}, {'content_type': 'text/plain'}, True),
    'charset latin 1': (body(), {}, {'content_type': 'application/json; charset=latin-1'}, True),
    'no content type': (body(), {}, {'content_type': None}, True),
    'empty content type': (body(), {}, {'content_type': ''}, True),
    'no properties': (body(), None, {'content_type': None, 'content_encoding': None, 'correlation_id': None,
                                     'reply_to': None, 'priority': None, 'delivery_mode': None}, False),
    'not JSON': (b'[[1], {}, ', {}, {}, True),
    'not UTF-8': (b'[["\xff\xfe"], {}, {}]', {}, {}, True),
    'surrogate': (b'[["\\ud800"], {}, {}]', {}, {}, True),
    'UTF-16': (body().encode('utf-16'), {}, {}, True),
    'empty': (b'', {}, {}, True),
    'scalar': (b'1', {}, {}, True),
    'object': (b'{"user_id": 1}', {}, {}, True),
    'empty array': (b'[]', {}, {}, True),
    'two elements': (b'[[1], {}]', {}, {}, True),
    'four elements': (b'[[1], {}, {}, {}]', {}, {}, True),
    'args an object': (b'[{"user_id": 1}, {}, {}]', {}, {}, True),
    'args null': (b'[null, {}, {}]', {}, {}, True),
    'kwargs a list': (b'[[1], [], {}]', {}, {}, True),
    'embed a text': (b'[[1], {}, "chain"]', {}, {}, True),
    'chain of numbers': (body(embed={'chain': [1, 2]}), {}, {}, True),
    'deep': (b'[' * 50000 + b']' * 50000, {}, {}, True),
    'integer beyond 64 bits': (b'[[1' + b'0' * 30 + b'], {}, {}]', {}, {}, True),
    'NaN': (b'[[NaN], {}, {}]', {}, {}, True),
    'Infinity': (b'[[Infinity], {}, {}]', {}, {}, True),
    'real out of range': (b'[[1e400], {}, {}]', {}, {}, True),
    'two values': (b'[[1], {}, {}] [[2], {}, {}]', {}, {}, True),
    'corrupt zlib': (b'\x78\x9c' + b'\x00\xff' * 20, {'compression': 'application/x-gzip'}, {}, True),
    'cut zlib': (zlib.compress(body().encode())[:-6], {'compression': 'application/x-gzip'}, {}, True),
    'zlib with a tail': (zlib.compress(body().encode()) + b'x', {'compression': 'application/x-gzip'}, {}, True),
    'not compressed': (body(), {'compression': 'application/x-bz2'}, {}, True),
    'unknown compression': (body(), {'compression': 'application/x-rar'}, {}, True),
    'compression a number': (body(), {'compression': 7}, {}, True),
    'zlib bomb': (zlib.compress(body([' ' * 5_000_000]).encode(), 9), {'compression': 'application/x-gzip'}, {}, True),
    'bzip2 bomb': (bz2.compress(b' ' * 5_000_000), {'compression': 'application/x-bz2'}, {}, True),
    'xz bomb': (xz_bomb(5_000_000), {'compression': 'application/x-lzma'}, {}, True),
    'inflates to one byte too many': (zlib.compress(body(kwargs={'x': 'y' * MAX_BYTES}).encode()),
                                      {'compression': 'application/x-gzip'}, {}, True),
    'several megabytes': (body(['x' * 8_000_000]), {}, {}, True),
    'one byte too many': (body().ljust(MAX_BYTES + 1), {}, {}, True),
    'no id': (body(), {'id': ...}, {}, False),
    'id null': (body(), {'id': None}, {}, False),
    'id empty': (body(), {'id': ''}, {}, False),
    'id a list': (body(), {'id': ['a']}, {}, False),
    'id of 300 bytes': (body(), {'id': 'x' * 300}, {}, False),
    'task a number': (body(), {'task': 5}, {}, True),
    'task empty': (body(), {'task': ''}, {}, True),
    'eta no time': (body(), {'eta': 'tomorrow'}, {}, True),
    'eta a number': (body(), {'eta': 5}, {}, True),
    'eta 31 February': (body(), {'eta': '2026-02-31T00:00:00'}, {}, True),
    'expires no time': (body(), {'expires': 'never'}, {}, True),
    'time limit of three': (body(), {'timelimit': [1, 2, 3]}, {}, True),
    'time limit a number': (body(), {'timelimit': 30}, {}, True),
    'time limit of texts': (body(), {'timelimit': ['a', 'b']}, {}, True),
    'retries a word': (body(), {'retries': 'many'}, {}, True),
    'no headers, an array': (body(), None, {}, False),
    'no headers, no JSON': (b'?', None, {}, False),
    'protocol 1 without task': (b'{"id": "x", "args": [1]}', None, {}, False),
    'protocol 1 without id': (b'{"task": "evaluate_user", "args": [1]}', None, {}, False),
}


@pytest.mark.parametrize('name', MESSAGES)
def test_bad_message(world, line, name):
    queue, worker = line
    content, headers, properties, heard = MESSAGES[name]
    token = base64.b32encode(name.encode()).decode()
    if headers is not None:
        headers = {k: v for k, v in {'task': 'evaluate_user', 'id': token, **headers}.items() if v is not ...}
    world.wire.put(queue, content, headers, message_id=token,
                   **{'correlation_id': token, **properties})
    if heard:
        result = world.wire.result(token)
        assert (result['status'], result['task_id']) == ('FAILURE', token)
        assert result['result']['exc_type'] == 'DecodeError'
        assert result['result']['exc_module'] == 'kombu.exceptions'
        text, = result['result']['exc_message']
        assert text and text in worker.log()
    message = assert_rejected(world, line, token)
    assert as_bytes(message.body) == as_bytes(content)
    if not heard:
        assert not world.wire.has_result(token)


def test_protocol_1_failures_are_heard(world, line):
    queue, _ = line
    for extra, exception in (({'kwargs': []}, 'DecodeError'), ({'eta': 'x'}, 'DecodeError'),
                             ({'args': [1, 2]}, 'TypeError'), ({'task': 'foreign'}, 'NotRegistered')):
        token = world.wire.put(queue, b'')  # a message of its own, only for a fresh id
        content = {'task': 'evaluate_user', 'id': token + '1', 'args': [1], **extra}
        world.wire.put(queue, json.dumps(content), {}, message_id=token + '1', correlation_id=token + '1')
        assert world.wire.result(token + '1')['result']['exc_type'] == exception
        assert_rejected(world, line, token + '1')


@pytest.mark.parametrize('headers', [
    {'nested': nested(200)},
    {'many': {f'key{i}': i for i in range(5000)}},
    {'wide': list(range(20000))},
    {'text': 'x' * 100_000},
    {'bytes': b'\xff\x00\xfe'},
    {'numbers': [2**63 - 1, -2**63, 1.5, True, None]},
    {'ignore_result': 'yes', 'root_id': ['x'], 'group': {'a': 1}, 'origin': 5, 'lang': 7},
    {'timelimit': [-1, 1e300], 'retries': 3},
    {'stamps': {'a': ['b']}, 'stamped_headers': ['a'], 'periodic_task_name': 'x'},
], ids=lambda headers: next(iter(headers)))
def test_odd_headers_do_no_harm(world, line, headers):
    """What we do not look at may be anything."""
    queue, _ = line
    user, = world.add_users(1)
    token = world.wire.send(queue, 'evaluate_user', [user], headers=headers)
    assert world.wire.result(token)['status'] == 'SUCCESS'
    assert world.awards([user]) == {user: ['Beginner']}


@pytest.mark.parametrize('content_type', ['application/json; charset=utf-8', 'application/json;charset=UTF-8'])
def test_content_types_that_are_accepted(world, line, content_type):
    queue, _ = line
    user, = world.add_users(1)
    token = world.wire.send(queue, 'evaluate_user', [user], content_type=content_type, content_encoding=None)
    assert world.wire.result(token)['status'] == 'SUCCESS'


def test_largest_message_is_done(world, line):
    queue, _ = line
    user, = world.add_users(1)
    for content, headers in ((body([user]).ljust(MAX_BYTES), {}),
                             (zlib.compress(body([user]).ljust(MAX_BYTES).encode()),
                              {'compression': 'application/x-gzip'})):
        token = f'large{len(content)}'
        world.wire.put(queue, content, {'task': 'evaluate_user', 'id': token, **headers}, correlation_id=token)
        assert world.wire.result(token)['status'] == 'SUCCESS'


def test_very_deep_headers(world, line):
    """As deep as a frame allows, made by hand since no client library would."""
    queue, _ = line
    user, = world.add_users(1)
    table = b''
    for _ in range(15_000):
        table = b'\x01aF' + struct.pack('>I', len(table)) + table
    for key, value in ((b'task', b'evaluate_user'), (b'id', b'deep')):
        table += bytes([len(key)]) + key + b'S' + struct.pack('>I', len(value)) + value
    world.wire.put_encoded(queue, body([user]), table, 'deep')
    assert world.wire.result('deep')['status'] == 'SUCCESS'
    assert world.awards([user]) == {user: ['Beginner']}


def test_memory_stays_small(world, line):
    """Bombs and giants of this file, and some more at once, have not been kept."""
    queue, worker = line
    tokens = [world.wire.put(queue, 'x' * 4_000_000, {'task': 'evaluate_user', 'id': f'giant{i}'}) for i in range(20)]
    for token in tokens:
        assert_rejected(world, line, token)
    if 'TROPHY_TEST_WORKER' not in os.environ:  # a build with sanitizers is larger
        assert worker.memory() < 40 << 20
