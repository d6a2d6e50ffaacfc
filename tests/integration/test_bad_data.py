# SPDX-License-Identifier: Apache-2.0
"""Trouble in the database's rows: trophies nobody can understand, users whose numbers do not fit, users who go away in
the middle.  The neighbours in the batch must not notice."""
import json

import pytest

PATIENT = {'TROPHY_DATABASE_LOCK_TIMEOUT': '60000', 'TROPHY_DATABASE_STATEMENT_TIMEOUT': '120000'}


@pytest.fixture
def held(world, start):
    """held(users, send, **options): a worker that gets all messages of send() at once, so that they are one batch."""
    def run(send, **options):
        queue = world.new_queue(declare=True)
        tokens = send(queue)
        connection = world.connect()
        with connection.cursor() as cursor:
            cursor.execute('begin; lock table auth_user in access exclusive mode')
            worker = start(queue, **options)
            world.wait_counts(queue, ready=0, unacked=len(tokens))
            cursor.execute('rollback')
        connection.close()
        return queue, worker, tokens
    return run


@pytest.fixture
def trophy(world):
    """trophy(name, checker, parameters): one more trophy for this test."""
    def add(name, checker, parameters):
        world.query("""
            insert into trophies_trophy (uuid, name, description, trophy_type, checker_class, checker_params, is_hidden,
                                         is_progressive, is_active, is_repeatable, "order", created, updated)
            values (gen_random_uuid(), %s, '', 'other', %s, %s, false, false, true, false, 0, now(), now())""",
                    [name, checker, json.dumps(parameters)])
    yield add
    world.query('delete from trophies_usertrophy u using trophies_trophy t where t.id = u.trophy_id and t."order" = 0; '
                'delete from trophies_trophy where "order" = 0')


def evaluate_all(world, users):
    return lambda queue: [world.wire.send(queue, 'evaluate_user', [user]) for user in users]


def make_too_strong(world, user):
    """More than numeric(12,2) holds."""
    world.query('insert into manager_workoutlog (id, repetitions, weight, date, user_id, weight_unit_id, exercise_id) '
                'select gen_random_uuid(), 9999.99, 9999.99, now(), %s, 1, 1 from generate_series(1, 120)', [user])


def test_bad_trophies_are_skipped_with_one_warning(world, start, trophy):
    bad = {'no checker': ('', {}), 'another case': ('Volume', {'kg': 1}), 'blank': ('volume ', {'kg': 1}),
           'unknown': ('wger.trophies.checkers.unknown', {}), 'array': ('volume', [1]),
           'no parameter': ('workout_count_based', {}), 'text': ('streak', {'days': '1'}),
           'true': ('workout_count_based', {'count': True}), 'zero': ('workout_count_based', {'count': 0}),
           'real': ('workout_count_based', {'count': 1.0}), 'time': ('time_based', {'before': '25:00'}),
           'huge': ('workout_count_based', {'count': 10**30}), 'month': ('date_based', {'month': 13, 'day': 1}),
           'nul': ('volume', {'kg': {'deep': [[[]]]}})}
    for name, (checker, parameters) in bad.items():
        trophy(name, checker, parameters)
    trophy('any kg', 'wger.trophies.checkers.volume.VolumeChecker', {'kg': 0.01})
    queue = world.new_queue()
    worker = start(queue)
    users = world.add_users(3)
    for user in users:  # one after another: as many evaluations
        assert world.wire.result(world.wire.send(queue, 'evaluate_user', [user]))['status'] == 'SUCCESS'
    assert world.awards(users) == {user: ['Beginner', 'any kg'] for user in users}
    for name in set(bad) - {'huge'}:
        assert worker.log().count(f"'{name}' is skipped") == 1, name
    world.query("update trophies_trophy set checker_params = '{\"kg\": -1}' where name = 'array'")
    world.wire.result(world.wire.send(queue, 'evaluate_user', [users[0]]))
    assert worker.log().count("'array' is skipped") == 2  # another definition: said again
    assert worker.log().count("'text' is skipped") == 1


def test_overflow_fails_alone(world, held):
    users = world.add_users(9)
    make_too_strong(world, users[4])
    queue, worker, tokens = held(evaluate_all(world, users))
    states = [world.wire.result(token)['status'] for token in tokens]
    assert states == ['SUCCESS'] * 4 + ['FAILURE'] + ['SUCCESS'] * 4
    assert world.wire.result(tokens[4])['result']['exc_type'] == 'ValueError'
    assert world.awards(users) == {user: ['Beginner'] for user in users if user != users[4]}
    assert world.statistics(users[4]) is None
    assert 'batch: 9 messages' in worker.log()
    world.wait_counts(queue, ready=0, unacked=0)


def test_error_that_only_the_database_sees(world, held):
    """The batch is halved until the culprit stands alone; the others commit."""
    users = world.add_users(8)
    world.query(f"""
        create function refuse() returns trigger language plpgsql as
            $$ begin raise exception 'user % refused', new.user_id using errcode = '22003'; end $$;
        create trigger refuse before update on trophies_userstatistics for each row
            when (new.user_id = {users[2]}) execute function refuse()""")
    try:
        queue, worker, tokens = held(evaluate_all(world, users))
        states = {token: world.wire.result(token)['status'] for token in tokens}
    finally:
        world.query('drop function refuse cascade')
    assert [states[token] for token in tokens] == ['SUCCESS'] * 2 + ['FAILURE'] + ['SUCCESS'] * 5
    assert f'user {users[2]} refused' in world.wire.result(tokens[2])['result']['exc_message'][0]
    assert worker.log().count('is halved') == 3
    assert world.awards(users) == {user: ['Beginner'] for user in users if user != users[2]}
    world.wait_counts(queue, ready=0, unacked=0)


DELETE = ';'.join([*(f'delete from {table} where user_id = %(id)s' for table in (
    'manager_workoutlog', 'manager_workoutsession', 'core_userprofile', 'trophies_userstatistics')),
    'delete from auth_user where id = %(id)s'])


def test_user_deleted_with_the_statistics(world, start):
    """The row is held by the session that deletes it: put off, and then there is no such user."""
    queue = world.new_queue(declare=True)
    gone, stays = world.add_users(2, workouts=0, statistics=True)
    with world.locked(gone) as cursor:
        tokens = evaluate_all(world, [gone, stays])(queue)
        worker = start(queue)
        assert world.wire.result(tokens[1])['status'] == 'SUCCESS'
        cursor.execute(DELETE, {'id': gone})
        cursor.connection.commit()
    assert world.wire.result(tokens[0])['status'] == 'SUCCESS'
    assert f'[{tokens[0]}] no such user' in worker.log()
    assert world.statistics(gone) is None
    assert world.query('select last_updated > now() - interval \'1 minute\' from trophies_userstatistics '
                       'where user_id = %s', [stays]) == [(True,)]
    world.wait_counts(queue, ready=0, unacked=0)


@pytest.mark.parametrize('neighbours', [0, 2])
def test_user_deleted_before_the_commit(world, start, neighbours):
    """The worker has made the row of statistics; its foreign key is checked at COMMIT, which fails with 23503: alone, when
    a second look tells, and in a batch that is halved."""
    queue = world.new_queue(declare=True)
    gone, *others = users = world.add_users(1 + neighbours)
    with world.blocked(gone) as cursor:
        tokens = evaluate_all(world, users)(queue)
        worker = start(queue, env=PATIENT)
        world.wait_blocked()
        world.query(DELETE, {'id': gone})
        cursor.connection.rollback()
    assert [world.wire.result(token)['status'] for token in tokens] == ['SUCCESS'] * len(users)
    assert '23503' in worker.log() and f'[{tokens[0]}] no such user' in worker.log()
    assert world.statistics(gone) is None
    assert world.awards(users) == {user: ['Beginner'] for user in others}
    world.wait_counts(queue, ready=0, unacked=0)


@pytest.mark.parametrize('neighbours', [0, 3])
def test_trophy_deleted_before_the_commit(world, start, trophy, neighbours):
    """Its foreign key is checked at COMMIT; with a second look it is not given any more."""
    queue = world.new_queue(declare=True)
    users = world.add_users(1 + neighbours, statistics=True)
    trophy('short-lived', 'workout_count_based', {'count': 1})
    with world.blocked(users[0]) as cursor:
        tokens = evaluate_all(world, users)(queue)
        worker = start(queue, env=PATIENT)
        world.wait_blocked()
        world.query("delete from trophies_trophy where name = 'short-lived'")
        cursor.connection.rollback()
    assert [world.wire.result(token)['status'] for token in tokens] == ['SUCCESS'] * len(users)
    assert '23503' in worker.log()
    assert world.awards(users) == {user: ['Beginner'] for user in users}
    world.wait_counts(queue, ready=0, unacked=0)
