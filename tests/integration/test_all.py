# SPDX-License-Identifier: Apache-2.0
"""The tasks for all users: cut into ranges, shared by workers that die and come."""
import json
import re
import signal

import processes
import pytest
from all_users import (LIFTER, RANGE, SLOW, TABLES, USERS, delete_users,
                       ended, fresh, give, ranges_of, stored, trophy_id)  # noqa: F401


# ---- ten thousand users

def add_many(world):
    """Users 1000000 + 3 g: some inactive, opted out, without a login or a profile; small histories that follow g.
    {id: names of the trophies that an evaluation of all users gives}."""
    world.query("""
        create temp table g as select n, 1000000 + 3 * n as id from generate_series(1, %(users)s) n;
        insert into auth_user (id, password, last_login, is_superuser, username, first_name, last_name, email,
                               is_staff, is_active, date_joined)
        select id, '', case when n %% 13 = 0 then null when n %% 11 = 0 then now() - interval '31 days' else now() end,
               false, 'many' || n, '', '', '', false, true, now() from g;
        insert into core_userprofile (is_temporary, workout_reminder_active, workout_reminder, workout_duration,
                                      weight_unit, notification_language_id, user_id, num_days_weight_reminder,
                                      can_add_user, trophies_enabled)
        select false, false, 14, 12, 'kg', 2, id, 0, false, n %% 10 <> 0 from g where n %% 17 <> 0;
        insert into manager_workoutsession (id, date, impression, time_start, user_id)
        select gen_random_uuid(), date '2025-01-01' + n %% 3 + day, '2',
               (array['05:30', '12:00', '21:30', null])[n %% 4 + 1]::time, id
          from g, generate_series(1, 4) d, lateral (select d - 1 as day) s where d <= n %% 5;
        insert into manager_workoutlog (id, repetitions, weight, date, user_id, weight_unit_id, exercise_id, session_id)
        select gen_random_uuid(), 10, n %% 7 * 50, s.date, g.id, 1, 1, s.id
          from g join manager_workoutsession s on s.user_id = g.id;
        analyze""", {'users': USERS})
    expected = {}
    for n in range(1, USERS + 1):
        skipped = n % 13 == 0 or n % 11 == 0 or (n % 10 == 0 and n % 17 != 0)
        met = {'Beginner': n % 5 > 0, 'Early Bird': n % 4 == 0, 'Night Owl': n % 4 == 2,
               'New Year, New Me': n % 3 == 0, 'Lifter': n % 5 * (n % 7) * 500 >= 5000}
        if not skipped:
            expected[1000000 + 3 * n] = sorted(name for name in met if met[name] and n % 5 > 0)
    return expected


def test_workers_die_and_come_users_come_and_go(world, start):
    """Three workers share the ranges.  One is killed, one stopped, one comes; users are added between others, at the
    end, and deleted.  Awards and statistics are those of one worker that nobody disturbs."""
    env = {**ranges_of(200), 'TROPHY_BROKER_PREFETCH': '8', 'TROPHY_WORKER_BATCH_USERS': '20'}
    queue, expected = world.new_queue(declare=True), add_many(world)
    skipped = sorted({1000000 + 3 * n for n in range(1, USERS + 1)} - set(expected))
    world.query('insert into trophies_userstatistics (user_id, total_weight_lifted, total_workouts, current_streak, '
                'longest_streak, weekend_workout_streak, worked_out_jan_1, last_updated) '
                "select id, 7, 7, 7, 7, 7, false, '2000-01-01' from unnest(%s) id", [skipped[::5]])
    give(world, skipped[::5], 'Phoenix')
    untouched = [world.query(f'select xmin::text, user_id from {table} where user_id = any(%s) order by 2', [skipped])
                 for table in TABLES[:2]]
    workers = [start(queue, env=env) for _ in range(3)]
    token = world.wire.send(queue, 'evaluate_all', kwargs={})
    with world.connect().cursor() as cursor:
        def done(share):
            cursor.execute('select count(*) from trophies_userstatistics where last_updated > %s', ['2001-01-01'])
            return cursor.fetchone()[0] >= share * len(expected)
        processes.wait_until(lambda: done(0.2), 60, 'a fifth', every_s=0.005)
        leaving = sorted(expected)[::300]
        delete_users(world, leaving)
        added = [*range(1000004, 1000000 + 3 * USERS, 1200), *range(2000000, 2000010)]  # between others, and at the end
        world.add_users(len(added), ids=added)
        processes.wait_until(lambda: done(0.35), 60, 'a third', every_s=0.005)
        workers[0].kill()
        processes.wait_until(lambda: done(0.5), 60, 'half', every_s=0.005)
        assert workers[1].stop() == 0
        assert not done(0.98)
        last = start(queue, env=env)
    assert world.wire.result(token)['status'] == 'SUCCESS'
    processes.wait_until(lambda: world.ready(queue) == 0, 60, 'no range left')
    world.wait_counts(queue, ready=0, unacked=0)
    assert all(ended(worker, RANGE) > 0 for worker in [*workers, last])

    for user in leaving:
        del expected[user]
    for table, before in zip(TABLES, untouched):
        assert world.query(f'select xmin::text, user_id from {table} where user_id = any(%s) order by 2',
                           [skipped]) == before
    assert not any(text in worker.log() for worker in [*workers, last] for text in ('left out', 'rejected'))
    awards = world.awards([*expected, *leaving])
    assert {user: awards.get(user, []) for user in [*expected, *leaving]} == {**dict.fromkeys(leaving, []), **expected}
    disturbed = stored(world)
    assert [workers[2].stop(), last.stop()] == [0, 0]

    for table in TABLES[:2]:
        world.query(f'delete from {table} where user_id <> all(%s)', [skipped])
    calm = start(queue)
    assert world.wire.result(world.wire.send(queue, 'evaluate_all'))['status'] == 'SUCCESS'
    calm.wait_log(f'{RANGE} succeeded', times=int(re.search(r'evaluate_all: (\d+) ranges', calm.log()).group(1)))
    for ours, theirs in zip(disturbed, stored(world)):  # who came may have been too late for the range
        assert {row for row in theirs if row[0] not in added} == {row for row in ours if row[0] not in added}
        assert set(ours) <= set(theirs) and len(ours) == len(set(ours)) and len(theirs) == len(set(theirs))
    assert world.awards(added) == {user: ['Beginner'] for user in added}


def test_ranges_as_they_lie_in_the_queue(world, start):
    """What the parent publishes: ranges end to end, the last one open, tasks of its family."""
    queue = world.new_queue(declare=True)
    users = world.add_users(45, statistics=True)
    world.query('update auth_user set last_login = null where id = any(%s)', [users[5:10]])
    with world.locked(users[0]):
        worker = start(queue, env={**SLOW, **ranges_of(10), 'TROPHY_BROKER_PREFETCH': '1'})
        wanted = {'trophy_ids': [trophy_id(world, 'Beginner'), LIFTER], 'force': True, 'revoke': True}
        token = world.wire.send(queue, 'evaluate_all', kwargs=wanted, headers={'root_id': 'the-root'}, priority=5)
        assert world.wire.result(token)['result'] is None
        assert world.ready(queue) >= 4  # confirmed before the parent succeeds; the fifth is in hand, or soon
        world.wait_blocked()
        worker.kill()
        processes.wait_until(lambda: world.ready(queue) == 5, 30, 'the range is back')
    messages = []
    channel = world.wire.connection.channel()
    while message := channel.basic_get(queue, no_ack=True):
        messages.append(message)
    kwargs = [json.loads(message.body)[1] for message in messages]
    assert [json.loads(message.body)[0] for message in messages] == [[]] * 5
    active = [user for user in users if user not in users[5:10]]
    assert [k.pop('after_id') for k in kwargs] == [-2**31, *active[9::10]]
    assert [k.pop('upto_id') for k in kwargs] == [*active[9::10], None]
    assert kwargs == [wanted] * 5
    for message in messages:
        headers = message.headers
        assert (headers['task'], headers['root_id'], headers['parent_id'], headers['ignore_result']) == \
            (RANGE, 'the-root', token, True)
        assert (message.properties['priority'], message.properties['delivery_mode']) == (5, 2)
        assert message.properties['correlation_id'] == headers['id'] and 'reply_to' not in message.properties
    assert len({message.headers['id'] for message in messages}) == 5
    assert world.awards(users) == {}


def test_more_ranges_than_are_published_at_once(world, start):
    """All are in the queue before the parent succeeds and before its callback."""
    queue, after = world.new_queue(declare=True), world.new_queue(declare=True)
    users = world.add_users(250, statistics=True)
    single, = world.add_users(1)
    world.query('update auth_user set last_login = null where id = %s', [single])
    producer = world.producer(queue, task_routes={'*': {'queue': queue}})
    callback = producer.evaluate_user.si(single).set(queue=after)
    with world.locked(users[0]) as cursor:
        worker = start(queue, env={**SLOW, **ranges_of(1)})
        result = producer.evaluate_all.apply_async(link=callback)
        assert result.get(timeout=30) is None
        assert world.ready(after) == 1
        world.wait_counts(queue, ready=0, unacked=251)  # the default prefetch is 256
        cursor.connection.rollback()
    worker.wait_log(f'{RANGE} succeeded', times=251)
    assert world.awards([*users, single]) == {user: ['Beginner'] for user in users}


def test_parent_waits_for_the_broker(world, start, rabbitmq):
    """Under an alarm the broker takes no ranges: the parent stays unacknowledged, and killed it begins anew."""
    queue = world.new_queue(declare=True)
    users = world.add_users(30)
    token = world.wire.send(queue, 'evaluate_all')
    rabbitmq.ctl('set_vm_memory_high_watermark', '0.000001')
    try:
        worker = start(queue, env=ranges_of(10)).wait_log('4 ranges')
        world.wait_counts(queue, ready=0, unacked=1)
        worker.kill()
        processes.wait_until(lambda: world.ready(queue) == 1, 30, 'the parent is back')
        assert world.awards(users) == {}
    finally:
        rabbitmq.ctl('set_vm_memory_high_watermark', '0.4')
    start(queue, env=ranges_of(10)).wait_log(f'{RANGE} succeeded', times=4)
    assert world.wire.result(token)['status'] == 'SUCCESS'
    assert world.awards(users) == {user: ['Beginner'] for user in users}


@pytest.mark.parametrize('kind', ['classic', 'quorum'])
def test_range_that_dies_runs_again_alone(world, start, kind):
    """Neither its parent nor the other ranges run again."""
    queue = world.new_queue(declare=True, arguments={'x-queue-type': kind})
    users = world.add_users(30, statistics=True)
    env = {**SLOW, **ranges_of(10), 'TROPHY_BROKER_PREFETCH': '1', 'TROPHY_WORKER_BATCH_USERS': '5'}
    with world.locked(users[17]) as cursor:  # the second transaction of the second range
        worker = start(queue, env=env)
        token = world.wire.send(queue, 'evaluate_all')
        assert world.wire.result(token)['status'] == 'SUCCESS'
        world.wait_blocked()
        worker.kill()
        cursor.connection.rollback()
    assert ended(worker, RANGE) == 1
    assert set(users[:15]) <= set(world.awards(users))
    second = start(queue, env=env).wait_log(f'{RANGE} succeeded', times=3)
    world.wait_counts(queue, ready=0, unacked=0)
    assert ended(second, RANGE) == 3 and 'evaluate_all' not in second.log()
    assert world.awards(users) == {user: ['Beginner'] for user in users}
    assert len(world.wire.results[token]) == 1


def test_stop_within_a_range(world, start):
    """What is done is done, the range goes back, and another worker does the rest."""
    queue = world.new_queue(declare=True)
    users = world.add_users(20, statistics=True)
    env = {**SLOW, 'TROPHY_WORKER_BATCH_USERS': '5'}
    with world.locked(users[7]) as cursor:
        worker = start(queue, env=env)
        world.wire.send(queue, 'evaluate_all')
        world.wait_blocked()
        worker.process.signal(signal.SIGTERM)
        worker.wait_log('finishing the batch in hand')
        cursor.connection.rollback()
    assert worker.process.wait(30) == 0 and ended(worker, RANGE) == 0
    assert set(world.awards(users)) == set(users[:10])
    start(queue, env=env).wait_log(f'{RANGE} succeeded')
    assert world.awards(users) == {user: ['Beginner'] for user in users}


def test_users_come_and_go_between_cut_and_range(world, start):
    queue = world.new_queue(declare=True)
    users = world.add_users(30, statistics=True, ids=range(5000, 5300, 10))
    with world.locked(users[0]) as cursor:
        worker = start(queue, env={**SLOW, **ranges_of(10)})
        world.wire.send(queue, 'evaluate_all')
        world.wait_blocked()  # the ranges are cut and published
        added = world.add_users(5, ids=[5095, 5105, 5191, 5299, 9000]) + world.add_users(1, ids=[-7])
        gone = [users[0], users[5], *users[9:20]]  # in hand, and waiting: a whole range with both its ends
        cursor.execute(';'.join(f'delete from {table} where user_id = any(%(gone)s)' for table in TABLES) +
                       '; delete from auth_user where id = any(%(gone)s)', {'gone': gone})
        cursor.connection.commit()
    worker.wait_log(f'{RANGE} succeeded', times=4)
    world.wait_counts(queue, ready=0, unacked=0)
    there = [user for user in [*users, *added] if user not in gone and user != -7]  # the first batch had begun
    assert world.awards(there) == {user: ['Beginner'] for user in there}
    assert world.awards(gone) == {} and 'left out' not in worker.log()


def test_recalculation_takes_the_active_only(world, start):
    """Those who opted out too, and also where trophies are switched off."""
    queue = world.new_queue()
    active, inactive, no_login = (world.add_users(12, workouts=2) for _ in range(3))
    opted_out = world.add_users(3, workouts=2, opted_out=True)
    world.query("update auth_user set last_login = now() - interval '30 days 1 minute' where id = any(%s)", [inactive])
    world.query('update auth_user set last_login = null where id = any(%s)', [no_login])
    worker = start(queue, env={**ranges_of(5), 'TROPHY_TROPHIES_ENABLED': 'false'})
    assert world.producer(queue).recalculate_all.delay().get(timeout=30) is None
    worker.wait_log('trophy_worker.recalculate_range succeeded', times=4)
    assert world.query('select user_id, total_workouts from trophies_userstatistics order by 1') == \
        [(user, 2) for user in [*active, *opted_out]]
    assert world.awards([*active, *opted_out]) == {}
    world.producer(queue).evaluate_all.delay().get(timeout=30)
    worker.wait_log(f'{RANGE} succeeded', times=4)
    assert world.awards(active) == {}
    world.wait_counts(queue, ready=0, unacked=0)


def test_users_are_served_while_ranges_wait(world, start):
    """A message about one user takes turns with the ranges, it does not wait for all of them."""
    queue = world.new_queue()
    world.add_users(1500)
    single = world.add_users(5)
    world.query('update auth_user set last_login = null where id = any(%s)', [single])
    worker = start(queue, env={**ranges_of(50), 'TROPHY_WORKER_BATCH_USERS': '10'})
    world.wire.send(queue, 'evaluate_all')
    worker.wait_log(f'{RANGE} succeeded')
    waited = []
    for user in single:
        before = ended(worker, RANGE)
        world.wire.result(world.wire.send(queue, 'evaluate_user', [user]))
        waited.append(ended(worker, RANGE) - before)
    assert ended(worker, RANGE) < 31 and max(waited) <= 3, waited
    assert world.awards(single) == {user: ['Beginner'] for user in single}
    worker.wait_log(f'{RANGE} succeeded', times=31)


def test_who_logged_in_at_the_limit_is_active(world, start):
    """To the microsecond, where the users are cut into ranges and where each range takes its own."""
    now = '2025-06-30T12:00:00.123456Z'
    queue = world.new_queue()
    users = world.add_users(4)
    for user, ago in zip(users, ('30 days', '30 days 0.000001 seconds', '30 days', '30 days -0.000001 seconds')):
        world.query('update auth_user set last_login = %s::timestamptz - %s::interval where id = %s', [now, ago, user])
    worker = start(queue, clock=now, env=ranges_of(1))
    token = world.wire.send(queue, 'evaluate_all', kwargs={})
    assert world.wire.result(token)['status'] == 'SUCCESS'
    processes.wait_until(lambda: ended(worker, RANGE) >= 3, 60, 'three ranges are done')
    world.wait_counts(queue, ready=0, unacked=0)
    assert sorted(world.awards(users)) == [users[0], users[2], users[3]]
    assert ended(worker, RANGE) in (3, 4)  # one for each who is active; the last, open above, may be empty
