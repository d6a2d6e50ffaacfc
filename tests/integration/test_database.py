# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL goes away, comes back, is in the way, or is not finished yet.  The worker's process stays the same."""
import signal

import pytest
import servers

EARNED = ['Beginner']


def env(**options):
    return {f'TROPHY_DATABASE_{name.upper()}': str(value) for name, value in options.items()}


EVERY_FAILURE = {'TROPHY_LOG_LEVEL': 'debug'}  # and not only the first of ten seconds


def send_all(world, queue, users):
    return [world.wire.send(queue, 'evaluate_user', [user]) for user in users]


def states(world, tokens):
    return [world.wire.result(token, timeout_s=60)['status'] for token in tokens]


def terminate(world):
    """End the worker's sessions as an administrator would."""
    assert world.query('select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = %s '
                       'and datname = %s', [servers.WORKER_LOGIN, world.name])[0][0] > 0


def test_rights_are_the_least(world, start):
    queue = world.new_queue()
    start(queue)
    users = world.add_users(1)
    assert states(world, send_all(world, queue, users)) == ['SUCCESS']
    assert world.query('select distinct usename from pg_stat_activity where datname = %s and usename <> current_user',
                       [world.name]) == [(servers.WORKER_LOGIN,)]
    assert world.query('select rolsuper, rolcreatedb, rolcreaterole, pg_has_role(rolname, %s, %s) from pg_roles '
                       'where rolname = %s', ['trophy_worker', 'member', servers.WORKER_LOGIN]) == \
        [(False, False, False, True)]
    for right, table in (('update', 'auth_user'), ('delete', 'auth_user'), ('insert', 'manager_workoutlog'),
                         ('update', 'trophies_trophy'), ('update', 'trophies_usertrophy')):
        assert world.query('select has_table_privilege(%s, %s, %s)', [servers.WORKER_LOGIN, table, right]) == [(False,)]
    assert world.query("select has_column_privilege(%s, 'auth_user', 'password', 'select')",
                       [servers.WORKER_LOGIN]) == [(False,)]


def test_session_terminated_while_idle(world, start):
    queue = world.new_queue()
    worker = start(queue).wait_log('db: connected')
    terminate(world)
    users = world.add_users(2)
    assert states(world, send_all(world, queue, users)) == ['SUCCESS'] * 2
    assert world.awards(users) == {user: EARNED for user in users}
    worker.wait_log('db: connected', times=2)


def test_session_terminated_in_the_middle_of_a_batch(world, start):
    queue = world.new_queue(declare=True)
    users = world.add_users(5, statistics=True)
    tokens = send_all(world, queue, users)
    with world.blocked(users[2]) as cursor:
        worker = start(queue)
        world.wait_blocked()
        terminate(world)
        worker.wait_log('put off')
        cursor.connection.rollback()
    assert states(world, tokens) == ['SUCCESS'] * 5
    assert world.awards(users) == {user: EARNED for user in users}
    assert {tuple(r['status'] for r in world.wire.results[token]) for token in tokens} == {('RETRY', 'SUCCESS')}
    world.wait_counts(queue, ready=0, unacked=0)


def test_lock_timeout_is_tried_again(world, start):
    queue = world.new_queue(declare=True)
    users = world.add_users(3, statistics=True)
    tokens = send_all(world, queue, users)
    with world.blocked(users[1]) as cursor:
        worker = start(queue, env={**env(lock_timeout=200), **EVERY_FAILURE})
        worker.wait_log('55P03', times=2)
        assert not any(world.wire.has_result(token) for token in tokens)
        cursor.connection.rollback()
    assert states(world, tokens) == ['SUCCESS'] * 3
    assert world.awards(users) == {user: EARNED for user in users}
    world.wait_counts(queue, ready=0, unacked=0)


def test_deadlock_is_tried_again(world, start):
    """Ours waits for the second user, holding the row of the first; the test's session then wants that.  The worker's is the
    session that notices: it looks once, after its deadlock_timeout, by when the other one, whose is longer, waits."""
    queue = world.new_queue(declare=True)
    users = world.add_users(2, statistics=True)
    tokens = send_all(world, queue, users)
    with world.blocked(users[1]) as cursor:
        cursor.execute("set deadlock_timeout = '60s'; alter database %s set deadlock_timeout = '2s'" % world.name)
        cursor.connection.commit()
        cursor.execute('select pg_advisory_xact_lock(%s)', [users[1]])
        try:
            worker = start(queue, env=env(lock_timeout=0))
            world.wait_blocked()
            cursor.execute('select 1 from trophies_userstatistics where user_id = %s for update', [users[0]])
            worker.wait_log('40P01')
        finally:
            cursor.connection.rollback()
            world.query(f'alter database {world.name} reset deadlock_timeout')
    assert states(world, tokens) == ['SUCCESS'] * 2
    assert world.awards(users) == {user: EARNED for user in users}


def test_statement_timeout_of_one_user(world, start):
    """A row nobody gives back: halved until it stands alone, three times alone, then a failure; the others commit."""
    queue = world.new_queue(declare=True)
    users = world.add_users(6, statistics=True)
    tokens = send_all(world, queue, users)
    with world.blocked(users[3]):
        worker = start(queue, env={**env(lock_timeout=0, statement_timeout=300), **EVERY_FAILURE})
        assert states(world, tokens) == ['SUCCESS'] * 3 + ['FAILURE'] + ['SUCCESS'] * 2
    result = world.wire.result(tokens[3])['result']
    assert (result['exc_type'], result['exc_module']) == ('TimeoutError', 'builtins')
    assert world.awards(users) == {user: EARNED for user in users if user != users[3]}
    assert 'is halved' in worker.log()
    alone = worker.log().count('57014') - worker.log().count('is halved')
    assert alone == 3
    world.wait_counts(queue, ready=0, unacked=0)
    assert states(world, send_all(world, queue, [users[3]])) == ['SUCCESS']


def test_statement_timeout_that_passes(world, start):
    queue = world.new_queue(declare=True)
    users = world.add_users(1, statistics=True)
    tokens = send_all(world, queue, users)
    with world.blocked(users[0]) as cursor:
        worker = start(queue, env=env(lock_timeout=0, statement_timeout=500))
        worker.wait_log('57014')
        cursor.connection.rollback()
    assert states(world, tokens) == ['SUCCESS']
    assert world.awards(users) == {users[0]: EARNED}


@pytest.mark.parametrize('break_it, mend_it, complaint', [
    ('alter table trophies_userstatistics rename to hidden', 'alter table hidden rename to trophies_userstatistics',
     '42P01'),
    ('alter table trophies_trophy rename checker_params to hidden',
     'alter table trophies_trophy rename hidden to checker_params', '42703'),
    ('revoke select on manager_workoutlog from trophy_worker; '
     'revoke select (id, user_id, weight, repetitions, weight_unit_id) on manager_workoutlog from trophy_worker',
     'grant select (id, user_id, weight, repetitions, weight_unit_id) on manager_workoutlog to trophy_worker', '42501'),
], ids=['table', 'column', 'right'])
def test_database_that_does_not_fit_yet(world, start, break_it, mend_it, complaint):
    """It says so, does not exit, does not fail the messages, and works as soon as somebody mends the database."""
    queue = world.new_queue(declare=True)
    users = world.add_users(2)
    tokens = send_all(world, queue, users)
    world.query(break_it)
    try:
        worker = start(queue)
        worker.wait_log(complaint)
        world.wait_counts(queue, ready=0, unacked=2)
        assert worker.process.running() and not any(world.wire.has_result(token) for token in tokens)
    finally:
        world.query(mend_it)
    assert states(world, tokens) == ['SUCCESS'] * 2
    assert world.awards(users) == {user: EARNED for user in users}
    assert worker.stop() == 0


def test_table_changed_under_a_running_worker(world, start):
    queue = world.new_queue()
    worker = start(queue)
    users = world.add_users(3)
    assert states(world, send_all(world, queue, users[:1])) == ['SUCCESS']
    world.query('alter table trophies_usertrophy rename to hidden')
    tokens = send_all(world, queue, users[1:])
    worker.wait_log('put off')
    world.query('alter table hidden rename to trophies_usertrophy')
    assert states(world, tokens) == ['SUCCESS'] * 2
    assert world.awards(users) == {user: EARNED for user in users}


def test_wrong_password_and_no_such_database(world, start, postgres):
    queue = world.new_queue()
    for url in (postgres.url(world.name, servers.WORKER_LOGIN, 'wrong'), postgres.worker_url('nowhere')):
        worker = start(queue, env={'TROPHY_DATABASE_URL': url})
        worker.wait_log('not available', times=2)
        assert 'wrong' not in worker.log() and postgres.worker_password not in worker.log()
        assert worker.stop() == 0


def test_read_only_server(world, start):
    """As after a failover, when the old primary is a standby now: held until a server takes writes again."""
    queue = world.new_queue(declare=True)
    users = world.add_users(2)
    tokens = send_all(world, queue, users)
    world.query(f'alter database {world.name} set default_transaction_read_only = on')
    try:
        worker = start(queue)
        worker.wait_log('not available', times=2)
        assert not any(world.wire.has_result(token) for token in tokens)
    finally:
        connection = world.postgres.connect('postgres')
        connection.cursor().execute(f'alter database {world.name} reset default_transaction_read_only')
        connection.close()
    assert states(world, tokens) == ['SUCCESS'] * 2


@pytest.mark.parametrize('way', ['fast', 'immediate', 'kill'])
def test_server_stopped_and_started(world, start, postgres, way):
    """Messages are held, not failed and not sent round in a loop; later all is done by the same process."""
    queue = world.new_queue()
    worker = start(queue)
    users = world.add_users(20)
    assert states(world, send_all(world, queue, users[:10])) == ['SUCCESS'] * 10
    if way == 'kill':
        postgres.kill()
    else:
        postgres.stop(fast=way == 'fast')
    tokens = send_all(world, queue, users[10:])
    worker.wait_log('db: not available', times=2)
    assert world.counts(queue) == (0, 10)
    assert not any(world.wire.has_result(token) for token in tokens)
    worker.process.signal(signal.SIGUSR1)
    worker.wait_log('received 20, succeeded 10, rejected 0')
    postgres.start()
    assert states(world, tokens) == ['SUCCESS'] * 10
    assert world.awards(users) == {user: EARNED for user in users}
    assert 'redelivered 0' in worker.log()
    world.wait_counts(queue, ready=0, unacked=0)
    assert worker.stop() == 0
