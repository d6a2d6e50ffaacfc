# SPDX-License-Identifier: Apache-2.0
"""The main way of a message: from a producer through the worker into the tables, once."""
import os
import random

import servers


def add_users(postgres, database, count):
    """Users 1..count, each with one workout at noon and one set of 100 x 60 kg: Beginner and Lifter."""
    postgres.query(database, '''
        insert into auth_user (id, password, last_login, is_superuser, username, first_name, last_name, email, is_staff,
                               is_active, date_joined)
        select n, '!', now(), false, 'user' || n, '', '', '', false, true, now() from generate_series(1, %(n)s) n;
        insert into manager_workoutsession (id, user_id, date, time_start, impression)
        select gen_random_uuid(), n, '2025-06-11', '12:00', '2' from generate_series(1, %(n)s) n;
        insert into manager_workoutlog (id, user_id, date, exercise_id, repetitions, weight, weight_unit_id)
        select gen_random_uuid(), n, '2025-06-11T12:00Z', 1, 100, 60, 1 from generate_series(1, %(n)s) n''',
                   {'n': count})


def awards(postgres, database):
    """{user id: names of trophies, in order}"""
    return dict(postgres.query(database, '''
        select a.user_id, array_agg(t.name::text order by t."order", a.id)
        from trophies_usertrophy a join trophies_trophy t on t.id = a.trophy_id group by 1'''))


def settled(rabbitmq, vhost, queue='trophies'):
    """Wait until the queue holds nothing, waiting or unacknowledged."""
    servers.wait_until(lambda: rabbitmq.queues(vhost)[queue]['ready'] == rabbitmq.queues(vhost)[queue]['unacked'] == 0,
                       30, f'{queue} empty')


def test_a_message_is_answered_and_the_trophies_are_there(postgres, rabbitmq, database, vhost, worker, producer):
    add_users(postgres, database, 1)
    running = worker()
    result = producer.evaluate_user.delay(1)
    assert result.get(timeout=20) is None and result.state == 'SUCCESS'
    assert awards(postgres, database) == {1: ['Beginner', 'Lifter']}
    assert producer.evaluate_user.apply_async(kwargs={'user_id': 1}).get(timeout=20) is None
    assert awards(postgres, database) == {1: ['Beginner', 'Lifter']}
    settled(rabbitmq, vhost)
    assert running.stop() == 0


def test_two_workers_give_nothing_twice(postgres, rabbitmq, database, vhost, worker, producer):
    users = list(range(1, 201))
    add_users(postgres, database, len(users))
    order = users * 5
    random.Random(7).shuffle(order)
    running = [worker(), worker()]
    assert len({one.process.pid for one in running}) == 2
    states = producer.wait([producer.evaluate_user.delay(user_id) for user_id in order])
    assert len(states) == 1000 and set(states.values()) == {'SUCCESS'}
    assert awards(postgres, database) == {user_id: ['Beginner', 'Lifter'] for user_id in users}
    settled(rabbitmq, vhost)
    if 'TROPHY_TEST_WORKER' not in os.environ:  # a build with sanitizers is larger
        assert all(one.memory() < 15 * 2**20 for one in running)
    assert [one.stop() for one in running] == [0, 0]
