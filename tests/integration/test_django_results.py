# SPDX-License-Identifier: Apache-2.0
"""Results in the table of django-celery-results.  tests/data/django/rows-2.6.0.json is what a Celery worker with the real
package wrote for the same messages."""
import contextlib
import json
import signal

import commands
import pytest
import worlds
from django_results import DATA, DJANGO, RESULTS, add_tables, put, rows, signature, wait_rows
from processes import wait_until

RECORDED = {row['task_id']: row for row in json.loads((DATA / 'rows-2.6.0.json').read_text())['rows']}


@pytest.fixture(scope='module', autouse=True)
def tables(world):
    add_tables(world)


@pytest.fixture
def bare(postgres, rabbitmq, request):
    """A world of its own, without the tables."""
    with worlds.World(postgres, rabbitmq, f'bare_{request.node.name[:40]}') as one:
        yield one


@pytest.fixture
def start_bare(postgres, bare, request):
    import conftest
    with conftest.workers(bare.broker_url, postgres.worker_url(bare.name), request) as start_worker:
        yield lambda queue, **options: start_worker(queue=queue, env={**DJANGO, **options.pop('env', {})}, **options)


def send_recorded(world, queue, user):
    def step(task, task_id, args):
        return signature(task, args, task_id=task_id, reply_to='nobody')
    put(world, queue, 's1', [user])
    put(world, queue, 'f1', ['x'], 'wger.trophies.tasks.evaluate_user_trophies_task')
    put(world, queue, 'f2', [], 'wger.trophies.tasks.evaluate_user_trophies_task')
    put(world, queue, 'nr1', [], 'nope')
    put(world, queue, 'rvx', [user], headers={'expires': '2020-01-01T00:00:00+00:00'})
    put(world, queue, 'c1', ['x'],
        chain=[step('evaluate_user', 'c3', [user]), step('update_statistics', 'c2', [user])])
    put(world, queue, 'd1', [user], chain=[step('update_statistics', 'd2', [user])])
    return ['s1', 'f1', 'f2', 'nr1', 'rvx', 'c1', 'c2', 'c3', 'd1', 'd2']


def test_rows_are_those_of_the_package(world, start):
    queue = world.new_queue()
    start(queue, env=DJANGO)
    user, = world.add_users(1)
    ids = send_recorded(world, queue, user)
    found = wait_rows(world, ids)
    assert {task_id: found[task_id] for task_id in ids} == {task_id: RECORDED[task_id] for task_id in ids}
    world.wait_counts(queue, ready=0, unacked=0)
    assert not world.wire.has_result('s1')  # nothing goes over rpc


def test_table_of_an_older_version(bare, start_bare):
    add_tables(bare, newest=False)
    queue = bare.new_queue()
    start_bare(queue)
    user, = bare.add_users(1)
    ids = send_recorded(bare, queue, user)
    found = wait_rows(bare, ids)
    for task_id in ids:
        assert found[task_id].items() <= RECORDED[task_id].items()
        assert 'date_started' not in found[task_id]


def test_ignored_results_are_not_stored(world, start):
    queue = world.new_queue()
    worker = start(queue, env=DJANGO)
    user, = world.add_users(1)
    put(world, queue, 'ignored', [user], headers={'ignore_result': True})
    put(world, queue, 'ignored failure', ['x'], headers={'ignore_result': True})
    put(world, queue, 'asked for', [user], headers={'ignore_result': False})
    wait_rows(world, ['asked for'])
    worker.wait_log('[ignored failure] evaluate_user rejected')
    world.wait_counts(queue, ready=0, unacked=0)
    assert not {'ignored', 'ignored failure'} & rows(world).keys()
    assert world.awards([user]) == {user: ['Beginner']}


def test_unknown_user_and_task_for_all(world, start):
    """What has no transaction with effects has one of its own."""
    queue = world.new_queue()
    start(queue, env=DJANGO)
    put(world, queue, 'nobody', [2000000000])
    put(world, queue, 'out of range', [1 << 40])
    put(world, queue, 'all', [], 'recalculate_all_statistics')
    found = wait_rows(world, ['nobody', 'out of range', 'all'])
    assert {found[task_id]['status'] for task_id in ('nobody', 'out of range', 'all')} == {'SUCCESS'}
    world.wait_counts(queue, ready=0, unacked=0)


def test_success_stays_one(world, start):
    """A message that comes again after its commit may have expired, or be given up, meanwhile."""
    queue = world.new_queue()
    start(queue, env=DJANGO)
    user, = world.add_users(1)
    put(world, queue, 'twice', ['x'])
    wait_rows(world, ['twice'], 'FAILURE')
    put(world, queue, 'twice', [user])
    wait_rows(world, ['twice'], 'SUCCESS')
    put(world, queue, 'twice', [user], headers={'expires': '2020-01-01T00:00:00+00:00'})
    put(world, queue, 'behind', [user])
    wait_rows(world, ['behind'])
    world.wait_counts(queue, ready=0, unacked=0)
    assert rows(world)['twice']['status'] == 'SUCCESS'


def test_same_id_twice_in_a_batch(world, start):
    queue = world.new_queue(declare=True)
    one, two = world.add_users(2)
    for user in (one, two, one):
        put(world, queue, 'same', [user])
    start(queue, env=DJANGO)
    wait_rows(world, ['same'], 'SUCCESS')
    world.wait_counts(queue, ready=0, unacked=0)
    assert world.awards([one, two]) == {one: ['Beginner'], two: ['Beginner']}


def test_thousand_messages_and_a_kill(world, start):
    """A result stands if and only if the effects do, also at the moment when the worker is killed."""
    queue = world.new_queue(declare=True)
    users = world.add_users(1000)
    for user in users:
        put(world, queue, f'm{user}', [user])
    first = start(queue, ready=False, env={**DJANGO, 'TROPHY_WORKER_BATCH_USERS': '20'})
    wait_until(lambda: world.query(f"select count(*) from {RESULTS} where task_id like 'm%%'")[0][0] > 100, 30,
               'a hundred results', every_s=0.01)
    first.kill()
    wait_until(lambda: world.query("select count(*) from pg_stat_activity where datname = %s and usename <> 'postgres'",
                                   [world.name])[0][0] == 0, 30, 'its session is gone', every_s=0.05)
    stored = {int(task_id[1:]) for task_id in rows(world) if task_id[0] == 'm'}
    assert 100 < len(stored) < 1000
    assert set(world.awards(users)) == stored
    second = start(queue, env=DJANGO)
    found = wait_rows(world, [f'm{user}' for user in users], 'SUCCESS', timeout_s=60)
    assert {found[f'm{user}']['result'] for user in users} == {'null'}
    assert set(world.awards(users)) == set(users)
    world.wait_counts(queue, ready=0, unacked=0)
    assert second.stop() == 0


def test_table_missing(bare, start_bare, postgres):
    """Not ready, says so, loses nothing, and goes on when the table is there; check and schema name it."""
    queue = bare.new_queue()
    worker = start_bare(queue)
    worker.wait_log('db: does not fit')
    user, = bare.add_users(1)
    put(bare, queue, 'early', [user])
    put(bare, queue, 'early failure', ['x'])
    wait_until(lambda: bare.counts(queue) == (0, 2), 30, 'both are held')
    settings = {'database': postgres.worker_url(bare.name), 'broker': bare.broker_url, 'queue': queue}
    done = commands.run(['check'], env=DJANGO, **settings)
    assert done.exit == commands.DATA and f'FAIL schema: {RESULTS}: no such table' in done.out
    done = commands.run(['schema', '--check'], env=DJANGO, **settings)
    assert done.exit == commands.DATA
    assert done.out.splitlines() == [f'{RESULTS}: no such table', 'django_celery_results_chordcounter: no such table']
    assert commands.run(['check'], **settings).exit == commands.OK  # nobody asked for it
    add_tables(bare)
    found = wait_rows(bare, ['early', 'early failure'])
    assert (found['early']['status'], found['early failure']['status']) == ('SUCCESS', 'FAILURE')
    bare.wait_counts(queue, ready=0, unacked=0)
    assert commands.run(['check'], env=DJANGO, **settings).exit == commands.OK


@pytest.mark.parametrize('change, complaint', [
    (f'alter table {RESULTS} drop column meta', f'{RESULTS}.meta: no such column'),
    (f'alter table {RESULTS} add hidden boolean not null', f'{RESULTS}.hidden: not known to us, but not null'),
    (f'alter table {RESULTS} drop constraint {RESULTS}_task_id_key', f'{RESULTS}.task_id: unique expected'),
    (f'revoke update on {RESULTS} from trophy_worker', f'{RESULTS}: no right to update'),
], ids=['column', 'hidden', 'unique', 'right'])
def test_table_that_does_not_fit(bare, postgres, change, complaint):
    add_tables(bare)
    bare.query(change)
    done = commands.run(['schema', '--check'], database=postgres.worker_url(bare.name), env=DJANGO)
    assert done.exit == commands.DATA and done.out.startswith(complaint), done.out


def test_database_away(bare, start_bare):
    """A failure needs the table, too: its message is held until the row is there."""
    add_tables(bare)
    queue = bare.new_queue()
    worker = start_bare(queue)
    user, = bare.add_users(1)
    put(bare, queue, 'before', [user])
    wait_rows(bare, ['before'])
    admin = bare.postgres.connect('postgres')
    with admin.cursor() as cursor:
        cursor.execute(f'alter database "{bare.name}" allow_connections false')
        cursor.execute('select pg_terminate_backend(pid) from pg_stat_activity where datname = %s', [bare.name])
        put(bare, queue, 'refused', ['x'])
        put(bare, queue, 'foreign', [], 'nope')
        worker.wait_log('[foreign] nope rejected')
        wait_until(lambda: bare.counts(queue) == (0, 2), 30, 'both are held')
        worker.wait_log('not available')
        cursor.execute(f'alter database "{bare.name}" allow_connections true')
    admin.close()
    found = wait_rows(bare, ['refused', 'foreign'])
    assert found['foreign'] == {**RECORDED['nr1'], 'task_id': 'foreign'}
    assert found['refused']['status'] == 'FAILURE'
    bare.wait_counts(queue, ready=0, unacked=0)
    assert worker.stop() == 0


@contextlib.contextmanager
def picky(world, name, condition):
    """Somebody's constraint on the table of results, while the block lasts."""
    world.query(f'alter table {RESULTS} add constraint {name} check ({condition})')
    try:
        yield
    finally:
        world.query(f'alter table {RESULTS} drop constraint {name}')


def test_result_that_the_table_refuses_harms_nobody(world, start):
    """Neither its neighbour nor its own message: the effects stand, and the result is dropped with a word."""
    queue = world.new_queue(declare=True)
    one, two = world.add_users(2)
    with picky(world, 'picky_end', "task_id <> 'refused by the table'"):
        put(world, queue, 'refused by the table', [one])
        put(world, queue, 'beside it', [two])
        worker = start(queue, env=DJANGO)
        wait_rows(world, ['beside it'], 'SUCCESS')
        worker.wait_log('[refused by the table] its result is dropped')
        world.wait_counts(queue, ready=0, unacked=0)
    assert world.awards([one, two]) == {one: ['Beginner'], two: ['Beginner']}
    assert 'refused by the table' not in rows(world) and 'rejected' not in worker.log()


def test_column_of_the_table_that_is_not_ours(world, start):
    """It fits none of the results: they wait for it, whether or not their effects do."""
    queue = world.new_queue(declare=True)
    user, = world.add_users(1)
    world.query(f'alter table {RESULTS} add hidden boolean not null default false')
    worker = start(queue, env=DJANGO).wait_log('db: connected')
    world.query(f'alter table {RESULTS} alter hidden drop default')
    try:
        put(world, queue, 'hidden', [user])
        worker.wait_log(f'the database does not fit: {RESULTS}.hidden', times=2)
        world.wait_counts(queue, ready=0, unacked=1)
    finally:
        world.query(f'alter table {RESULTS} drop hidden')
    wait_rows(world, ['hidden'], 'SUCCESS')
    world.wait_counts(queue, ready=0, unacked=0)
    assert world.awards([user]) == {user: ['Beginner']}


TRACKING = {**DJANGO, 'TROPHY_CELERY_TRACK_STARTED': 'true', 'TROPHY_DATABASE_LOCK_TIMEOUT': '60000'}


def test_started_is_replaced_by_the_end(world, start):
    queue = world.new_queue()
    worker = start(queue, env=TRACKING).wait_log('db: connected')
    user, = world.add_users(1)
    with world.table_locked():
        put(world, queue, 'under way', [user])
        found = wait_rows(world, ['under way'], 'STARTED')
        doer = json.loads(found['under way']['result'])
        assert set(doer) == {'pid', 'hostname'} and doer['pid'] == worker.process.pid
        assert world.counts(queue) == (0, 1)
    wait_rows(world, ['under way'], 'SUCCESS')
    with world.table_locked():
        put(world, queue, 'started and failed', [user], headers={'timelimit': [None, 0.3]})
        found = wait_rows(world, ['started and failed'], 'FAILURE')
    world.wait_counts(queue, ready=0, unacked=0)
    assert json.loads(found['started and failed']['result'])['exc_type'] == 'SoftTimeLimitExceeded'
    assert world.awards([user]) == {user: ['Beginner']}


def test_started_that_the_table_refuses_is_forgotten(world, start):
    """It is written on its own: neither the task nor what another one tells waits behind it."""
    queue = world.new_queue()
    start(queue, env=TRACKING).wait_log('db: connected')
    one, two = world.add_users(2)
    with picky(world, 'picky_start', "task_id <> 'started' or status <> 'STARTED'"):
        put(world, queue, 'started', [one])
        wait_rows(world, ['started'], 'SUCCESS')
        with world.table_locked():
            put(world, queue, 'started behind it', [two])
            wait_rows(world, ['started behind it'], 'STARTED')
        wait_rows(world, ['started behind it'], 'SUCCESS')
        world.wait_counts(queue, ready=0, unacked=0)


def test_id_that_the_column_cannot_hold(world, start):
    """Of a step that will never run: nobody is told by such an id, and nobody else waits for that."""
    queue = world.new_queue()
    worker = start(queue, env=DJANGO)
    user, = world.add_users(1)
    steps = [signature('evaluate_user', [user], task_id=task_id, reply_to='nobody') for task_id in ('x' * 256, 'told')]
    put(world, queue, 'fails', ['x'], chain=steps)
    put(world, queue, 'behind', [user])
    found = wait_rows(world, ['fails', 'told', 'behind'])
    assert [found[task_id]['status'] for task_id in ('fails', 'told', 'behind')] == ['FAILURE', 'FAILURE', 'SUCCESS']
    world.wait_counts(queue, ready=0, unacked=0)
    assert not [task_id for task_id in found if len(task_id) > 255]
    assert 'its result is dropped' not in worker.log()


def test_results_are_stored_before_the_end(world, start):
    """The signal comes while the results of what has ended wait for the table."""
    queue = world.new_queue()
    worker = start(queue, env={**DJANGO, 'TROPHY_DATABASE_LOCK_TIMEOUT': '60000', 'TROPHY_WORKER_DRAIN_SECONDS': '60'})
    worker.wait_log('db: connected')
    names = [f'ended {i}' for i in range(5)]
    with world.table_locked(RESULTS):
        put(world, queue, 'holds it up', ['x'])
        world.wait_blocked()
        for name in names:
            put(world, queue, name, ['x'])
        for name in names:
            worker.wait_log(f'[{name}] evaluate_user rejected')
        worker.process.signal(signal.SIGTERM)
        worker.wait_log('finishing')
    assert worker.process.wait(60) == 0
    world.wait_counts(queue, ready=0, unacked=0)
    found = rows(world)
    assert {found[name]['status'] for name in ['holds it up', *names]} == {'FAILURE'}
