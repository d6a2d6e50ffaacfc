# SPDX-License-Identifier: Apache-2.0
"""explain on a prepared world: twelve users, one for each reason to have a trophy or not, at one instant.  What is
printed stands in tests/data/explain, where a person can judge it."""
import json
import pathlib
import subprocess

import producer as celery_producer
import pytest
import servers

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / 'data' / 'explain'
NOW = '2025-07-01T12:00:00Z'  # 14:00 in Berlin
LOGIN = '2025-06-30 18:00+00'
DATABASE = 'explain'

# (id, name, checker, parameters, active, repeatable); 1 to 9 are the nine of the proposal
TROPHIES = [
    (10, 'Ten Times Ten', 'workout_count_based', {'count': 10}, True, True),
    (11, 'Retired', 'workout_count_based', {'count': 2}, False, False),
    (12, 'Switched Off', 'StreakChecker', {'days': 2}, True, False),
    (13, 'Half a Workout', 'workout_count_based', {'count': 1.5}, True, False),
    (14, 'Mystery', 'moon_phase', {'phase': 'full'}, True, False),
    (15, 'Personal Best', 'personal_record', {}, True, False),
    (16, 'Früh oder spät', 'time_based', {'before': '05:00', 'after': '23:00'}, True, False),
]
DISABLED = {'TROPHY_TROPHIES_DISABLED': 'Switched Off'}


def days(first, count, start='17:30'):
    """Workouts on so many days in a row."""
    return [(f"date '{first}' + {i}", start) for i in range(count)]


# name -> what the user has done (workouts, kg lifted, awards as (trophy, earned_at)) and how explain is called
EVERYDAY = dict(login=LOGIN, enabled=True, workouts=(), kg=(), awards=(), args=(), env={})
USERS = {
    'anna': dict(workouts=days('2025-06-01', 30, '05:45'), kg=[2500, 2500.5],
                 awards=[(1, '2025-06-01 04:30+00'), (2, '2025-06-30 06:00+00'), (4, '2025-06-12 22:30+00'),
                         (6, '2025-01-15 12:00+00')]),
    'bert': dict(workouts=days('2025-06-28', 3, '21:00:30'), kg=[5000]),
    'carla': dict(workouts=days('2025-06-05', 12, '07:10'), kg=[1200, 3000],
                  awards=[(1, '2025-06-05 06:00+00'), (7, '2025-05-05 20:00+00')]),
    'dora': dict(login='2025-04-01 08:00+00', enabled=False, workouts=days('2025-06-29', 2), kg=[100], awards=[(8, '2025-01-01 10:00+00')]),
    'emil': dict(login='2025-06-01 11:59:59+00', workouts=days('2025-05-01', 2)),
    'frida': dict(workouts=days('2025-06-30', 1), env={'TROPHY_TROPHIES_ENABLED': 'false'}),
    'gustav': dict(workouts=days('2025-05-30', 32), args=['--trophy', '10'],
                   awards=[(10, '2025-06-08 18:00+00'), (10, '2025-06-18 18:00+00')]),
    'hanna': dict(workouts=days('2025-06-29', 2), awards=[(11, '2025-06-30 18:00+00')], args=['--trophy', 'Retired']),
    'ivo': dict(workouts=days('2025-06-29', 2), args=['--trophy', 'Switched Off']),
    'jana': dict(workouts=days('2025-06-29', 2), args=['--trophy', 'Half a Workout']),
    'karl': dict(workouts=days('2025-06-29', 2), args=['--trophy', 'Mystery', '--trophy', 'Personal Best']),
    'lena': dict(login=None, enabled=None),
}
USERS = {name: {**EVERYDAY, **user} for name, user in USERS.items()}


class Program:
    def __init__(self, postgres):
        self.postgres = postgres

    def query(self, sql, params=None):
        return self.postgres.query(DATABASE, sql, params)

    def add_trophies(self):
        for trophy_id, name, checker, params, active, repeatable in TROPHIES:
            self.query('insert into trophies_trophy (id, uuid, name, description, trophy_type, checker_class, '
                       'checker_params, is_hidden, is_progressive, is_active, is_repeatable, "order", created, updated) '
                       "values (%s, gen_random_uuid(), %s, '', 'other', %s, %s, false, false, %s, %s, %s, now(), now())",
                       [trophy_id, name, checker, json.dumps(params), active, repeatable, trophy_id])

    def add_user(self, user_id, name, user):
        self.query('insert into auth_user (id, password, last_login, is_superuser, username, first_name, last_name, '
                   "email, is_staff, is_active, date_joined) values (%s, '', %s, false, %s, '', '', '', false, true, now())",
                   [user_id, user['login'], name])
        if user['enabled'] is not None:
            self.query('insert into core_userprofile (is_temporary, workout_reminder_active, workout_reminder, '
                       'workout_duration, weight_unit, notification_language_id, user_id, num_days_weight_reminder, '
                       "can_add_user, trophies_enabled) values (false, false, 14, 12, 'kg', 2, %s, 0, false, %s)",
                       [user_id, user['enabled']])
        for date, start in user['workouts']:
            self.query('insert into manager_workoutsession (id, date, impression, time_start, user_id) '
                       f"values (gen_random_uuid(), {date}, '2', %s, %s)", [start, user_id])
        for kg in user['kg']:
            self.query('insert into manager_workoutlog (id, repetitions, weight, date, user_id, weight_unit_id, '
                       "exercise_id) values (gen_random_uuid(), 10, %s / 10.0, '2025-06-01', %s, 1, 1)", [kg, user_id])
        for trophy_id, earned_at in user['awards']:
            self.query('insert into trophies_usertrophy (user_id, trophy_id, earned_at, progress, is_notified) '
                       'values (%s, %s, %s, 100, false)', [user_id, trophy_id, earned_at])

    def rows(self):
        """Every row that explain could have touched, with the transaction that wrote it."""
        return [self.query(f'select xmin::text, * from {table} order by id')
                for table in ('trophies_userstatistics', 'trophies_usertrophy', 'trophies_trophy')]

    def run(self, *args, env=None, url=None):
        settings = {'PATH': '/usr/bin:/bin', 'TROPHY_DATABASE_URL': url or self.postgres.worker_url(DATABASE),
                    **DISABLED, **servers.frozen_clock(NOW), **(env or {})}
        return subprocess.run([servers.Worker.binary, 'explain', *args], env=settings, text=True, timeout=60,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def explain(self, name):
        """The user's object of --json."""
        return json.loads(self.run('--user', name, '--json').stdout.splitlines()[0])


@pytest.fixture(scope='module')
def program(postgres):
    postgres.create_database(DATABASE, template='trophy_template')
    one = Program(postgres)
    one.add_trophies()
    for user_id, (name, user) in enumerate(USERS.items(), 1):
        one.add_user(user_id, name, user)
    yield one
    postgres.drop_database(DATABASE)


@pytest.mark.parametrize('name', USERS)
def test_golden(program, name):
    before = program.rows()
    done = program.run('--user', name, *USERS[name]['args'], env=USERS[name]['env'])
    assert (done.returncode, done.stderr) == (0, '')
    assert done.stdout == (GOLDEN / f'{name}.txt').read_text(encoding='utf-8')
    assert program.rows() == before


def test_every_golden_file_is_used():
    assert {file.stem for file in GOLDEN.iterdir()} == set(USERS)


def test_by_id(program):
    assert program.run('--user', '1').stdout == (GOLDEN / 'anna.txt').read_text(encoding='utf-8')


def test_the_name_may_be_a_number(program):
    program.add_user(77, '3', EVERYDAY)
    assert program.run('--user', '3').stdout.startswith('user:        carla (id 3)\n')
    assert program.run('--username', '3').stdout.startswith('user:        3 (id 77)\n')


def test_json(program):
    done = program.run('--user', 'gustav', '--json')
    assert done.returncode == 0
    user, summary = map(json.loads, done.stdout.splitlines())
    assert summary == {'summary': {'trophies': 16, 'earned': 1, 'due': 4}}
    trophies = {t['trophy_id']: t for t in user.pop('trophies')}
    assert user == {
        'user_id': 7, 'username': 'gustav', 'skipped': None, 'failure': None,
        'last_login': '2025-06-30T20:00:00.000000+02:00',
        'statistics': {
            'total_weight_lifted': '0.00', 'total_workouts': 32, 'current_streak': 32, 'longest_streak': 32,
            'last_workout_date': '2025-06-30', 'earliest_workout_time': '17:30:00.000000',
            'latest_workout_time': '17:30:00.000000', 'weekend_workout_streak': 5,
            'last_complete_weekend_date': '2025-06-28', 'last_inactive_date': None, 'worked_out_jan_1': False}}
    assert {i: t['state'] for i, t in trophies.items()} == {
        1: 'met', 2: 'met', 3: 'met', 4: 'not_met', 5: 'not_met', 6: 'not_met', 7: 'not_met', 8: 'not_met',
        9: 'not_met', 10: 'earned', 11: 'inactive', 12: 'disabled', 13: 'invalid', 14: 'unknown_checker',
        15: 'not_met', 16: 'not_met'}
    del trophies[10]['uuid']
    assert trophies[10] == {
        'trophy_id': 10, 'name': 'Ten Times Ten', 'checker': 'workout_count_based', 'state': 'earned',
        'detail': '32 of 10 workouts', 'given': 2, 'owed': 3, 'due': 1,
        'first_earned_at': '2025-06-08T20:00:00.000000+02:00', 'last_earned_at': '2025-06-18T20:00:00.000000+02:00'}
    assert trophies[13]['owed'] is None and trophies[13]['detail'].startswith('invalid parameter: count')


def test_json_says_why_skipped(program):
    for name, reason in ('dora', 'opted_out'), ('emil', 'inactive'), ('frida', 'system_off'), ('lena', None):
        done = program.run('--user', name, '--json', '--trophy', 'Beginner', env=USERS[name]['env'])
        user = json.loads(done.stdout.splitlines()[0])
        assert json.loads(done.stdout.splitlines()[1])['summary']['due'] == 0
        assert (user['skipped'], [t['name'] for t in user['trophies']]) == (reason, ['Beginner'])


def test_the_verdict_is_the_evaluations(postgres, program, rabbitmq):
    """What explain says will be given is given, and then it says earned."""
    said = {name: program.explain(name) for name in USERS}
    rabbitmq.add_vhost(DATABASE)
    try:
        with servers.Worker(rabbitmq.url(DATABASE), postgres.worker_url(DATABASE), clock=NOW, env=DISABLED) as worker, \
                celery_producer.Producer(rabbitmq.url(DATABASE)) as producer:
            worker.wait_ready()
            given = dict(program.query('select user_id, count(*) from trophies_usertrophy group by 1'))
            producer.wait([producer.evaluate_user.delay(user['user_id']) for user in said.values()])
    finally:
        rabbitmq.delete_vhost(DATABASE)
    now_given = dict(program.query('select user_id, count(*) from trophies_usertrophy group by 1'))
    for user in said.values():
        due = 0 if user['skipped'] else sum(t['due'] or 0 for t in user['trophies'])
        assert now_given.get(user['user_id'], 0) - given.get(user['user_id'], 0) == due, user
    for name, user in said.items():
        states = {t['trophy_id']: t['state'] for t in program.explain(name)['trophies']}
        assert states == {t['trophy_id']: 'earned' if t['state'] == 'met' and not user['skipped'] else t['state']
                          for t in user['trophies']}


def test_numbers_that_do_not_fit(program):
    program.add_user(78, 'max', {**EVERYDAY, 'workouts': days('2025-06-29', 1), 'awards': [(1, LOGIN)]})
    program.query('insert into manager_workoutlog (id, repetitions, weight, date, user_id, weight_unit_id, exercise_id) '
                  "select gen_random_uuid(), 9999, 9999, '2025-06-29', 78, 1, 1 from generate_series(1, 101)")
    done = program.run('--user', 'max', '--trophy', '1', '--trophy', '2')
    assert done.returncode == 0
    assert 'failure:     total_weight_lifted: less than 10000000000 kg expected, got ' in done.stdout
    assert '     1  Beginner     workout_count_based  earned 2025-06-30 20:00; now the evaluation of this user fails\n' \
        in done.stdout
    assert 'Unstoppable  streak               the evaluation of this user fails\n' in done.stdout


def test_a_name_cannot_steer_the_terminal(program):
    program.add_user(79, 'x\x1b[31m\ny', EVERYDAY)
    assert program.run('--user', '79').stdout.startswith('user:        x?[31m?y (id 79)\n')


@pytest.mark.parametrize('args, env, code, complaint', [
    ([], {}, 64, "missing: '--user NAME'"),
    (['--user'], {}, 64, 'requires an argument'),
    (['--user', 'anna', '--username', 'bert'], {}, 64, "not also 'bert'"),
    (['--user', 'anna', 'bert'], {}, 64, "unexpected argument 'bert'"),
    (['--user', 'anna', '--what'], {}, 64, 'unrecognized option'),
    (['--user', 'anna', '--trophy', 'Nothing'], {}, 65, "no trophy 'Nothing'"),
    (['--user', 'anna', '--trophy', '99'], {}, 65, "no trophy '99'"),
    (['--user', 'nobody'], {}, 67, "no user 'nobody'"),
    (['--user', ''], {}, 67, "no user ''"),
    (['--user', '4711'], {}, 67, "no user '4711'"),
    (['--user', '99999999999999999999'], {}, 67, "no user '99999999999999999999'"),
    (['--username', '1'], {}, 67, "no user '1'"),
    (['--user', 'anna'], {'TROPHY_DATABASE_URL': 'postgresql://127.0.0.1:1/none'}, 69, 'not available'),
    (['--user', 'anna'], {'TROPHY_TROPHIES_TIME_ZONE': 'Mars/Olympus'}, 78, 'Mars/Olympus'),
])
def test_exit_codes(program, args, env, code, complaint):
    done = program.run(*args, env=env)
    assert done.returncode == code, done
    assert complaint in done.stderr and done.stdout == ''


def test_help_fits_a_screen(program):
    done = program.run('--help')
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and len(lines) < 25 and max(map(len, lines)) <= 110
    assert any(line.startswith('example: ') for line in lines)
