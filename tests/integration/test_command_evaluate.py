# SPDX-License-Identifier: Apache-2.0
"""evaluate and recalculate: the program itself, as an administrator or a script calls it."""
import json
import os
import signal
import subprocess
import types

import processes
import pytest
import servers

EARNED = ['Beginner', 'Lifter']  # with four workouts
TABLES = 'trophies_usertrophy', 'trophies_userstatistics', 'trophies_trophy', 'auth_user', 'core_userprofile'
PATIENT = {'TROPHY_DATABASE_LOCK_TIMEOUT': '60000', 'TROPHY_DATABASE_STATEMENT_TIMEOUT': '120000'}


@pytest.fixture
def command(postgres, world):
    """command(*words, env={}) -> exit code, output and error output; begin(...) starts it only."""
    begun = []

    def begin(*words, env=None, database=None):
        settings = {'PATH': '/usr/bin:/bin', 'TZ': 'UTC',
                    'TROPHY_DATABASE_URL': postgres.worker_url(database or world.name), **(env or {})}
        begun.append(subprocess.Popen([servers.Worker.binary, *map(str, words)], env=settings, text=True,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        return begun[-1]

    def end(process):
        out, err = process.communicate(timeout=60)
        assert 'Sanitizer' not in err and 'runtime error:' not in err, err
        return types.SimpleNamespace(code=process.returncode, out=out, err=err)

    def run(*words, **options):
        return end(begin(*words, **options))

    run.begin, run.end = begin, end
    yield run
    for process in begun:
        process.kill()
        process.communicate()


def objects(done):
    """The users and the summary of --json."""
    *users, last = [json.loads(line) for line in done.out.splitlines()]
    assert list(last) == ['summary']
    return users, last['summary']


def snapshot(world):
    """Every row's place and the transaction that wrote or locked it."""
    return {table: world.query(f'select ctid::text, xmin::text, xmax::text from {table} order by ctid') for table in TABLES}


def add_trophy(world, name, checker, parameters, repeatable=False):
    return world.query("""
        insert into trophies_trophy (uuid, name, description, trophy_type, checker_class, checker_params, is_hidden,
                                     is_progressive, is_active, is_repeatable, "order", created, updated)
        values (gen_random_uuid(), %s, '', 'other', %s, %s, false, false, true, %s, 50, now(), now())
        returning id""", [name, checker, json.dumps(parameters), repeatable])[0][0]


def give(world, user, trophy, times=1):
    world.query("""insert into trophies_usertrophy (user_id, trophy_id, earned_at, progress, is_notified)
                   select %s, %s, now() - n * interval '1 day', 100, false from generate_series(1, %s) n""",
                [user, trophy, times])


def make_too_strong(world, user):
    world.query('update manager_workoutlog set weight = 99999, repetitions = 99999 where user_id = %s', [user])
    world.query("""insert into manager_workoutlog (id, repetitions, weight, date, user_id, weight_unit_id, exercise_id)
                   select gen_random_uuid(), 99999, 99999, now(), %s, 1, 1 from generate_series(1, 2)""", [user])


@pytest.fixture
def trophies(world):
    """Trophies added by a test go with it, and so do the awards."""
    ids = []

    def add(*args, **options):
        ids.append(add_trophy(world, *args, **options))
        return ids[-1]

    yield add
    world.query('delete from trophies_usertrophy where trophy_id = any(%s)', [ids])
    world.query('delete from trophies_trophy where id = any(%s)', [ids])


# ---- the command line

@pytest.mark.parametrize('words', [
    ['evaluate'], ['recalculate'], ['evaluate', '--all', '--user', '1'], ['evaluate', '--all', '--username', 'a'],
    ['evaluate', '--all', '--revoke'], ['evaluate', '--user'], ['evaluate', 'user1'], ['evaluate', '--all', 'user1'],
    ['evaluate', '--all', '--trophy'], ['evaluate', '--all', '--active-only'], ['evaluate', '--all', '--bogus'],
    ['evaluate', '--all=yes'], ['recalculate', '--all', '--dry-run'], ['recalculate', '--user', '1', '--active-only'],
    ['recalculate', '--all', '--trophy', 'Lifter'], ['recalculate', '--all', '--user', '1'],
])
def test_usage(world, command, words):
    before = snapshot(world)
    done = command(*words)
    assert (done.code, done.out) == (64, '')
    assert f'trophy-worker {words[0]}: ' in done.err and f'(see trophy-worker {words[0]} --help)' in done.err
    assert snapshot(world) == before


@pytest.mark.parametrize('name', ['evaluate', 'recalculate'])
def test_help_fits_a_screen(command, name):
    done = command(name, '--help', env={'TROPHY_DATABASE_URL': 'postgresql://127.0.0.1:1/'})
    assert (done.code, done.err) == (0, '')
    lines = done.out.splitlines()
    assert len(lines) <= 24 and max(map(len, lines)) <= 80
    assert f'example: trophy-worker {name} ' in done.out


def test_no_database(command):
    for name in 'evaluate', 'recalculate':
        done = command(name, '--all', env={'TROPHY_DATABASE_URL': 'postgresql://127.0.0.1:1/nowhere'})
        assert (done.code, done.out) == (69, '')


def test_bad_configuration(command):
    assert command('evaluate', '--all', env={'TROPHY_WORKER_BATCH_USERS': '0'}).code == 78


# ---- users by name and id

def test_named_users(world, command):
    a, b, c, other = world.add_users(4, workouts=4)
    done = command('evaluate', '--user', f'user{a}', b, '--user', c, '--username', f'user{a}')
    assert (done.code, done.err) == (0, '')
    lines = done.out.splitlines()
    assert lines[:3] == [f'user{user} ({user}): earned Beginner, Lifter' for user in (a, b, c)]
    assert lines[-1] == '3 users: 3 evaluated, 0 skipped, 0 unknown, 0 failed; 6 awards given'
    assert world.awards([a, b, c, other]) == {user: EARNED for user in (a, b, c)}
    assert world.statistics(a)[1] == 4
    again = command('evaluate', '--user', a)
    assert again.code == 0 and again.out.splitlines()[0] == f'user{a} ({a}): nothing new'
    assert world.awards([a]) == {a: EARNED}


def test_a_name_of_digits(world, command):
    by_id, by_name = world.add_users(2)
    world.query('update auth_user set username = %s where id = %s', [str(by_id), by_name])
    assert command('evaluate', '--user', by_id).code == 0
    assert world.awards([by_id, by_name]) == {by_id: ['Beginner']}
    assert command('evaluate', '--username', by_id).code == 0
    assert world.awards([by_name]) == {by_name: ['Beginner']}


@pytest.mark.parametrize('name', ['evaluate', 'recalculate'])
@pytest.mark.parametrize('word', ['nobody', '2000000000', '99999999999999999999', '', 'caf\udce9', "o'hara"])
def test_no_such_user(world, command, name, word):
    """The others are done all the same."""
    user, = world.add_users(1)
    done = command(name, '--user', word, user)
    assert done.code == 67 and 'no such user' in done.out + done.err
    assert world.statistics(user)[1] == 1
    done = command(name, '--user', word, '--json')
    (only,), summary = objects(done)
    assert done.code == 67 and summary['unknown'] == 1
    assert only == {'user_id': 2000000000 if word == '2000000000' else None, 'skipped': 'no such user', 'lost': [],
                    'username': None if word in ('2000000000', 'caf\udce9') else word, 'awarded': [], 'statistics': None}


@pytest.mark.parametrize('trophy', ['Nonsense', '4711', 'bfecc302-0000-0000-0000-000000000000'])
def test_no_such_trophy(world, command, trophy):
    user, = world.add_users(1)
    before = snapshot(world)
    done = command('evaluate', '--user', user, '--trophy', 'Lifter', trophy)
    assert (done.code, done.out) == (65, '') and f"no trophy '{trophy}'" in done.err
    assert snapshot(world) == before


def test_only_these_trophies(world, command):
    a, b = world.add_users(2, workouts=4)
    assert command('evaluate', '--user', a, '--trophy', 'Lifter', 'Atlas').code == 0
    uuid, = world.query("select uuid::text from trophies_trophy where name = 'Beginner'")[0]
    assert command('evaluate', '--trophy', uuid.upper(), '--user', b).code == 0
    assert world.awards([a, b]) == {a: ['Lifter'], b: ['Beginner']}


# ---- what is said

def test_json(world, command):
    plain, = world.add_users(1, workouts=4)
    out, = world.add_users(1, workouts=4, opted_out=True)
    away, = world.add_users(1, workouts=4)
    world.query("update auth_user set last_login = now() - interval '31 days' where id = %s", [away])
    done = command('evaluate', '--json', '--user', plain, out, away)
    (first, second, third), summary = objects(done)
    assert (done.code, done.err) == (0, '')
    wanted = world.query("select id, uuid::text, name from trophies_trophy where name = any(%s) order by name", [EARNED])
    assert first == {
        'user_id': plain, 'username': f'user{plain}', 'skipped': None, 'lost': [],
        'awarded': [{'trophy_id': i, 'uuid': uuid, 'name': name} for i, uuid, name in wanted],
        'statistics': {
            'total_weight_lifted': '6000.00', 'total_workouts': 4, 'current_streak': 0, 'longest_streak': 4,
            'last_workout_date': '2025-06-30', 'earliest_workout_time': '12:00:00', 'latest_workout_time': '12:00:00',
            'weekend_workout_streak': 0, 'last_complete_weekend_date': '2025-06-28', 'last_inactive_date': None,
            'worked_out_jan_1': False}}
    for user, name, reason in (second, out, 'opted out'), (third, away, 'inactive'):
        assert user == {'user_id': name, 'username': f'user{name}', 'skipped': reason, 'statistics': None, 'awarded': [],
                        'lost': []}
    assert {key: summary[key] for key in ('users', 'done', 'skipped', 'unknown', 'failed', 'awarded', 'lost')} == \
        {'users': 3, 'done': 1, 'skipped': 2, 'unknown': 0, 'failed': 0, 'awarded': 2, 'lost': 0}
    assert not (summary['dry_run'] or summary['interrupted'] or summary['revoke'])
    assert [t['name'] for t in summary['trophies']] == EARNED
    assert summary['trophies'][0]['gain'] == {'users': 1, 'awards': 1, 'sample': [f'user{plain}']}
    assert world.statistics(out) is None and world.statistics(away) is None
    human = command('evaluate', '--user', plain, out, away)
    assert human.out.splitlines()[:3] == [f'user{plain} ({plain}): nothing new', f'user{out} ({out}): skipped: opted out',
                                          f'user{away} ({away}): skipped: inactive']


def test_statistics_as_written(world, command):
    """Every value of the JSON is that of the column."""
    user, = world.add_users(1, workouts=40)
    world.query("update manager_workoutsession set time_start = '05:59:59.000001' where user_id = %s and date = "
                "'2025-06-01'; update manager_workoutsession set date = '2024-01-01' where user_id = %s and date = "
                "'2025-06-10'; update manager_workoutlog set weight = -5.25 where user_id = %s", [user] * 3)
    for name in 'evaluate', 'recalculate':
        (one,), _ = objects(command(name, '--json', '--user', user))
        assert float(one['statistics']['total_weight_lifted']) < 0
        columns = list(one['statistics'])
        stored, = world.query(f'select {", ".join(f"{c}::text" for c in columns)} from trophies_userstatistics '
                              'where user_id = %s', [user])
        ours = [None if v is None else str(v).lower() if isinstance(v, bool) else str(v)
                for v in one['statistics'].values()]
        assert ours == list(stored)


def test_switched_off(world, command):
    user, = world.add_users(1)
    off = {'TROPHY_TROPHIES_ENABLED': 'false'}
    done = command('evaluate', '--user', user, '--json', env=off)
    assert done.code == 0 and objects(done)[0][0]['skipped'] == 'switched off'
    assert world.statistics(user) is None
    done = command('recalculate', '--user', user, env=off)
    assert done.code == 0
    assert done.out.splitlines()[0] == f'user{user} ({user}): 1 workouts, 1500.00 kg, streak 0 days, longest 1'
    assert world.statistics(user)[1] == 1


def test_names_drive_no_terminal(world, command):
    user, = world.add_users(1)
    world.query("update auth_user set username = E'\\x1b[31mred\\n' where id = %s", [user])
    done = command('evaluate', '--user', user)
    assert done.out.splitlines()[0] == f'?[31mred? ({user}): earned Beginner'
    assert objects(command('evaluate', '--user', user, '--json'))[0][0]['username'] == '\x1b[31mred\n'


# ---- a user's data fails

@pytest.mark.parametrize('name', ['evaluate', 'recalculate'])
def test_bad_data(world, command, name):
    users = world.add_users(5)
    make_too_strong(world, users[2])
    done = command(name, '--user', *users, '--json')
    found, summary = objects(done)
    assert done.code == 65 and (summary['done'], summary['failed']) == (4, 1)
    assert f'user {users[2]} (user{users[2]}) is left out' in done.err
    bad = found[2]
    assert bad['user_id'] == users[2] and bad['error'] and bad['statistics'] is None and bad['skipped'] is None
    assert [world.statistics(user) is None for user in users] == [False, False, True, False, False]
    assert command(name, '--user', users[0]).code == 0
    world.query('delete from manager_workoutlog where user_id = %s', [users[2]])
