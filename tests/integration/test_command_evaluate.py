# SPDX-License-Identifier: Apache-2.0
"""evaluate and recalculate: the program itself, as an administrator or a script calls it."""
import subprocess

import pytest
import servers
from evaluating import EARNED, PATIENT, add_trophy, command, fresh, give, make_too_strong, objects, snapshot, trophies


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


# ---- dry runs, force and revoke

def totals(summary):
    """{trophy: (users and awards gained, users and awards lost)}"""
    return {t['name']: tuple((t[side]['users'], t[side]['awards']) for side in ('gain', 'lose'))
            for t in summary['trophies']}


def test_dry_run_equals_the_real_run(fresh, command):
    """A mixed world, of which the dry run touches nothing and foretells everything."""
    few, some = fresh.add_users(5), fresh.add_users(7, workouts=4, statistics=True)
    out = fresh.add_users(2, workouts=4, opted_out=True)
    atlas, = fresh.query("select id from trophies_trophy where name = 'Atlas'")[0]
    laps = add_trophy(fresh, 'Laps', 'workout_count_based', {'count': 2}, repeatable=True)
    for user in few[:2] + some[:2] + out:
        give(fresh, user, atlas)  # nobody has lifted that much
    give(fresh, some[3], laps, times=5)
    words = ['evaluate', '--all', '--force-reevaluate', '--revoke', '--json']
    env = {'TROPHY_WORKER_BATCH_USERS': '3'}
    before = snapshot(fresh)
    dry = command(*words, '--dry-run', database=fresh.name, env=env)
    assert snapshot(fresh) == before
    real = command(*words, database=fresh.name, env=env)
    assert (dry.code, dry.err, real.code, real.err) == (0, '', 0, '')
    (dry_users, dry_summary), (users, summary) = objects(dry), objects(real)
    assert dry_users == users and len(users) == 14
    assert (dry_summary['dry_run'], summary['dry_run']) == (True, False)
    assert dry_summary['trophies'] == summary['trophies']
    assert totals(summary) == {'Beginner': ((12, 12), (0, 0)), 'Lifter': ((7, 7), (0, 0)),
                               'Atlas': ((0, 0), (4, 4)), 'Laps': ((6, 12), (1, 3))}
    found = {t['name']: t for t in summary['trophies']}
    assert found['Atlas']['lose']['sample'] == [f'user{user}' for user in (few[:2] + some[:1])]
    # and what it says is what is there
    assert (summary['awarded'], summary['lost']) == (31, 7)
    assert fresh.query('select count(*) from trophies_usertrophy')[0][0] == 6 + 5 + 31 - 7
    assert fresh.awards(some) == {user: ['Beginner', 'Laps', 'Laps', 'Lifter'] for user in some}
    assert fresh.awards(few + out) == {**{user: ['Beginner'] for user in few}, **{user: ['Atlas'] for user in out}}
    again = objects(command(*words, database=fresh.name))[1]
    assert (again['awarded'], again['lost'], again['trophies']) == (0, 0, [])


def test_dry_run_waits_for_no_lock(fresh, command):
    users = fresh.add_users(2, workouts=4, statistics=True)
    done = command('evaluate', '--user', *users, '--dry-run', database=fresh.name)
    with fresh.locked(users[0]):
        held = command('evaluate', '--user', *users, '--dry-run', database=fresh.name,
                       env={'TROPHY_DATABASE_LOCK_TIMEOUT': '100'})
    assert held.code == done.code == 0 and held.out == done.out
    assert done.out.splitlines() == [
        f'user{users[0]} ({users[0]}): would earn Beginner, Lifter',
        f'user{users[1]} ({users[1]}): would earn Beginner, Lifter',
        *[f'trophy {name} ({i}): 2 would gain it (user{users[0]}, user{users[1]})' for i, name in
          fresh.query('select id, name from trophies_trophy where name = any(%s) order by name', [EARNED])],
        '2 users: 2 evaluated, 0 skipped, 0 unknown, 0 failed; 4 awards would be given (dry run: nothing was written)']


def test_force_and_revoke(world, command, trophies):
    """Force alone only reports; revoke takes: all of a plain trophy, of a repeatable one what is above the owed, newest
    first; nothing of those who opted out."""
    user, = world.add_users(1, workouts=4)
    out, = world.add_users(1, workouts=4, opted_out=True)
    plain = trophies('Far', 'workout_count_based', {'count': 100})
    laps = trophies('Rounds', 'workout_count_based', {'count': 2}, repeatable=True)
    for one in user, out:
        give(world, one, plain, times=2 if one == user else 1)
        give(world, one, laps, times=5)
    words = ['evaluate', '--user', user, out, '--trophy', plain, laps]

    def standing(one):
        return world.query('select trophy_id, id from trophies_usertrophy where user_id = %s order by earned_at', [one])

    before, of_out = standing(user), standing(out)
    assert command(*words).out.splitlines()[0] == f'user{user} ({user}): nothing new'
    forced = command(*words, '--force-reevaluate')
    assert forced.code == 0
    assert forced.out.splitlines()[0] == f'user{user} ({user}): no longer meets Far (2 times), Rounds (3 times)'
    assert forced.out.splitlines()[-1].endswith('0 awards given, 5 no longer met')
    assert standing(user) == before
    dry = command(*words, '--force-reevaluate', '--revoke', '--dry-run')
    assert dry.out.splitlines()[0] == f'user{user} ({user}): would lose Far (2 times), Rounds (3 times)'
    assert standing(user) == before
    (one, skipped), summary = objects(command(*words, '--force-reevaluate', '--revoke', '--json'))
    assert [lost['name'] for lost in one['lost']] == ['Far'] * 2 + ['Rounds'] * 3
    assert skipped['skipped'] == 'opted out' and skipped['lost'] == []
    assert totals(summary) == {'Far': ((0, 0), (1, 2)), 'Rounds': ((0, 0), (1, 3))}
    assert standing(user) == [row for row in before if row[0] == laps][:2]  # the two oldest
    assert standing(out) == of_out


# ---- all users

def test_all_are_the_active_ones(fresh, command):
    active, away, never = fresh.add_users(3), fresh.add_users(2), fresh.add_users(1)
    fresh.query("update auth_user set last_login = now() - interval '31 days' where id = any(%s)", [away])
    fresh.query('update auth_user set last_login = null where id = any(%s)', [never])
    done = command('evaluate', '--all', database=fresh.name, env={'TROPHY_WORKER_BATCH_USERS': '2'})
    assert (done.code, done.err) == (0, '')
    assert done.out.splitlines()[:3] == [f'user{user} ({user}): earned Beginner' for user in active]
    assert fresh.awards(active + away + never) == {user: ['Beginner'] for user in active}
    assert [fresh.statistics(user) is None for user in active + away + never] == [False] * 3 + [True] * 3
    users, summary = objects(command('recalculate', '--all', '--active-only', '--json', database=fresh.name))
    assert [user['user_id'] for user in users] == active and summary['done'] == 3
    done = command('recalculate', '--all', database=fresh.name, env={'TROPHY_WORKER_BATCH_USERS': '1'})
    assert (done.code, done.out) == (0, '6 users: 6 recalculated, 0 skipped, 0 unknown, 0 failed\n')
    assert None not in [fresh.statistics(user) for user in active + away + never]
    assert fresh.awards(away + never) == {}


def test_beside_running_workers(world, start, command):
    """The same users by message and by command at once: nobody gets anything twice."""
    queue = world.new_queue(declare=True)
    users = world.add_users(150, workouts=4)
    for _ in range(2):
        for user in users:
            world.wire.send(queue, 'evaluate_user', [user])
    small = {'TROPHY_WORKER_BATCH_USERS': '7', **PATIENT}
    begun = [command.begin('evaluate', '--user', *users, env=small) for _ in range(2)]
    worker = start(queue, env=small)
    ended = [command.end(process) for process in begun]
    assert [done.code for done in ended] == [0, 0], ended
    world.wait_counts(queue, ready=0, unacked=0)
    assert world.awards(users) == {user: EARNED for user in users}
    assert worker.stop() == 0


@pytest.mark.parametrize('name', ['evaluate', 'recalculate'])
def test_output_that_cannot_be_written(world, name):
    """A report that nobody gets is no success, though the work is done."""
    user, = world.add_users(1)
    with open('/dev/full', 'w') as full:
        done = subprocess.run([servers.Worker.binary, name, '--user', str(user)], stdin=subprocess.DEVNULL, stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=60,
                              env={'PATH': '/usr/bin:/bin', 'TROPHY_DATABASE_URL': world.postgres.worker_url(world.name)})
    assert done.returncode == 70 and 'standard output cannot be written' in done.stderr
    assert world.statistics(user)[1] == 1
