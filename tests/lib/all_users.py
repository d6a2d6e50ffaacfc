# SPDX-License-Identifier: Apache-2.0
"""What the tests of tasks for all users share: an empty world for each, trophies, awards, users that go."""
import json
import re
import uuid

import processes
import pytest
import servers

SLOW = {'TROPHY_DATABASE_LOCK_TIMEOUT': '60000', 'TROPHY_DATABASE_STATEMENT_TIMEOUT': '120000'}
BEGINNER, LIFTER = 'bfecc302-8510-4cd3-8768-b788a27a3cc3', '8d50c9ba-d249-41cf-846d-0d6e7d8fabf5'
RANGE = 'trophy_worker.evaluate_range'
USERS = 10_000
TABLES = ['trophies_usertrophy', 'trophies_userstatistics', 'manager_workoutlog', 'manager_workoutsession',
          'core_userprofile']


@pytest.fixture(autouse=True)
def fresh(world, postgres):
    """A task for all users takes what earlier tests left behind: nothing, and the nine trophies."""
    world.query(';'.join(f'delete from {table}' for table in [*TABLES, 'auth_user', 'trophies_trophy']))
    postgres.psql(world.name, servers.SCHEMA / 'initial_trophies.sql')


def ranges_of(users):
    return {'TROPHY_WORKER_RANGE_USERS': str(users)}


def count_log(worker, text):
    return worker.log().count(text)


def ended(worker, task):
    """How often a task of this name has succeeded."""
    return len(re.findall(rf'\] {re.escape(task)} succeeded', worker.log()))


def add_trophy(world, name, checker, params, repeatable=False, active=True):
    token = str(uuid.uuid4())
    return world.query("""
        insert into trophies_trophy (uuid, name, description, trophy_type, checker_class, checker_params, is_hidden,
                                     is_progressive, is_active, is_repeatable, "order", created, updated)
        values (%s, %s, '', 'other', %s, %s, false, false, %s, %s, 50, now(), now()) returning id, uuid::text""",
                       [token, name, checker, json.dumps(params), active, repeatable])[0]


def trophy_id(world, name):
    return world.query('select id from trophies_trophy where name = %s', [name])[0][0]


def give(world, users, name, count=1):
    """Awards of long ago, a day apart."""
    world.query("""
        insert into trophies_usertrophy (user_id, trophy_id, earned_at, progress, is_notified)
        select u, %s, timestamptz '2024-01-01 12:00Z' + n * interval '1 day', 100, false
          from unnest(%s) u, generate_series(0, %s - 1) n""", [trophy_id(world, name), users, count])


def delete_users(world, users):
    """With all their rows, in one transaction; a worker that has just made a row for one of them wins, as it would
    over the application."""
    def delete():
        with world.connect().cursor() as cursor:
            try:
                cursor.execute('begin')
                for table in TABLES:
                    cursor.execute(f'delete from {table} where user_id = any(%s)', [users])
                cursor.execute('delete from auth_user where id = any(%s)', [users])
                cursor.execute('commit')
                return True
            except servers.psycopg2.errors.ForeignKeyViolation:
                cursor.execute('rollback')
                return False
    processes.wait_until(delete, 20, 'users deleted', every_s=0.01)


def stored(world):
    """What all evaluations together wrote, without ids and times."""
    return (world.query('select user_id, trophy_id from trophies_usertrophy order by 1, 2'),
            world.query('select user_id, total_weight_lifted, total_workouts, longest_streak, earliest_workout_time, '
                        'worked_out_jan_1 from trophies_userstatistics order by 1'))
