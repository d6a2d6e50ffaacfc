# SPDX-License-Identifier: Apache-2.0
"""What the tests of evaluate and recalculate share: the program as an administrator or a script calls it."""
import itertools
import json
import subprocess
import types

import pytest
import servers
import worlds

EARNED = ['Beginner', 'Lifter']  # with four workouts
TABLES = 'trophies_usertrophy', 'trophies_userstatistics', 'trophies_trophy', 'auth_user', 'core_userprofile'
_numbers = itertools.count(1)
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
    """More than numeric(12,2) holds."""
    world.query('insert into manager_workoutlog (id, repetitions, weight, date, user_id, weight_unit_id, exercise_id) '
                'select gen_random_uuid(), 9999.99, 9999.99, now(), %s, 1, 1 from generate_series(1, 120)', [user])


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


@pytest.fixture
def fresh(postgres, rabbitmq, request):
    """A world of its own, for what looks at all users."""
    with worlds.World(postgres, rabbitmq, f'own{next(_numbers)}') as one:
        yield one
