# SPDX-License-Identifier: Apache-2.0
"""Messages that came before: only a run that the process did not survive is an attempt, and only the killer collects
them."""
import json
import os
import time

import pytest
from controlling import Controller
from processes import free_port, wait_until
from servers import SCHEMA
from suspects import Poison, deliver_again, marks, no_marks, take_away
from wire import at

EARNED = ['Beginner']
KINDS = ['classic', 'quorum']
LIMIT = 3
LIMITED = {'TROPHY_WORKER_DELIVERY_LIMIT': str(LIMIT)}
PATIENT = {'TROPHY_DATABASE_STATEMENT_TIMEOUT': '300000'}


@pytest.fixture
def away():
    """The environment of a worker whose database is not there."""
    return {'TROPHY_DATABASE_URL': f'postgresql://x@127.0.0.1:{free_port()}/x'}


@pytest.fixture
def control(world):
    with Controller(world.broker_url) as one:
        yield one


def new_queue(world, kind='classic'):
    """(a queue, its dead letters)"""
    dead = world.new_queue(declare=True)
    queue = world.new_queue(declare=True, arguments={
        'x-queue-type': kind, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead})
    return queue, dead


def statuses(world, tokens):
    return [world.wire.result(token, timeout_s=60)['status'] for token in tokens]


def error(world, token):
    result = world.wire.result(token, timeout_s=60)['result']
    return result['exc_type'], result['exc_module']


# ---- poison

@pytest.mark.parametrize('workers', [1, 3])
@pytest.mark.parametrize('place', [0, 30, 59])
@pytest.mark.parametrize('kind', KINDS)
def test_poison_harms_nobody(world, start, kind, place, workers):
    """One of 60 kills every worker that runs it: it alone ends in the dead letters."""
    queue, dead = new_queue(world, kind)
    users = world.add_users(60)
    prefetch = {'TROPHY_BROKER_PREFETCH': '256' if workers == 1 else '10'}
    tokens = [world.wire.send(queue, 'evaluate_user', [user]) for user in users]
    names = [f'{queue}w{number}@here' for number in range(workers)]

    def begin(name):
        return start(queue, ready=False, env={**LIMITED, **prefetch, 'TROPHY_WORKER_NAME': name})
    with Poison(world, users[place]) as poison:
        running = {name: begin(name) for name in names}
        deaths, end = 0, time.monotonic() + 120
        while not all(world.wire.has_result(token) for token in tokens):
            assert time.monotonic() < end, 'not done'
            for name in poison.strike(running):
                deaths += 1
                running[name] = begin(name)
            time.sleep(0.02)
    assert error(world, tokens[place]) == ('WorkerLostError', 'billiard.exceptions')
    neighbours = [token for token in tokens if token != tokens[place]]
    assert statuses(world, neighbours) == ['SUCCESS'] * 59
    assert LIMIT < deaths <= LIMIT + 1 + workers  # alone up to the limit; before, together, once in each
    world.wait_counts(queue, ready=0, unacked=0)
    assert world.ready(dead) == 1
    assert len(world.awards(users)) == 59
    wait_until(lambda: no_marks(world), 30, 'no marks')


@pytest.mark.parametrize('marked', [LIMIT - 1, LIMIT, LIMIT + 7])
def test_only_marks_decide(world, start, marked):
    """Delivered often, with any header: it is run.  With as many marks as the limit: not even decoded."""
    queue, dead = new_queue(world, 'quorum')
    user, = world.add_users(1)
    often = world.wire.send(queue, 'evaluate_user', [user], headers={'x-trophy-attempts': 1000})
    token = world.wire.put(queue, b'[' if marked >= LIMIT else b'[[%d], {}, {}]' % user,
                           {'task': 'evaluate_user', 'id': f'marked {marked}'}, correlation_id=f'marked {marked}')
    take_away(world, queue, 2, times=LIMIT + 3)
    world.query('insert into trophy_worker.attempt values (%s, %s, now())', [f'marked {marked}', marked])
    worker = start(queue, env=LIMITED)
    assert statuses(world, [often]) == ['SUCCESS']
    result = world.wire.result(f'marked {marked}')
    assert token and result['status'] == ('FAILURE' if marked >= LIMIT else 'SUCCESS')
    if marked >= LIMIT:
        assert error(world, f'marked {marked}') == ('WorkerLostError', 'billiard.exceptions')
        assert f'given up after {marked} runs' in worker.log()
    world.wait_counts(queue, ready=0, unacked=0)
    assert world.ready(dead) == (marked >= LIMIT)
    wait_until(lambda: no_marks(world), 30, 'no marks')


def test_suspects_run_together_unless_marked(world, start):
    """Without a mark as one batch; those with one alone, the fewest marks first; all after what came first."""
    queue, _ = new_queue(world)
    users = world.add_users(6)
    tokens = [world.wire.send(queue, 'evaluate_user', [user]) for user in users[:5]]
    take_away(world, queue, 5)
    for token, attempts in (tokens[0], 2), (tokens[2], 1):
        world.query('insert into trophy_worker.attempt values (%s, %s, now())', [token, attempts])
    fresh = world.wire.send(queue, 'evaluate_user', [users[5]])
    worker = start(queue, env=LIMITED)
    assert statuses(world, [*tokens, fresh]) == ['SUCCESS'] * 6
    ends = [line for line in worker.log().splitlines() if 'batch: ' in line or ' succeeded ' in line]
    order = [next((i for i, token in enumerate([*tokens, fresh]) if token in line), line.split('batch: ')[-1][:11])
             for line in ends]
    assert order[-4:] == [2, '1 messages,', 0, '1 messages,']
    assert order[:-4] in ([5, '1 messages,', 1, 3, 4, '3 messages,'], [1, 3, 4, '3 messages,', 5, '1 messages,'])
    wait_until(lambda: no_marks(world), 30, 'no marks')


# ---- what is no attempt

@pytest.mark.parametrize('kind', KINDS)
def test_stops_without_database(world, start, away, kind):
    """Ten workers come, find no database and stop."""
    queue, dead = new_queue(world, kind)
    users = world.add_users(20)
    tokens = [world.wire.send(queue, 'evaluate_user', [user]) for user in users]
    for _ in range(10):
        worker = start(queue, env={**LIMITED, **away})
        wait_until(lambda: world.ready(queue) == 0, 30, 'all taken')
        assert worker.stop() == 0
        wait_until(lambda: world.ready(queue) == 20, 30, 'all back')
    start(queue, env=LIMITED)
    assert statuses(world, tokens) == ['SUCCESS'] * 20
    assert world.ready(dead) == 0 and no_marks(world)


@pytest.mark.parametrize('kind', KINDS)
def test_cuts_without_database(world, start, away, kind):
    """One worker, without a database, loses its broker ten times."""
    queue, dead = new_queue(world, kind)
    users = world.add_users(20)
    tokens = [world.wire.send(queue, 'evaluate_user', [user]) for user in users]
    worker = start(queue, env={**LIMITED, **away})
    for times in range(2, 12):
        wait_until(lambda: world.ready(queue) == 0, 30, 'all taken')
        wait_until(lambda: world.close_connections(' consumer'), 30, 'a connection cut')
        worker.wait_log(f'consuming {queue}', times=times)
    assert worker.stop() == 0
    start(queue, env=LIMITED)
    assert statuses(world, tokens) == ['SUCCESS'] * 20
    assert world.ready(dead) == 0 and no_marks(world)


@pytest.mark.parametrize('how', ['stops', 'cuts'])
def test_limit_of_the_broker_reaches_nobody(world, start, away, how):
    """The broker drops from a quorum queue what has come back more than 20 times (RabbitMQ 4 by itself): of what only
    waits it never counts so far."""
    queue = world.new_queue(declare=True, arguments={'x-queue-type': 'quorum', 'x-delivery-limit': 20})
    users = world.add_users(20)
    tokens = [world.wire.send(queue, 'evaluate_user', [user]) for user in users]
    worker = start(queue, env={**LIMITED, **away})
    for times in range(2, 32):
        wait_until(lambda: world.ready(queue) == 0, 30, 'all taken')
        if how == 'stops':
            assert worker.stop() == 0
            wait_until(lambda: world.ready(queue) >= 20, 30, 'all back')
            worker = start(queue, env={**LIMITED, **away})
        else:
            wait_until(lambda: world.close_connections(' consumer'), 30, 'a connection cut')
            worker.wait_log(f'consuming {queue}', times=times)
    assert worker.stop() == 0
    start(queue, env=LIMITED)
    assert statuses(world, tokens) == ['SUCCESS'] * 20
    world.wait_counts(queue, ready=0, unacked=0)
    assert no_marks(world)


@pytest.mark.parametrize('kind', KINDS)
def test_stops_with_a_locked_row(world, start, kind):
    """What waits for a row is not attempted, however often the worker stops."""
    queue, dead = new_queue(world, kind)
    user, other = world.add_users(2, statistics=True)
    with world.locked(user):
        token = world.wire.send(queue, 'evaluate_user', [user])
        for _ in range(LIMIT + 3):
            worker = start(queue, env=LIMITED)
            done = world.wire.send(queue, 'evaluate_user', [other])
            assert statuses(world, [done]) == ['SUCCESS']
            time.sleep(0.3)
            assert worker.stop() == 0
            assert no_marks(world)
        worker = start(queue, env=LIMITED)
    assert statuses(world, [token]) == ['SUCCESS']
    assert world.ready(dead) == 0
    wait_until(lambda: no_marks(world), 30, 'no marks')


def test_database_lost_while_it_runs(world, start):
    """The session dies under a suspect again and again; the process lives, so that is no attempt."""
    queue, dead = new_queue(world)
    user, = world.add_users(1)
    token = world.wire.send(queue, 'evaluate_user', [user])
    take_away(world, queue)
    with Poison(world, user) as poison:
        start(queue, env=LIMITED)
        for _ in range(LIMIT + 2):
            wait_until(poison.sleepers, 60, 'at work')
            assert marks(world) == {token: 1}
            poison.wake()
            wait_until(lambda: not poison.sleepers(), 30, 'session over')
    poison.wake()
    assert statuses(world, [token]) == ['SUCCESS']
    assert world.ready(dead) == 0
    wait_until(lambda: no_marks(world), 30, 'no marks')


def test_stops_while_the_database_goes_away(world, start):
    """In the middle of a run, again and again: its mark cannot be taken back there, so the message says it."""
    queue, dead = new_queue(world)
    user, = world.add_users(1)
    token = world.wire.send(queue, 'evaluate_user', [user])
    take_away(world, queue)
    admin = world.postgres.connect('postgres')
    with Poison(world, user) as poison, admin.cursor() as cursor:
        for _ in range(10):
            worker = start(queue, env=LIMITED)
            wait_until(poison.sleepers, 60, 'at work')
            assert marks(world) == {token: 1}
            cursor.execute(f'alter database "{world.name}" allow_connections false')
            cursor.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s "
                           "and usename <> 'postgres'", [world.name])
            worker.wait_log('batch: put off')
            assert worker.stop() == 0
            assert 'marks are left' not in worker.log()
            cursor.execute(f'alter database "{world.name}" allow_connections true')
            wait_until(lambda: world.ready(queue) == 1, 30, 'back')
    admin.close()
    start(queue, env=LIMITED)
    assert statuses(world, [token]) == ['SUCCESS']
    world.wait_counts(queue, ready=0, unacked=0)
    assert world.ready(dead) == 0
    wait_until(lambda: no_marks(world), 30, 'no marks')


def test_connection_cut_while_it_runs(world, start):
    """The broker delivers it anew while it is in hand: it is known, and has one mark."""
    queue, dead = new_queue(world)
    user, = world.add_users(1)
    tokens = [world.wire.send(queue, 'evaluate_user', [user]),
              world.wire.put(queue, json.dumps({'task': 'evaluate_user', 'id': f'{queue} one', 'args': [user]}), {},
                             correlation_id=f'{queue} one')]
    take_away(world, queue, 2)
    with Poison(world, user) as poison:
        worker = start(queue, env={**LIMITED, **PATIENT})
        for times in range(2, LIMIT + 3):
            wait_until(poison.sleepers, 60, 'at work')
            wait_until(lambda: world.close_connections(' consumer'), 30, 'a connection cut')
            worker.wait_log(f'consuming {queue}', times=times)
            worker.wait_log('delivered again while it is in hand', times=2 * (times - 1))
            assert set(marks(world).values()) == {1}
    poison.wake()
    assert statuses(world, [tokens[0], f'{queue} one']) == ['SUCCESS'] * 2
    world.wait_counts(queue, ready=0, unacked=0)
    assert world.ready(dead) == 0
    wait_until(lambda: no_marks(world), 30, 'no marks')


def test_stopped_while_it_waits(world, start):
    """A worker that was killed with it, then stops that were clean: one attempt, and none more."""
    queue, _ = new_queue(world)
    user, = world.add_users(1, statistics=True)
    token = world.wire.send(queue, 'evaluate_user', [user])
    take_away(world, queue)
    with Poison(world, user) as poison:
        name = f'{queue}@here'
        worker = start(queue, env={**LIMITED, 'TROPHY_WORKER_NAME': name})
        wait_until(poison.sleepers, 30, 'at work')
        assert poison.strike({name: worker}) == [name]
    with world.locked(user):
        for _ in range(LIMIT):
            worker = start(queue, env=LIMITED)
            time.sleep(0.5)
            assert worker.stop() == 0
            assert marks(world) == {token: 1}
        start(queue, env=LIMITED)
    assert statuses(world, [token]) == ['SUCCESS']
    wait_until(lambda: no_marks(world), 30, 'no marks')


# ---- whatever comes again

CASES = {  # body, headers, properties, environment: what the sender hears, how it ends
    'good': ('[[USER], {}, {}]', {}, {}, {}, 'SUCCESS', 0),
    'nobody': ('[[2000000000], {}, {}]', {}, {}, {}, 'SUCCESS', 0),
    'no JSON': ('[', {}, {}, {}, 'DecodeError', 1),
    'another type': ('[[USER], {}, {}]', {}, {'content_type': 'application/x-python-serialize'}, {}, 'DecodeError', 1),
    'wrong arguments': ('[[], {}, {}]', {}, {}, {}, 'TypeError', 1),
    'expired': ('[[USER], {}, {}]', {'expires': '2000-01-01T00:00:00+00:00'}, {}, {}, 'TaskRevokedError', 0),
    'foreign': ('[[1], {}, {}]', {'task': 'not.ours'}, {}, {}, 'NotRegistered', 1),
    'foreign, goes round': ('[[1], {}, {}]', {'task': 'not.ours', 'x-trophy-attempts': -2**62}, {},
                            {'TROPHY_WORKER_FOREIGN_TASKS': 'requeue'}, 'NotRegistered', 1),
    'a wish of its own': ('[[USER], {"force": true}, {}]', {}, {}, {}, 'SUCCESS', 0),
}


@pytest.mark.parametrize('case', CASES)
@pytest.mark.parametrize('kind', KINDS)
def test_every_end(world, start, kind, case):
    """Each ends as it would have the first time, and leaves no mark."""
    body, headers, properties, env, heard, dead_letters = CASES[case]
    queue, dead = new_queue(world, kind)
    user, = world.add_users(1)
    token = f'{queue} {case}'
    world.wire.put(queue, body.replace('USER', str(user)), {'task': 'evaluate_user', 'id': token, **headers},
                   correlation_id=token, **properties)
    take_away(world, queue)
    start(queue, env={**LIMITED, **env})
    result = world.wire.result(token, timeout_s=60)
    assert result['status'] == 'SUCCESS' if heard == 'SUCCESS' else result['result']['exc_type'] == heard
    world.wait_counts(queue, ready=0, unacked=0)
    assert world.ready(dead) == dead_letters
    wait_until(lambda: no_marks(world), 30, 'no marks')


def test_parked_again(world, start):
    queue, _ = new_queue(world)
    park = world.new_queue(declare=True)
    world.wire.send(queue, 'not.ours', [1])
    take_away(world, queue)
    start(queue, env={**LIMITED, 'TROPHY_WORKER_FOREIGN_TASKS': 'park', 'TROPHY_BROKER_PARK_QUEUE': park})
    wait_until(lambda: world.ready(park) == 1, 30, 'parked')
    wait_until(lambda: no_marks(world), 30, 'no marks')


def test_without_an_id(world, start):
    """Protocol 1 keeps it in the body, so the body itself is marked; and what has none at all is marked, too."""
    queue, dead = new_queue(world)
    user, = world.add_users(1)
    first = json.dumps({'task': 'evaluate_user', 'id': 'of the body', 'args': [user], 'kwargs': {}})
    world.wire.put(queue, first, {}, correlation_id='of the body')
    world.wire.put(queue, b'nothing', {})
    take_away(world, queue, 2)
    with Poison(world, user) as poison:
        start(queue, env={**LIMITED, 'TROPHY_WORKER_NAME': f'{queue}@here'})
        wait_until(poison.sleepers, 30, 'at work')
        assert set(marks(world).values()) == {1}
        assert all(key.startswith('body:') for key in marks(world))
    poison.wake()
    assert statuses(world, ['of the body']) == ['SUCCESS']
    world.wait_counts(queue, ready=0, unacked=0)
    assert world.ready(dead) == 1
    wait_until(lambda: no_marks(world), 30, 'no marks')


def test_all_users_again(world, start):
    """A task that is cut into ranges, and a range, both delivered before."""
    queue, _ = new_queue(world)
    users = world.add_users(2)
    token = world.wire.send(queue, 'evaluate_all')
    span = world.wire.send(queue, 'trophy_worker.evaluate_range', kwargs={'after_id': 0, 'upto_id': None})
    take_away(world, queue, 2)
    start(queue, env=LIMITED)
    assert statuses(world, [token, span]) == ['SUCCESS'] * 2
    world.wait_counts(queue, ready=0, unacked=0)
    assert world.awards(users) == {user: EARNED for user in users}
    wait_until(lambda: no_marks(world), 30, 'no marks')


def test_revoked_before_it_is_decoded(world, start, control, away):
    queue, dead = new_queue(world)
    user, = world.add_users(1, statistics=True)
    token = world.wire.send(queue, 'evaluate_user', [user])
    take_away(world, queue)
    with world.locked(user):
        start(queue, env={**LIMITED, 'TROPHY_WORKER_NAME': f'{queue}@here'})
        control.tell('revoke', task_id=[token], terminate=False)
        assert error(world, token)[0] == 'TaskRevokedError'
    world.wait_counts(queue, ready=0, unacked=0)
    assert world.ready(dead) == 0 and world.awards([user]) == {}
    wait_until(lambda: no_marks(world), 30, 'no marks')


@pytest.mark.parametrize('protocol', [1, 2])
@pytest.mark.parametrize('kind', KINDS)
def test_for_later(world, start, kind, protocol):
    """Waiting for its eta it has no mark, whether it was decoded for that or not; and it is done in time."""
    queue, dead = new_queue(world, kind)
    user, = world.add_users(1)
    token = f'{queue} later'
    if protocol == 1:
        world.wire.put(queue, json.dumps({'task': 'evaluate_user', 'id': token, 'args': [user], 'eta': at(6)}), {},
                       correlation_id=token)
    else:
        world.wire.put(queue, f'[[{user}], {{}}, {{}}]', {'task': 'evaluate_user', 'id': token, 'eta': at(6)},
                       correlation_id=token)
    take_away(world, queue)
    start(queue, env=LIMITED)
    wait_until(lambda: world.ready(queue) == 0, 30, 'taken')
    time.sleep(1)
    wait_until(lambda: no_marks(world), 3, 'no marks')
    assert not world.wire.has_result(token)
    assert statuses(world, [token]) == ['SUCCESS']
    world.wait_counts(queue, ready=0, unacked=0)
    assert world.ready(dead) == 0
    wait_until(lambda: no_marks(world), 30, 'no marks')


# ---- what is seen of them, and what they cost

def cpu_seconds(worker):
    with open(f'/proc/{worker.process.pid}/stat') as file:
        fields = file.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def test_waiting_without_database(world, start, control, away):
    """They are shown as far as their headers say, and cost nothing."""
    queue, _ = new_queue(world)
    user, = world.add_users(1)
    token = world.wire.send(queue, 'evaluate_user', [user])
    later = world.wire.send(queue, 'evaluate_user', [user], headers={'eta': at(600)})
    strange = world.wire.put(queue, b'nothing', {})
    foreign = world.wire.send(queue, 'not.ours', [1])
    take_away(world, queue, 4)
    worker = start(queue, env={**LIMITED, **away, 'TROPHY_WORKER_NAME': f'{queue}@here'})
    wait_until(lambda: world.ready(queue) == 0, 30, 'taken')
    reserved, = control.ask('reserved')
    assert (reserved['id'], reserved['name'], reserved['args'], reserved['acknowledged']) == \
        (token, 'evaluate_user', '?', False)
    assert reserved['delivery_info']['redelivered'] is True
    scheduled, = control.ask('scheduled')
    assert scheduled['request']['id'] == later
    assert control.ask('active') == []
    shown = control.ask('query_task', ids=[token, later, strange, foreign])
    assert {key: state for key, (state, _) in shown.items()} == {token: 'reserved'}
    before = cpu_seconds(worker)
    time.sleep(5)
    assert cpu_seconds(worker) - before < 0.5
    assert worker.stop() == 0


def test_old_marks_are_forgotten(world, start):
    queue, _ = new_queue(world)
    world.query("insert into trophy_worker.attempt values ('old', 2, now() - interval '8 days'), "
                "('young', 2, now() - interval '6 days')")
    start(queue).wait_log('db: connected')
    wait_until(lambda: marks(world) == {'young': 2}, 30, 'the old one forgotten')
    world.query("delete from trophy_worker.attempt")


def locked_table(world):
    """A connection that nobody else gets at the table for."""
    connection = world.postgres.connect(world.name)
    connection.cursor().execute('begin; lock table trophy_worker.attempt')
    return connection


def test_marks_cannot_be_written(world, start, control):
    """Somebody has locked the table: what comes first goes on, and suspects wait for it."""
    queue, _ = new_queue(world)
    user, other = world.add_users(2)
    worker = start(queue, env={**LIMITED, 'TROPHY_DATABASE_LOCK_TIMEOUT': '200'}).wait_log('db: connected')
    connection = locked_table(world)
    try:
        token = deliver_again(world, control, queue, lambda: world.wire.send(queue, 'evaluate_user', [user]))
        worker.wait_log('suspects: no mark was written')
        assert statuses(world, [world.wire.send(queue, 'evaluate_user', [other])]) == ['SUCCESS']
        assert not world.wire.has_result(token)
    finally:
        connection.close()
    assert statuses(world, [token]) == ['SUCCESS']
    wait_until(lambda: no_marks(world), 30, 'no marks')


def test_table_locked_at_the_start(world, start):
    """As good as none, and no reason not to work."""
    queue, _ = new_queue(world)
    users = world.add_users(2)
    tokens = [world.wire.send(queue, 'evaluate_user', [user]) for user in users]
    take_away(world, queue, 2)
    connection = locked_table(world)
    try:
        worker = start(queue, env={**LIMITED, 'TROPHY_DATABASE_LOCK_TIMEOUT': '200'})
        assert statuses(world, tokens) == ['SUCCESS'] * 2
    finally:
        connection.close()
    assert worker.log().count('no table trophy_worker.attempt') == 1


@pytest.fixture
def removed(world):
    """remove(how) takes the worker's own tables away until the end of the test."""
    yield world.query
    world.query('drop schema if exists trophy_worker cascade')
    world.postgres.psql(world.name, SCHEMA / 'worker.sql')


@pytest.mark.parametrize('how', ['drop schema trophy_worker cascade', 'drop table trophy_worker.attempt',
                                 'revoke usage on schema trophy_worker from trophy_worker',
                                 'revoke update on trophy_worker.attempt from trophy_worker',
                                 'alter table trophy_worker.attempt drop column marked_at'])
def test_without_the_table(world, start, removed, how):
    """Said once; suspects run alone, and are not counted."""
    queue, dead = new_queue(world)
    users = world.add_users(3)
    removed(how)
    tokens = [world.wire.send(queue, 'evaluate_user', [user]) for user in users]
    take_away(world, queue, 3)
    worker = start(queue, env=LIMITED)
    assert statuses(world, tokens) == ['SUCCESS'] * 3
    assert worker.log().count('batch: 1 messages') == 3
    assert worker.log().count('no table trophy_worker.attempt') == 1
    assert world.ready(dead) == 0


def test_table_goes_and_comes(world, start, removed, control):
    """While the worker runs: the next session finds out, and no message pays for it."""
    queue, dead = new_queue(world)
    name = f'{queue}@here'
    users = world.add_users(3)

    def do_again(user):
        token = deliver_again(world, control, queue, lambda: world.wire.send(queue, 'evaluate_user', [user]))
        assert statuses(world, [token]) == ['SUCCESS']
    worker = start(queue, env={**LIMITED, 'TROPHY_WORKER_NAME': name}).wait_log('db: connected')
    removed('drop schema trophy_worker cascade')
    do_again(users[0])
    do_again(users[1])
    assert worker.log().count('no table trophy_worker.attempt') == 1
    assert worker.log().count('db: connected') == 2
    world.postgres.psql(world.name, SCHEMA / 'worker.sql')
    world.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = %s', [name])
    do_again(users[2])
    assert world.ready(dead) == 0
    assert world.awards(users) == {user: EARNED for user in users}
    worker.wait_log('there is a table trophy_worker.attempt')
