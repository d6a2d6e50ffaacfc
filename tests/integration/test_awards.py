# SPDX-License-Identifier: Apache-2.0
"""What becomes of awards: their order and instants, what is counted, and what a revoking evaluation leaves alone."""
import datetime
import re

import celery
import pytest
from all_users import RANGE, add_trophy, ended, fresh, give, trophy_id  # noqa: F401
from evaluating import command, objects  # noqa: F401

STEP = datetime.timedelta(microseconds=1)


def evaluate(world, queue, user, **kwargs):
    assert world.wire.result(world.wire.send(queue, 'evaluate_user', [user], kwargs))['status'] == 'SUCCESS'


def given(world, user):
    """(name, earned_at) in the order of the rows."""
    return world.query('select t.name, earned_at from trophies_usertrophy u join trophies_trophy t on t.id = u.trophy_id '
                       'where user_id = %s order by u.id', [user])


# ---- order and instants

def test_awards_of_a_batch_are_a_microsecond_apart(world, start):
    """In the order of the trophies: order, then name.  Each user's first is at the batch's now."""
    queue = world.new_queue(declare=True)
    users = world.add_users(3, workouts=4)
    for name, order in (('Zebra', 7), ('Ant', 7), ('Cat', 70), ('Bee', 6)):
        add_trophy(world, name, 'workout_count_based', {'count': 1})
        world.query('update trophies_trophy set "order" = %s where name = %s', [order, name])
    add_trophy(world, 'Laps', 'workout_count_based', {'count': 2}, repeatable=True)
    world.query('update trophies_trophy set "order" = 8 where name = \'Laps\'')
    wanted = [name for name, times in world.query(
        'select name, case when is_repeatable then 2 else 1 end from trophies_trophy where name = any(%s) '
        'order by "order", name', [['Beginner', 'Lifter', 'Zebra', 'Ant', 'Cat', 'Bee', 'Laps']]) for _ in range(times)]
    with world.blocked(users[0]) as cursor:
        tokens = [world.wire.send(queue, 'evaluate_user', [user]) for user in users]
        start(queue, env={'TROPHY_DATABASE_LOCK_TIMEOUT': '60000'})
        world.wait_blocked()
        cursor.connection.rollback()
    assert {world.wire.result(token)['status'] for token in tokens} == {'SUCCESS'}
    for user in users:
        names, instants = zip(*given(world, user))
        assert list(names) == wanted
        assert list(instants) == [instants[0] + n * STEP for n in range(len(wanted))]
        assert world.query('select last_updated from trophies_userstatistics where user_id = %s', [user]) == [(instants[0],)]


# ---- counts

def test_counts_are_those_of_the_table(world, start, command):  # noqa: F811
    """A unique index that was made before the trophy became repeatable lets one award through."""
    queue = world.new_queue()
    user, other = world.add_users(2, workouts=8)
    laps, _ = add_trophy(world, 'Laps', 'workout_count_based', {'count': 2}, repeatable=True)
    world.query('create unique index once on trophies_usertrophy (user_id, trophy_id)')
    try:
        words = 'evaluate', '--user', user, '--trophy', laps, '--json'
        (one,), summary = objects(command(*words))
        assert (len(one['awarded']), summary['awarded'], summary['trophies'][0]['gain']['awards']) == (1, 1, 1)
        done = command(*words)
        (one,), summary = objects(done)
        assert (one['awarded'], summary['awarded'], summary['trophies']) == ([], 0, [])
        assert done.err.count("'Laps': a unique index refuses its awards though it is repeatable") == 1
        assert command('schema', '--check').out.startswith("once: refuses a second award of 'Laps'")
        worker = start(queue)
        for _ in range(2):
            evaluate(world, queue, other, trophy_ids=[laps])
        assert re.findall(r'1 users, (\d+) awards', worker.log()) == ['1', '0']
        assert worker.log().count('a unique index refuses') == 1
    finally:
        world.query('drop index once')
    evaluate(world, queue, other, trophy_ids=[laps])
    assert re.findall(r'1 users, (\d+) awards', worker.log()) == ['1', '0', '3']
    assert world.awards([user, other]) == {user: ['Laps'], other: ['Laps'] * 4}


# ---- revoking

BEYOND = {'Record': ('personal_record', {}), 'Proposed': ('wger.trophies.PersonalRecordChecker', {}),
          'Strange': ('no_such_checker', {}), 'Invalid': ('volume', {'kg': 'much'}), 'Asleep': ('volume', {'kg': 10**9})}


@pytest.fixture
def owner(world):
    """A user with an award of each trophy that these tasks cannot judge, and of one that is no longer met."""
    user, = world.add_users(1)
    for name, (checker, params) in BEYOND.items():
        add_trophy(world, name, checker, params, active=name != 'Asleep')
        give(world, [user], name)
    give(world, [user], 'Atlas')
    world.query("update trophies_usertrophy set context_data = '{\"log_id\": 7, \"text\": \"%s\"}' where user_id = %s and "
                'trophy_id = %s' % ('x' * 500, user, trophy_id(world, 'Atlas')))
    return user


def assert_taken(world, user, log):
    assert world.awards([user]) == {user: sorted([*BEYOND, 'Beginner'])}
    line, = [line for line in log.splitlines() if 'award taken: ' in line]
    assert line.startswith(f"<6>award taken: user {user}, trophy {trophy_id(world, 'Atlas')} 'Atlas', "
                           'earned_at 2024-01-01T12:00:00.000000+00:00, context {')
    assert '"log_id": 7' in line and len(line) < 400


def test_revoking_takes_only_what_can_be_judged(world, start, owner):
    queue = world.new_queue()
    worker = start(queue)
    evaluate(world, queue, owner, force=True)
    assert world.awards([owner]) == {owner: sorted([*BEYOND, 'Atlas', 'Beginner'])} and 'award taken' not in worker.log()
    world.wire.send(queue, 'evaluate_all', kwargs={'force': True, 'revoke': True})
    worker.wait_log(f'{RANGE} succeeded')
    assert_taken(world, owner, worker.log())


def test_revoking_command_takes_only_what_can_be_judged(world, owner, command):  # noqa: F811
    words = 'evaluate', '--user', owner, '--force-reevaluate', '--json'
    for more in [], ['--revoke', '--dry-run'], ['--revoke']:
        done = command(*words, *more)
        (one,), summary = objects(done)
        assert [lost['name'] for lost in one['lost']] == ['Atlas'] and summary['lost'] == 1
        assert ('award taken' in done.err) == (more == ['--revoke'])
    assert_taken(world, owner, done.err)


def test_what_is_rolled_back_is_not_said(world, start, owner):
    """The deletion is refused at COMMIT: nothing is taken, so no line says that it was."""
    queue = world.new_queue()
    world.query("""
        create function stay() returns trigger language plpgsql as $$ begin raise exception 'stay' using errcode = '22000';
            end $$;
        create constraint trigger stay after delete on trophies_usertrophy deferrable initially deferred for each row
            execute function stay()""")
    try:
        worker = start(queue)
        token = world.wire.send(queue, 'evaluate_user', [owner], {'force': True, 'revoke': True})
        assert world.wire.result(token)['status'] == 'FAILURE'
    finally:
        world.query('drop function stay cascade')
    assert 'award taken' not in worker.log() and 'Atlas' in world.awards([owner])[owner]


# ---- ranges

def test_terminated_range_goes_no_further(world, start):
    """Terminated within its second transaction: the third is never begun."""
    queue = world.new_queue(declare=True)
    users = world.add_users(15)
    with world.blocked(users[7]), celery.Celery('control', broker=world.broker_url, set_as_current=False) as app:
        worker = start(queue, env={'TROPHY_WORKER_BATCH_USERS': '5', 'TROPHY_DATABASE_LOCK_TIMEOUT': '60000',
                                   'TROPHY_DATABASE_STATEMENT_TIMEOUT': '120000'})
        token = world.wire.send(queue, 'trophy_worker.evaluate_range', [], {'after_id': 0, 'upto_id': None})
        world.wait_blocked()
        app.control.revoke(token, terminate=True, reply=True, limit=1, timeout=10)
        assert world.wire.result(token)['status'] == 'REVOKED'
    world.wait_counts(queue, ready=0, unacked=0)
    assert set(world.awards(users)) == set(users[:5]) and ended(worker, RANGE) == 0
