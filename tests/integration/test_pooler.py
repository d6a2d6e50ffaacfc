# SPDX-License-Identifier: Apache-2.0
"""PgBouncer between us and PostgreSQL.  Where it keeps prepared statements in transaction mode: tests/extra/pooler."""
import commands
import pytest
import servers
from pgbouncer import PgBouncer, forgetful
from raw_http import get, once

EARNED = ['Beginner']
REMEDY = 'PgBouncer has to be pool_mode=session, or 1.21 or newer with max_prepared_statements='
LIST = '/api/v2/trophy/'


@pytest.fixture
def pooler(postgres):
    """pooler(**settings): one, ended with the test."""
    made = []

    def make(**settings):
        made.append(PgBouncer(postgres, **settings))
        return made[-1]
    yield make
    for one in made:
        one.close()


def start_workers(pooler, world, start_own, count):
    queue = world.new_queue(declare=True)
    url = pooler.through(world.postgres.worker_url(world.name))
    return queue, [start_own(database_url=url, queue=queue, env={'TROPHY_WORKER_NAME': f'w{n}@here'})
                   for n in range(count)]


@pytest.fixture
def start_own(world):
    """start_own(database_url, queue, **options) -> a Worker, ended with the test."""
    made = []

    def begin(database_url, queue, ready=True, **options):
        made.append(servers.Worker(world.broker_url, database_url, queue=queue, **options))
        return made[-1].wait_ready() if ready else made[-1]
    yield begin
    for one in made:
        one.close()


def states(world, tokens):
    return [world.wire.result(token, timeout_s=60)['status'] for token in tokens]


def send_all(world, queue, users):
    return [world.wire.send(queue, 'evaluate_user', [user]) for user in users]


def check(world, pooler):
    return commands.run(['check'], database=pooler.through(world.postgres.worker_url(world.name)),
                        broker=world.broker_url)


def test_session_mode(world, pooler, start_own):
    """Two workers and the pooler's restart."""
    one = pooler(pool_mode='session', default_pool_size=5)
    queue, workers = start_workers(one, world, start_own, 2)
    users = world.add_users(20)
    assert states(world, send_all(world, queue, users)) == ['SUCCESS'] * 20
    one.kill()
    tokens = send_all(world, queue, world.add_users(2))
    one.start()
    assert states(world, tokens) == ['SUCCESS'] * 2
    assert world.awards(users) == {user: EARNED for user in users}
    assert not any(REMEDY in worker.log() for worker in workers)
    done = check(world, one)
    assert done.exit == commands.OK and 'ok pooler: there is one' in done.out


def test_no_pooler_is_none(world, postgres):
    done = commands.run(['check'], database=postgres.worker_url(world.name), broker=world.broker_url)
    assert done.exit == commands.OK and 'pooler' not in done.out


def test_transaction_mode_without_prepared_statements(world, pooler, start_own):
    """Named, the message held; and done as soon as the pooler is configured, without a restart of ours."""
    one = pooler(**forgetful())
    queue, (first,) = start_workers(one, world, start_own, 1)
    first.wait_log('db: connected')
    first.kill()  # its statements stay in the server's session
    second = start_own(one.through(world.postgres.worker_url(world.name)), queue)
    second.wait_log(REMEDY)
    users = world.add_users(3)
    tokens = send_all(world, queue, users)
    second.wait_log(REMEDY, times=3)
    assert not any(world.wire.has_result(token) for token in tokens)
    done = check(world, one)
    assert done.exit == commands.UNAVAILABLE
    assert 'FAIL pooler: ' in done.out and REMEDY in done.err
    one.configure(pool_mode='session')
    assert states(world, tokens) == ['SUCCESS'] * 3
    assert world.awards(users) == {user: EARNED for user in users}


def test_check_sees_it_before_it_does_harm(world, pooler):
    """Nothing is prepared in any of the server's sessions yet."""
    one = pooler(**forgetful())
    done = check(world, one)
    assert done.exit == commands.UNAVAILABLE and 'FAIL pooler: ' in done.out and REMEDY in done.err


def test_another_version_of_us(world, pooler, start_own):
    """What it has prepared under our names in a server's session is not run for ours."""
    one = pooler(**forgetful(), default_pool_size=1)
    other = world.postgres.connect(world.name, one.through(world.postgres.worker_url(world.name)))
    for name in ('begin', 'commit', 'users', 'awards_write'):
        other.cursor().execute(f'prepare {name} as select 1')
    other.close()
    queue, (worker,) = start_workers(one, world, start_own, 1)
    users = world.add_users(2)
    assert states(world, send_all(world, queue, users)) == ['SUCCESS'] * 2
    assert world.awards(users) == {user: EARNED for user in users}


def test_statement_mode(world, pooler, start_own):
    """Without transactions: named, and nothing is run."""
    one = pooler(pool_mode='statement')
    queue, (worker,) = start_workers(one, world, start_own, 1)
    token = world.wire.send(queue, 'evaluate_user', world.add_users(1))
    worker.wait_log('PgBouncer is in statement mode', times=2)
    assert not world.wire.has_result(token)
    done = check(world, one)
    assert done.exit != commands.OK


def test_setting_in_the_url(world, pooler, start_own):
    """PgBouncer refuses what it does not know; said, with what helps."""
    one = pooler(pool_mode='session')
    queue = world.new_queue()
    worker = start_own(one.through(world.postgres.worker_url(world.name)) + '?options=-cwork_mem%3D8MB', queue, ready=False)
    worker.wait_log('unsupported startup parameter').wait_log('ignore_startup_parameters')
    one.configure(pool_mode='session', ignore_startup_parameters='options')
    worker.wait_log('db: connected')


def test_shim(world, pooler, postgres):
    """In session mode; in transaction mode it says what is wrong, and 503."""
    one = pooler(pool_mode='session')
    url = one.through(postgres.shim_url(world.name))
    with servers.Shim(url) as shim:
        shim.wait_ready()
        assert once(shim.port, get(LIST)).status == 200
        one.configure(**forgetful())
        servers.wait_until(lambda: once(shim.port, get(LIST)).status == 200, 30, '200')
        with servers.Shim(url) as second:
            second.wait_log(REMEDY)
            assert once(second.port, get(LIST)).status == 503
