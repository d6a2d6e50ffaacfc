# SPDX-License-Identifier: Apache-2.0
"""PgBouncer in transaction mode, 1.21 or newer: it keeps prepared statements, and everything works.  Run by
tests/extra/debian13, since Debian 12's is older."""
import contextlib
import time

import commands
import pytest
import servers
from pgbouncer import PgBouncer
from processes import wait_until
from raw_http import get, once

EARNED = ['Beginner']
LIST = '/api/v2/trophy/'


@pytest.fixture
def pooler(postgres, request):
    """One in transaction mode; its settings may be given as the fixture's parameter."""
    with PgBouncer(postgres, pool_mode='transaction', **getattr(request, 'param', {})) as one:
        yield one


@pytest.fixture
def start_pooled(world, pooler):
    """start_pooled(queue, **options) -> a Worker behind the pooler, ended with the test."""
    made = []

    def begin(queue, **options):
        made.append(servers.Worker(world.broker_url, pooler.through(world.postgres.worker_url(world.name)), queue=queue,
                                   **options))
        return made[-1].wait_ready()
    yield begin
    for one in made:
        one.close()


def states(world, tokens):
    return [world.wire.result(token, timeout_s=90)['status'] for token in tokens]


def send_all(world, queue, users):
    return [world.wire.send(queue, 'evaluate_user', [user]) for user in users]


def pooled(world, pooler):
    """A session of another client of the pooler's, which shares the server's sessions with the worker."""
    return world.postgres.connect(world.name, pooler.through(world.postgres.worker_url(world.name)))


SETTINGS = ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'jit', 'plan_cache_mode',
            'max_parallel_workers_per_gather', 'TimeZone', 'DateStyle')


def settings(world, connection):
    with connection.cursor() as cursor:
        cursor.execute('select pg_backend_pid(), ' + ', '.join(f"current_setting('{name}')" for name in SETTINGS))
        return cursor.fetchone()


def test_three_workers_share_two_sessions(world, pooler, start_pooled):
    queue = world.new_queue(declare=True)
    workers = [start_pooled(queue, env={'TROPHY_WORKER_NAME': f'w{n}@here'}) for n in range(3)]
    users = world.add_users(300)
    for ids in (users[:100], users[100:200], users[200:], users):
        assert states(world, send_all(world, queue, ids)) == ['SUCCESS'] * len(ids)
    assert world.awards(users) == {user: EARNED for user in users}
    world.wait_counts(queue, ready=0, unacked=0)
    assert not any('db: ' in line and 'db: connected' not in line for worker in workers for line in worker.log().splitlines())
    assert world.query('select count(*) <= 2 from pg_stat_activity where usename = %s and datname = %s',
                       [servers.WORKER_LOGIN, world.name]) == [(True,)]
    done = commands.run(['check'], database=pooler.through(world.postgres.worker_url(world.name)),
                        broker=world.broker_url)
    assert done.exit == commands.OK and 'ok pooler: there is one' in done.out


@pytest.mark.parametrize('pooler', [{'default_pool_size': 1}], indirect=True)
def test_settings_do_not_leak(world, pooler, start_pooled):
    other = pooled(world, pooler)
    before = settings(world, other)
    queue = world.new_queue()
    start_pooled(queue)
    assert states(world, send_all(world, queue, world.add_users(3))) == ['SUCCESS'] * 3
    assert commands.run(['schema', '--check'], database=pooler.through(world.postgres.worker_url(world.name)),
                        broker=world.broker_url).exit == commands.OK
    assert settings(world, other) == before  # the server's session, too, is the same
    other.close()


@pytest.mark.parametrize('pooler', [{'default_pool_size': 1}], indirect=True)
def test_settings_are_not_lost(world, pooler, start_pooled):
    """Another client has set them otherwise in the server's session that all share."""
    other = pooled(world, pooler)
    other.cursor().execute("set statement_timeout = 500; set datestyle = 'German'; set timezone = 'Asia/Tokyo'; "
                           'set lock_timeout = 500')
    queue = world.new_queue(declare=True)
    users = world.add_users(2, statistics=True)
    tokens = send_all(world, queue, users)
    with contextlib.closing(world.postgres.connect(world.name)) as connection, connection.cursor() as cursor:
        cursor.execute('begin; lock table manager_workoutsession in access exclusive mode')
        worker = start_pooled(queue, env={'TROPHY_DATABASE_STATEMENT_TIMEOUT': '60000',
                                          'TROPHY_DATABASE_LOCK_TIMEOUT': '60000'})
        world.wait_blocked()
        time.sleep(2)
        assert '57014' not in worker.log() and '55P03' not in worker.log()
        cursor.execute('rollback')
    assert states(world, tokens) == ['SUCCESS'] * 2
    assert world.awards(users) == {user: EARNED for user in users}
    other.close()


@pytest.mark.parametrize('pooler', [{'default_pool_size': 1}], indirect=True)
def test_read_only_is_anothers(world, pooler, start_pooled):
    """Another client of the same login has set it for its session: what we write alone (marks that go, ids that are
    revoked) is written all the same."""
    world.query("insert into trophy_worker.attempt values ('old', 1, '2020-01-01')")
    other = pooled(world, pooler)
    other.cursor().execute('set default_transaction_read_only = on')
    queue = world.new_queue()
    worker = start_pooled(queue)
    world.producer(queue).app.control.revoke('not-sent-yet')
    users = world.add_users(3)
    assert states(world, send_all(world, queue, users)) == ['SUCCESS'] * 3
    wait_until(lambda: world.query("select 1 from trophy_worker.revoked where id = 'not-sent-yet'") == [(1,)], 60,
               'the revoked id is not written')
    assert world.query('select id from trophy_worker.attempt') == []
    assert '25006' not in worker.log() and worker.log().count('db: connected') == 1
    other.close()


def test_other_clients_prepare_and_forget(world, pooler, start_pooled):
    """More statements than the pooler keeps: it prepares ours again."""
    pooler.configure(pool_mode='transaction', max_prepared_statements=3)
    queue = world.new_queue()
    worker = start_pooled(queue)
    users = world.add_users(30)
    assert states(world, send_all(world, queue, users)) == ['SUCCESS'] * 30
    assert world.awards(users) == {user: EARNED for user in users}
    assert worker.log().count('db: connected') == 1


def test_running_task_is_terminated(world, pooler, start_pooled):
    """The request to cancel goes through the pooler, and hits nobody else."""
    queue = world.new_queue(declare=True)
    users = world.add_users(1, statistics=True)
    with contextlib.closing(world.postgres.connect(world.name)) as connection, connection.cursor() as cursor:
        cursor.execute('begin; lock table manager_workoutsession in access exclusive mode')
        worker = start_pooled(queue, env={'TROPHY_DATABASE_LOCK_TIMEOUT': '0'})
        token, = send_all(world, queue, users)
        world.wait_blocked()
        world.producer(queue).app.control.revoke(token, terminate=True)
        assert world.wire.result(token, timeout_s=60)['status'] == 'REVOKED'
        cursor.execute('rollback')
    assert states(world, send_all(world, queue, users)) == ['SUCCESS']
    assert worker.log().count('db: connected') == 1


def test_pooler_killed_and_started(world, pooler, start_pooled):
    queue = world.new_queue(declare=True)
    worker = start_pooled(queue).wait_log('db: connected')
    users = world.add_users(40)
    assert states(world, send_all(world, queue, users[:10])) == ['SUCCESS'] * 10
    pooler.kill()
    tokens = send_all(world, queue, users[10:])
    worker.wait_log('db: not available', times=2)
    pooler.start()
    assert states(world, tokens) == ['SUCCESS'] * 30
    assert world.awards(users) == {user: EARNED for user in users}


def test_column_of_another_type(world, pooler, start_pooled):
    """The plan is the server session's, which stays: what is prepared next must not be taken for the same."""
    queue = world.new_queue()
    start_pooled(queue)
    users = world.add_users(2)
    assert states(world, send_all(world, queue, users[:1])) == ['SUCCESS']
    for kind in ('bigint', 'integer'):
        world.query(f'alter table auth_user alter id type {kind}')
        assert states(world, send_all(world, queue, users)) == ['SUCCESS'] * 2


def test_shim(world, pooler, postgres):
    """Its sessions end again and again; it reads only, whatever the server's session is set to."""
    url = pooler.through(postgres.shim_url(world.name))
    with servers.Shim(url) as one:
        one.wait_ready()
        for _ in range(10):
            assert once(one.port, get(LIST)).status == 200
            world.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = %s and datname = %s',
                        [servers.SHIM_LOGIN, world.name])
        assert once(one.port, get(LIST)).status == 200
    with world.postgres.connect(world.name, url) as other, other.cursor() as cursor:
        cursor.execute("select current_setting('default_transaction_read_only'), current_setting('plan_cache_mode')")
        assert cursor.fetchone() == ('off', 'auto')
