# SPDX-License-Identifier: Apache-2.0
"""A locked row stops only its user: everybody else is served meanwhile, and nobody waits for the row."""
import re
import signal
import time

import processes
import pytest
from all_users import RANGE, ended, fresh, ranges_of  # noqa: F401
from evaluating import command, objects  # noqa: F401
from suspects import no_marks

EARNED = ['Beginner']


def send_all(world, queue, users):
    return [world.wire.send(queue, 'evaluate_user', [user]) for user in users]


def states(world, tokens):
    return [world.wire.result(token, timeout_s=60)['status'] for token in tokens]


def lock_waits(world):
    return world.query("select count(*) from pg_stat_activity where datname = %s and wait_event_type = 'Lock'",
                       [world.name])[0][0]


def said(worker, what):
    """The number before or behind ${what} in the last answer to SIGUSR1."""
    times = worker.log().count('state: ')
    worker.process.signal(signal.SIGUSR1)
    worker.wait_log('state: ', times=times + 1)
    return int(re.findall(rf'{what} (\d+)', worker.log())[-1])


def test_neighbours_go_on(world, start):
    """With the default lock timeout, in the batch of the locked user and in later ones; several messages for that user
    wait together, and a later one joins them."""
    queue = world.new_queue(declare=True)
    held, *others = users = world.add_users(12, statistics=True)
    with world.locked(held) as cursor:
        tokens = send_all(world, queue, [held, held, *others[:6]])
        worker = start(queue)
        assert states(world, tokens[2:]) == ['SUCCESS'] * 6
        tokens += send_all(world, queue, [held, *others[6:]])
        assert states(world, tokens[9:]) == ['SUCCESS'] * 5
        processes.wait_until(lambda: said(worker, 'waiting for a lock') == 3, 10, 'three wait')
        assert lock_waits(world) == 0
        assert not any(world.wire.has_result(token) for token in (tokens[0], tokens[1], tokens[8]))
        assert world.counts(queue) == (0, 3)
        cursor.connection.rollback()
    assert states(world, [tokens[0], tokens[1], tokens[8]]) == ['SUCCESS'] * 3
    assert world.awards(users) == {user: EARNED for user in users}
    assert {len(world.wire.results[token]) for token in tokens} == {1}  # nobody was told of a retry
    assert said(worker, 'waiting for a lock') == 0 and '55P03' not in worker.log()
    world.wait_counts(queue, ready=0, unacked=0)


@pytest.mark.parametrize('kind', ['classic', 'quorum'])
def test_more_than_the_window(world, start, kind):
    """However many messages one locked user has: the others are served, and in the end each of them ends once."""
    queue = world.new_queue(declare=True, arguments={'x-queue-type': kind})
    held, *others = world.add_users(21, statistics=True)
    with world.locked(held) as cursor:
        tokens = send_all(world, queue, [held] * 600)
        worker = start(queue)
        processes.wait_until(lambda: said(worker, 'waiting for a lock') >= 50, 30, 'many wait')
        assert states(world, send_all(world, queue, others)) == ['SUCCESS'] * 20
        assert not any(world.wire.has_result(token) for token in tokens)
        cursor.connection.rollback()
    assert states(world, tokens) == ['SUCCESS'] * 600
    world.wait_counts(queue, ready=0, unacked=0)
    assert {len(world.wire.results[token]) for token in tokens} == {1}
    assert no_marks(world)


def test_waiting_costs_nothing(world, start):
    """The pauses grow: few attempts, few lines of log, no time of the processor."""
    queue = world.new_queue()
    worker = start(queue)
    held, = world.add_users(1, statistics=True)
    with world.locked(held) as cursor:
        token, = send_all(world, queue, [held])
        processes.wait_until(lambda: said(worker, 'users put off') >= 5, 30, 'five attempts')
        lines, attempts, begun = len(worker.log().splitlines()), said(worker, 'users put off'), time.monotonic()
        time.sleep(6)
        more = said(worker, 'users put off') - attempts
        assert more <= (time.monotonic() - begun) / 0.4 + 1
        assert len(worker.log().splitlines()) - lines <= 4  # the answers to SIGUSR1
        cursor.connection.rollback()
    assert states(world, [token]) == ['SUCCESS']


def test_stop_with_a_locked_user(world, start):
    queue = world.new_queue(declare=True)
    held, other = users = world.add_users(2, statistics=True)
    with world.locked(held):
        tokens = send_all(world, queue, users)
        worker = start(queue)
        assert states(world, tokens[1:]) == ['SUCCESS']
        assert worker.stop(timeout_s=20) == 0
        world.wait_counts(queue, ready=1, unacked=0)
    start(queue)
    assert states(world, tokens[:1]) == ['SUCCESS']
    assert world.awards(users) == {user: EARNED for user in users}


def test_row_that_is_being_inserted(world, start):
    """Another session inserts two users' rows and does not commit: only those users wait, and what it commits is used."""
    queue = world.new_queue(declare=True)
    users = world.add_users(9)
    with_rows = world.add_users(3, statistics=True)
    connection = world.connect()
    with connection.cursor() as cursor:
        cursor.execute("""begin; insert into trophies_userstatistics (user_id, total_weight_lifted, total_workouts,
            current_streak, longest_streak, weekend_workout_streak, worked_out_jan_1, last_updated)
            select id, 0, 0, 0, 0, 0, false, '2000-01-01' from unnest(%s) id""", [[users[1], users[6]]])
        tokens = send_all(world, queue, users + with_rows)
        worker = start(queue)
        waiting = tokens[1], tokens[6]
        assert states(world, [token for token in tokens if token not in waiting]) == ['SUCCESS'] * 10
        assert not any(world.wire.has_result(token) for token in waiting)
        cursor.execute('commit')
    assert states(world, waiting) == ['SUCCESS'] * 2
    assert world.awards(users + with_rows) == {user: EARNED for user in users + with_rows}
    assert '55P03' in worker.log() and 'put off, again' not in worker.log()


def test_row_that_appears_while_it_is_made(world, start):
    """Certain, and not left to chance: a trigger inserts the row before the worker's own insert does."""
    queue = world.new_queue(declare=True)
    user, other = users = world.add_users(2)
    world.query(f"""
        create function overtake() returns trigger language plpgsql security definer as $$ begin
            insert into trophies_userstatistics (user_id, total_weight_lifted, total_workouts, current_streak,
                longest_streak, weekend_workout_streak, worked_out_jan_1, last_updated)
            values (new.user_id, 0, 0, 0, 0, 0, false, '2000-01-01'); return new; end $$;
        create trigger overtake before insert on trophies_userstatistics for each row
            when (new.user_id = {user} and pg_trigger_depth() = 0) execute function overtake()""")
    try:
        tokens = send_all(world, queue, users)
        worker = start(queue)
        assert states(world, tokens) == ['SUCCESS'] * 2
    finally:
        world.query('drop function overtake cascade')
    assert world.awards(users) == {one: EARNED for one in users} and '23505' not in worker.log()


def test_award_that_appears_while_it_is_given(world, start):
    """Another program, which takes no lock of ours, gives the award meanwhile; the unique index says so.  The count is
    that of the rows written."""
    queue = world.new_queue()
    user, other = world.add_users(2, statistics=True)
    world.query('create unique index once on trophies_usertrophy (user_id, trophy_id)')
    try:
        worker = start(queue)
        with world.blocked(user) as cursor:
            token, = send_all(world, queue, [user])
            world.wait_blocked()
            world.query("insert into trophies_usertrophy (user_id, trophy_id, earned_at, progress, is_notified) "
                        "select %s, id, now(), 100, false from trophies_trophy where name = 'Beginner'", [user])
            cursor.connection.rollback()
        assert states(world, [token, *send_all(world, queue, [other])]) == ['SUCCESS'] * 2
    finally:
        world.query('drop index once')
    assert world.awards([user, other]) == {user: EARNED, other: EARNED}
    assert 'batch: 1 messages, 1 users, 0 awards' in worker.log() and said(worker, ', awards') == 1
    assert '23505' not in worker.log()


def test_overlapping_sets_do_not_deadlock(world, start):
    """Two workers lock the same users, sent in opposite orders, again and again."""
    queues = world.new_queue(declare=True), world.new_queue(declare=True)
    users = world.add_users(40, statistics=True)
    for _ in range(5):
        send_all(world, queues[0], users)
        send_all(world, queues[1], users[::-1])
    workers = [start(queue, env={'TROPHY_BROKER_PREFETCH': '30'}) for queue in queues]
    for queue in queues:
        world.wait_counts(queue, ready=0, unacked=0)
    assert not any('40P01' in worker.log() for worker in workers)
    assert world.awards(users) == {user: EARNED for user in users}


# ---- ranges

def test_range_with_locked_users(world, start):
    """The others of the range are done, messages go on, the range waits with what is left to do, and loses nobody."""
    queue = world.new_queue()
    users = world.add_users(25, statistics=True)
    single, = world.add_users(1)
    world.query('update auth_user set last_login = null where id = %s', [single])
    worker = start(queue, env={'TROPHY_WORKER_BATCH_USERS': '5'})
    with world.locked(users[7]) as first, world.locked(users[21]) as second:
        world.wire.send(queue, 'evaluate_all')
        processes.wait_until(lambda: len(world.awards(users)) == 23, 30, 'all the others')
        assert states(world, send_all(world, queue, [single])) == ['SUCCESS']
        first.connection.rollback()
        processes.wait_until(lambda: len(world.awards(users)) == 24, 30, 'the first')
        assert ended(worker, RANGE) == 0 and lock_waits(world) == 0
        second.connection.rollback()
    worker.wait_log(f'{RANGE} succeeded')
    assert world.awards(users) == {user: EARNED for user in users}
    world.wait_counts(queue, ready=0, unacked=0)


def test_stop_with_a_range_that_waits(world, start):
    queue = world.new_queue(declare=True)
    users = world.add_users(8, statistics=True)
    with world.locked(users[3]):
        worker = start(queue)
        world.wire.send(queue, 'evaluate_all')
        processes.wait_until(lambda: len(world.awards(users)) == 7, 30, 'all the others')
        assert worker.stop(timeout_s=20) == 0
        world.wait_counts(queue, ready=1, unacked=0)
    start(queue).wait_log(f'{RANGE} succeeded')
    assert world.awards(users) == {user: EARNED for user in users}


def test_user_left_out_of_a_range(world, start):
    """Whose data fails is named and counted; the range is done all the same."""
    queue = world.new_queue()
    users = world.add_users(9)
    world.query('insert into manager_workoutlog (id, repetitions, weight, date, user_id, weight_unit_id, exercise_id) '
                'select gen_random_uuid(), 9999.99, 9999.99, now(), %s, 1, 1 from generate_series(1, 120)', [users[4]])
    worker = start(queue, env={'TROPHY_WORKER_BATCH_USERS': '4'})
    world.wire.send(queue, 'evaluate_all')
    worker.wait_log(f'{RANGE} succeeded')
    assert worker.log().count(f'user {users[4]} is left out: ') == 1 == worker.log().count('is left out')
    assert set(world.awards(users)) == set(users) - {users[4]}


# ---- commands

@pytest.mark.parametrize('name', ['evaluate', 'recalculate'])
def test_command_does_the_others_first(world, command, name):  # noqa: F811
    """Then those that were locked, each said once."""
    users = world.add_users(6, statistics=True)
    with world.locked(users[2]) as cursor:
        begun = command.begin(name, '--user', *users, '--json', env={'TROPHY_WORKER_BATCH_USERS': '2'})
        processes.wait_until(lambda: [world.statistics(user)[1] for user in users] == [1, 1, 0, 1, 1, 1], 30, 'the others')
        cursor.connection.rollback()
    done = command.end(begun)
    found, summary = objects(done)
    assert done.code == 0 and sorted(user['user_id'] for user in found) == users and found[-1]['user_id'] == users[2]
    assert (summary['users'], summary['done'], summary['failed']) == (6, 6, 0)


def test_command_gives_up_in_the_end(world, command):  # noqa: F811
    users = world.add_users(3, statistics=True)
    with world.locked(users[1]):
        done = command('evaluate', '--user', *users, '--json', env={'TROPHY_DATABASE_LOCK_TIMEOUT': '100'})
    found, summary = objects(done)
    assert done.code == 75 and f'user {users[1]} is left out' in done.err
    assert [user['user_id'] for user in found] == [users[0], users[2]] and summary['interrupted']
    assert world.awards(users) == {user: EARNED for user in (users[0], users[2])}


# ---- locks on something else

def test_conflict_of_one_user_is_halved(world, start):
    """Another session holds something else of one user.  Met by two batches in a row, the set is halved: the others
    commit, and that user is tried again, alone, until it can be had."""
    queue = world.new_queue(declare=True)
    held, *others = users = world.add_users(6, statistics=True)
    with world.blocked(held) as cursor:
        tokens = send_all(world, queue, users)
        worker = start(queue, env={'TROPHY_DATABASE_LOCK_TIMEOUT': '200'})
        assert states(world, tokens[1:]) == ['SUCCESS'] * 5
        assert not world.wire.results.get(tokens[0]) or world.wire.results[tokens[0]][-1]['status'] == 'RETRY'
        assert 'is halved' in worker.log()
        cursor.connection.rollback()
    processes.wait_until(lambda: world.awards(users) == {user: EARNED for user in users}, 30, 'all')
    world.wait_counts(queue, ready=0, unacked=0)
