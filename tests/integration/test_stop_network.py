# SPDX-License-Identifier: Apache-2.0
"""A stop ends in time whatever the network does, and no link to the broker holds up the loop.

What is promised: one SIGTERM ends the process within worker.drain_seconds and a second, a second one within half a
second.  The slack is for a busy machine; without the promise each of these takes tens of seconds, or for ever.
"""
import contextlib
import json
import signal
import time
import uuid

import proxy
import pytest
import tls_rabbitmq
import worlds
from processes import wait_until

DRAIN_S, AFTER_DRAIN_S, SECOND_S, SLACK_S = 2, 1, 0.5, 4
BIG, BIG_COUNT = 200_000, 60
WAYS = {'both': {}, 'up': {'down': False}, 'down': {'up': False}}


@pytest.fixture
def launch(world, start, postgres, proxies):
    """launch(queue, drain_s, **options) -> Worker whose links pass the proxies."""
    broker, database = proxies

    def begin(queue, drain_s=DRAIN_S, env=None, **options):
        options.setdefault('broker_url', broker.through(world.broker_url))
        options.setdefault('database_url', database.through(postgres.worker_url(world.name)))
        return start(queue, env={'TROPHY_WORKER_DRAIN_SECONDS': str(drain_s), **(env or {})}, **options)
    return begin


def ends_in_time(worker, signals=1):
    """Send as many SIGTERM; the process is gone in time, and calls it no failure."""
    worker.process.signal(signal.SIGTERM)
    bound_s = DRAIN_S + AFTER_DRAIN_S
    if signals == 2:
        time.sleep(0.3)
        worker.process.signal(signal.SIGTERM)
        bound_s = SECOND_S
    begun = time.monotonic()
    assert worker.process.wait(30) == 0
    assert time.monotonic() - begun <= bound_s + SLACK_S


def drain_of(signals):
    """Long enough that only the second signal can be what ended it."""
    return 60 if signals == 2 else DRAIN_S


@contextlib.contextmanager
def tables_locked(world):
    """Whatever is to be done waits at the database."""
    connection = world.postgres.connect(world.name)
    connection.autocommit = False
    try:
        with connection.cursor() as cursor:
            cursor.execute(f'lock table {worlds.STATISTICS} in exclusive mode')
            yield connection
    finally:
        connection.close()


def put(wire, queue, user, embed=None, kwargs=None):
    token = str(uuid.uuid4())
    body = [[user], kwargs or {}, {'callbacks': None, 'errbacks': None, 'chain': None, 'chord': None, **(embed or {})}]
    return wire.put(queue, json.dumps(body), {'lang': 'py', 'task': 'evaluate_user', 'id': token, 'root_id': token},
                    message_id=token)


def send_big(world, queue, users):
    """Messages that each want something large published when they are done, to a queue that nobody consumes; their
    tokens, and that queue."""
    sink = world.new_queue(declare=True)
    callback = {'task': 'evaluate_user', 'args': [1], 'kwargs': {'pad': 'x' * BIG}, 'subtask_type': None,
                'immutable': True, 'options': {'queue': sink}}
    return [put(world.wire, queue, user, {'callbacks': [callback]}) for user in users], sink


def done(world, users):
    """How many of these have their statistics."""
    return world.query(f'select count(*) from {worlds.STATISTICS} where user_id = any(%s) and total_workouts > 0',
                       [list(users)])[0][0]


def wait_done(world, users):
    wait_until(lambda: done(world, users) == len(users), 60, 'statistics of all')


@pytest.mark.parametrize('signals', [1, 2])
@pytest.mark.parametrize('way', WAYS)
@pytest.mark.parametrize('peer', ['broker', 'database', 'all'])
def test_consuming_idle(world, launch, proxies, peer, way, signals):
    queue = world.new_queue()
    user, = world.add_users(1)
    worker = launch(queue, drain_of(signals))
    world.wire.result(world.wire.send(queue, 'evaluate_user', [user]))
    for one in proxies if peer == 'all' else [proxies[peer == 'database']]:
        one.stall(**WAYS[way])
    ends_in_time(worker, signals)


@pytest.mark.parametrize('signals', [1, 2])
@pytest.mark.parametrize('peer', ['broker', 'database', 'all'])
def test_connecting(world, launch, proxies, peer, signals):
    stalled = proxies if peer == 'all' else [proxies[peer == 'database']]
    for one in stalled:
        one.stall()
    worker = launch(world.new_queue(), drain_of(signals), ready=False)
    wait_until(lambda: all(one.accepted for one in stalled), 30, 'a link to what is stalled')
    ends_in_time(worker, signals)


@pytest.mark.parametrize('signals', [1, 2])
@pytest.mark.parametrize('method', ['connection.tune-ok', 'queue.declare', 'basic.consume', 'confirm.select'])
def test_in_the_middle_of_a_conversation(world, launch, proxies, method, signals):
    """The broker never gets this method, and so does not answer."""
    broker, _ = proxies
    with broker.hold(lambda event: event.up and event.name == method) as held:
        worker = launch(world.new_queue(), drain_of(signals), ready=False)
        held.wait()
        ends_in_time(worker, signals)


@pytest.mark.parametrize('signals', [1, 2])
def test_connecting_to_a_name_that_never_answers(world, launch, signals):
    """No name server, no host: the process does not wait for the resolver or the handshake of TCP."""
    options = {'broker_url': 'amqp://guest:guest@broker.invalid:1/', 'database_url': 'postgresql://192.0.2.1:1/x'}
    worker = launch(world.new_queue(), drain_of(signals), ready=False, **options)
    worker.wait_log('starts as')
    time.sleep(0.5)
    ends_in_time(worker, signals)


@pytest.mark.parametrize('signals', [1, 2])
@pytest.mark.parametrize('peer', ['broker', 'database', 'all'])
def test_in_a_transaction(world, launch, proxies, peer, signals):
    queue = world.new_queue(declare=True)
    user, = world.add_users(1, statistics=True)
    with tables_locked(world):
        worker = launch(queue, drain_of(signals), env={'TROPHY_DATABASE_LOCK_TIMEOUT': '60000'})
        world.wire.send(queue, 'evaluate_user', [user])
        world.wait_blocked()
        for one in proxies if peer == 'all' else [proxies[peer == 'database']]:
            one.stall()
        ends_in_time(worker, signals)


@pytest.mark.parametrize('signals', [1, 2])
def test_large_publication(world, launch, proxies, signals):
    """Twelve megabytes to a broker that takes none of them; afterwards nothing is lost."""
    broker, _ = proxies
    queue = world.new_queue(declare=True)
    users = world.add_users(BIG_COUNT)
    tokens, sink = send_big(world, queue, users)
    with tables_locked(world) as lock:
        worker = launch(queue, drain_of(signals), env={'TROPHY_DATABASE_LOCK_TIMEOUT': '60000'})
        world.wait_blocked()
        broker.stall(down=False)
        lock.rollback()
        wait_done(world, users)
        time.sleep(1)
        ends_in_time(worker, signals)
    broker.restore()
    launch(queue)
    assert {world.wire.result(token, 60)['status'] for token in tokens} == {'SUCCESS'}
    world.wait_counts(queue, ready=0, unacked=0)
    assert world.ready(sink) >= BIG_COUNT


def test_consuming_goes_on_while_publishing_is_stalled(world, launch, proxies):
    """Only what waits for its follow-up is not acknowledged; the rest is done, and the loop answers."""
    broker, _ = proxies
    queue = world.new_queue(declare=True)
    users, others = world.add_users(BIG_COUNT), world.add_users(50)
    worker = launch(queue)
    with broker.hold(lambda event: event.up and event.name == 'basic.publish' and event.body is not None) as held:
        tokens, sink = send_big(world, queue, users)
        held.wait()
        wait_done(world, users)
        tokens += [world.wire.send(queue, 'evaluate_user', [user]) for user in others]
        wait_done(world, others)
        world.wait_counts(queue, ready=0, unacked=BIG_COUNT)
        worker.process.signal(signal.SIGUSR1)
        worker.wait_log('state: consuming yes')
    assert {world.wire.result(token, 60)['status'] for token in tokens} == {'SUCCESS'}
    world.wait_counts(queue, ready=0, unacked=0)
    assert world.ready(sink) == BIG_COUNT
    assert {len(world.wire.results[token]) for token in tokens} == {1}
    assert worker.log().count('connected to') == 2


@pytest.mark.parametrize('signals', [1, 2])
def test_memory_alarm(world, launch, rabbitmq, signals):
    """What has to be published keeps its message; results, which the broker does not take, do not."""
    queue = world.new_queue(declare=True)
    users, others = world.add_users(BIG_COUNT), world.add_users(20)
    tokens, sink = send_big(world, queue, users)
    for user in others:
        world.wire.send(queue, 'evaluate_user', [user])
    try:
        with tables_locked(world) as lock:
            worker = launch(queue, drain_of(signals), env={'TROPHY_DATABASE_LOCK_TIMEOUT': '60000'})
            world.wait_blocked()
            rabbitmq.ctl('set_vm_memory_high_watermark', '0.000001')
            lock.rollback()
            wait_done(world, users + others)
        world.wait_counts(queue, ready=0, unacked=BIG_COUNT)
        ends_in_time(worker, signals)
    finally:
        rabbitmq.ctl('set_vm_memory_high_watermark', '0.4')
    launch(queue)
    wait_until(lambda: world.counts(queue) == (0, 0), 60, 'all done')
    assert {world.wire.result(token)['status'] for token in tokens} == {'SUCCESS'}
    assert world.ready(sink) >= BIG_COUNT


def test_what_was_acknowledged_does_not_come_again(world, launch):
    """The stop comes while large deliveries stream in, so that something is always left unread."""
    queue = world.new_queue(declare=True)
    users = world.add_users(120)
    for user in users:
        put(world.wire, queue, user, {'pad': 'x' * 50_000})
    left = len(users)
    while left > 0:
        worker = launch(queue, env={'TROPHY_BROKER_PREFETCH': '40', 'TROPHY_WORKER_BATCH_USERS': '5'}, ready=False)
        worker.wait_log(' succeeded', 30)
        assert worker.stop() == 0
        left -= worker.log().count(' succeeded')
        world.wait_counts(queue, ready=left, unacked=0)


@pytest.fixture(scope='module')
def tls():
    with tls_rabbitmq.TlsRabbitMQ() as one:
        yield one


@pytest.fixture(scope='module')
def tls_world(postgres, tls):
    with worlds.World(postgres, tls, 'tls') as one:
        yield one


def test_tls(postgres, tls, tls_world, start):
    """The same over TLS: a stalled publisher, large bodies, a bounded stop, nothing lost."""
    queue = tls_world.new_queue(declare=True)
    users, others = tls_world.add_users(BIG_COUNT), tls_world.add_users(20)
    tokens, sink = send_big(tls_world, queue, users)
    with proxy.Proxy(tls.tls_port) as broker:
        options = {'broker_url': tls.tls_url(tls_world.name, broker.port), 'database_url': postgres.worker_url(tls_world.name),
                   'env': {'TROPHY_BROKER_CA_FILE': str(tls.ca_file), 'TROPHY_WORKER_DRAIN_SECONDS': str(DRAIN_S),
                           'TROPHY_DATABASE_LOCK_TIMEOUT': '60000'}}
        with tables_locked(tls_world) as lock:
            worker = start(queue, **options)
            tls_world.wait_blocked()
            broker.stall(down=False)
            lock.rollback()
            wait_done(tls_world, users)
            time.sleep(1)
            ends_in_time(worker)
        broker.restore()
        start(queue, **options)
        tokens += [tls_world.wire.send(queue, 'evaluate_user', [user]) for user in others]
        assert {tls_world.wire.result(token, 60)['status'] for token in tokens} == {'SUCCESS'}
        tls_world.wait_counts(queue, ready=0, unacked=0)
        assert tls_world.ready(sink) >= BIG_COUNT


@pytest.mark.parametrize('signals', [1, 2])
def test_stalled_tls_handshake(postgres, tls, tls_world, start, signals):
    with proxy.Proxy(tls.tls_port) as broker:
        broker.stall()
        worker = start(tls_world.new_queue(), ready=False, broker_url=tls.tls_url(tls_world.name, broker.port),
                       database_url=postgres.worker_url(tls_world.name),
                       env={'TROPHY_BROKER_CA_FILE': str(tls.ca_file), 'TROPHY_WORKER_DRAIN_SECONDS': str(drain_of(signals))})
        wait_until(lambda: broker.accepted, 30, 'a link')
        ends_in_time(worker, signals)
