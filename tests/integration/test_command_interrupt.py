# SPDX-License-Identifier: Apache-2.0
"""evaluate and recalculate that are interrupted, lose the database or are locked out, and their progress."""
import os
import signal
import subprocess
import time

import processes
import pytest
import servers
from evaluating import EARNED, PATIENT, command, objects, trophies


# ---- interrupted, lost, locked out

@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize('name', ['evaluate', 'recalculate'])
def test_interrupted(world, command, name, number):
    """The batch in hand, which waits for a lock, is ended; the next is not begun."""
    users = world.add_users(6, statistics=True)
    with world.locked(users[2]) as cursor:
        process = command.begin(name, '--user', *users, '--json', env={'TROPHY_WORKER_BATCH_USERS': '2', **PATIENT})
        world.wait_blocked()
        process.send_signal(number)
        processes.wait_until(lambda: caught(process.pid, number) is False, 10, 'the signal is handled', every_s=0.01)
        assert process.poll() is None
        cursor.connection.rollback()
    done = command.end(process)
    found, summary = objects(done)
    assert done.code == 75 and 'interrupted: 4 of 6 users done' in done.err
    assert [user['user_id'] for user in found] == users[:4] and summary['interrupted'] is True
    assert [world.statistics(user)[1] for user in users] == [1] * 4 + [0] * 2
    assert command(name, '--user', *users).code == 0
    assert [world.statistics(user)[1] for user in users] == [1] * 6


def caught(pid, number):
    """Does the process have a handler of its own for the signal?"""
    status = dict(line.split(':\t', 1) for line in open(f'/proc/{pid}/status').read().splitlines() if ':\t' in line)
    return bool(int(status['SigCgt'], 16) >> (number - 1) & 1)


def test_second_signal_ends_at_once(world, command):
    user, = world.add_users(1, statistics=True)
    with world.locked(user):
        process = command.begin('evaluate', '--user', user, env=PATIENT)
        world.wait_blocked()
        process.send_signal(signal.SIGINT)
        processes.wait_until(lambda: not caught(process.pid, signal.SIGINT), 10, 'the first is handled', every_s=0.01)
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == -signal.SIGTERM
    assert world.awards([user]) == {} and world.statistics(user)[1] == 0


def test_session_lost(world, command):
    """The server ends the session in the middle of a batch: another one does the same again."""
    users = world.add_users(4, workouts=4, statistics=True)
    with world.locked(users[1]) as cursor:
        process = command.begin('evaluate', '--user', *users, env=PATIENT)
        world.wait_blocked()
        world.query("select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and "
                    'datname = %s', [world.name])
        cursor.connection.rollback()
    done = command.end(process)
    assert done.code == 0 and 'trying again' in done.err
    assert done.out.splitlines()[:4] == [f'user{user} ({user}): earned Beginner, Lifter' for user in users]
    assert world.awards(users) == {user: EARNED for user in users}


def test_database_gone(command):
    """The server goes for good in the middle: some attempts, then 69, and how far it came."""
    with servers.Postgres() as postgres:
        postgres.create_database('own', [servers.SCHEMA / f'{name}.sql'
                                         for name in ('host', 'trophies', 'roles', 'worker', 'initial_trophies')])
        postgres.add_worker_login()
        postgres.query('own', """
            insert into auth_user (id, password, last_login, is_superuser, username, first_name, last_name, email,
                                   is_staff, is_active, date_joined)
            select id, '', now(), false, 'user' || id, '', '', '', false, true, now() from generate_series(1, 4) id;
            insert into trophies_userstatistics (user_id, total_weight_lifted, total_workouts, current_streak,
                longest_streak, weekend_workout_streak, worked_out_jan_1, last_updated)
            select id, 0, 0, 0, 0, 0, false, now() from generate_series(1, 4) id""")
        blocker = postgres.connect('own')
        blocker.autocommit = False
        blocker.cursor().execute('select from trophies_userstatistics where user_id = 3 for update')
        process = command.begin('evaluate', '--all', '--json', env={
            'TROPHY_DATABASE_URL': postgres.worker_url('own'), 'TROPHY_WORKER_BATCH_USERS': '2', **PATIENT})
        processes.wait_until(lambda: postgres.query('own', 'select 1 from pg_stat_activity '
                                                    "where wait_event_type = 'Lock'"), 30, 'it waits for the lock')
        postgres.kill()
    done = command.end(process)
    assert done.code == 69 and 'given up: 2 of 4 users done' in done.err
    found, summary = objects(done)
    assert [user['user_id'] for user in found] == [1, 2] and summary['interrupted'] is True


def test_locked_out(world, command):
    """Another holds the lock for longer than all attempts: try again later."""
    user, = world.add_users(1, statistics=True)
    with world.locked(user):
        done = command('evaluate', '--user', user, env={'TROPHY_DATABASE_LOCK_TIMEOUT': '50'})
    assert done.code == 75 and 'given up: 0 of 1 users done' in done.err


def test_output_that_cannot_be_written(world, command):
    user, = world.add_users(1)
    with open('/dev/full', 'w') as full:
        process = subprocess.Popen([servers.Worker.binary, 'evaluate', '--user', str(user)], stdout=full,
                                   env={'TROPHY_DATABASE_URL': world.postgres.worker_url(world.name)},
                                   stderr=subprocess.PIPE, text=True)
        assert 'standard output cannot be written' in process.communicate(timeout=60)[1]
    assert process.returncode == 70


# ---- progress

def test_progress_bar_on_a_terminal(world, command):
    users = world.add_users(4)
    try:
        leader, follower = os.openpty()
    except OSError as error:
        pytest.skip(f'no pseudo-terminal to be had here (/dev/pts): {error}')
    env = {'TROPHY_DATABASE_URL': world.postgres.worker_url(world.name), 'TROPHY_WORKER_BATCH_USERS': '1'}
    process = subprocess.Popen([servers.Worker.binary, 'recalculate', '--user', *map(str, users)], env=env, text=True,
                               stderr=follower, stdout=subprocess.PIPE)
    os.close(follower)
    seen = b''
    try:
        while chunk := os.read(leader, 4096):
            seen += chunk
    except OSError:
        pass  # the other end has been closed
    out, _ = process.communicate(timeout=60)
    os.close(leader)
    assert process.returncode == 0 and out.count('workouts') == 4
    assert b'] 0 of 4 users, 0%' in seen and b'] 4 of 4 users, 100%, ' in seen and b'/s, 0 s left' in seen
    assert seen.endswith(b'\r\x1b[K')  # nothing of it is left


def test_progress_lines_elsewhere(world, command):
    users = world.add_users(3, statistics=True)
    with world.locked(users[1]) as cursor:
        process = command.begin('evaluate', '--user', *users, env={'TROPHY_WORKER_BATCH_USERS': '2', **PATIENT})
        world.wait_blocked()
        time.sleep(5.1)  # longer than between two lines
        cursor.connection.rollback()
    done = command.end(process)
    assert done.code == 0 and '<6>progress: 2 of 3 users, 66%, ' in done.err and '\x1b' not in done.err + done.out
