# SPDX-License-Identifier: Apache-2.0
"""The account of a trial (tests/lib/trial.py) and the demands (tests/lib/weathering.py) themselves: each thing that must not
happen is brought about by hand, once, and has to be found under its name."""
import json

import amqp
import pytest

import trial
import weathering

NOTHING = {name: 0 for name in trial.FAULTS}


def counts(one):
    return {name: len(those) for name, those in one.account().items()}


@pytest.fixture(scope='module', params=['rpc', 'django-db'])
def done(arena, request):
    """A trial of four messages, one with a follow-up, all of which ended as they should."""
    with arena.trial('classic', request.param) as one:
        one.start()
        one.send(3)
        one.send(1, follow_up=True)
        one.settle(timeout_s=30)
        assert counts(one) == NOTHING
        yield one


def changed(one, sql, undo, params):
    one.query(sql, params)
    try:
        return counts(one)
    finally:
        one.query(undo, params)


def last_user(one):
    return {'user': max(one.users), 'name': trial.EVERY}


def test_an_award_too_many_is_doubled(done):
    assert changed(done, 'create table kept as select * from trophies_usertrophy; insert into trophies_usertrophy (user_id, '
                   'trophy_id, earned_at, progress, is_notified) select user_id, trophy_id, earned_at, progress, is_notified '
                   'from kept join trophies_trophy t on t.id = trophy_id where user_id = %(user)s and name = %(name)s limit 1',
                   'delete from trophies_usertrophy where id not in (select id from kept); drop table kept',
                   last_user(done)) == {**NOTHING, 'doubled': 1}


def test_an_award_missing_is_lost(done):
    assert changed(done, 'create table kept as select * from trophies_usertrophy where user_id = %(user)s; '
                   'delete from trophies_usertrophy where id = (select max(id) from kept)',
                   'insert into trophies_usertrophy select * from kept where id = (select max(id) from kept); drop table kept',
                   last_user(done)) == {**NOTHING, 'lost': 1}


def test_wrong_statistics_are_lost(done):
    assert changed(done, 'update trophies_userstatistics set total_workouts = total_workouts - 1 where user_id = %(user)s',
                   'update trophies_userstatistics set total_workouts = total_workouts + 1 where user_id = %(user)s',
                   last_user(done)) == {**NOTHING, 'lost': 1}


def put(one, queue, body, token):
    with one.rabbitmq.connect(one.name) as connection:
        connection.channel().basic_publish(amqp.Message(body, application_headers={'id': token}), routing_key=queue)


@pytest.fixture
def fresh(arena):
    """A trial of one message that a worker has done, and may be told something else about."""
    with arena.trial('quorum', 'rpc') as one:
        one.start()
        token, = one.send(1)
        one.settle(timeout_s=30)
        assert counts(one) == NOTHING
        yield one, token


def test_a_failure_of_an_innocent_is_harm_and_beside_a_success_doubled(fresh):
    one, token = fresh
    put(one, trial.REPLIES, json.dumps({'task_id': token, 'status': 'FAILURE'}), token)
    trial.wait_until(lambda: one.ended() and len(one.outcomes[token]) == 2, 30, 'collected')
    assert counts(one) == {**NOTHING, 'doubled': 1}
    one.outcomes[token].remove('SUCCESS')
    assert counts(one)['harmed'] == 1


def test_a_dead_letter_of_an_innocent_is_harm(fresh):
    one, token = fresh
    put(one, trial.DEAD, '[]', token)
    trial.wait_until(lambda: one.ended() and one.dead[token], 30, 'collected')
    assert counts(one) == {**NOTHING, 'doubled': 1, 'harmed': 1}


def test_a_message_that_nobody_does_is_stuck_and_one_that_is_gone_lost(fresh):
    one, _ = fresh
    one.send(2)
    one.workers.clear()
    one.settle(timeout_s=1)
    assert counts(one) == {**NOTHING, 'stuck': 2}
    one.rabbitmq.purge(one.queue, one.name)
    one.settle(timeout_s=1)
    assert counts(one) == {**NOTHING, 'lost': 2}


def test_a_killed_process_excuses_a_result_but_no_effect(fresh):
    one, token = fresh
    one.outcomes.clear()
    assert counts(one) == {**NOTHING, 'lost': 1}
    one.unanswered_counts = True
    assert counts(one) == NOTHING
    one.query('delete from trophies_usertrophy')
    assert counts(one) == {**NOTHING, 'lost': 1}


@pytest.mark.parametrize('wait, complaint', [
    (weathering.Wait(2.1, 0, 5, 0), '% CPU'), (weathering.Wait(0, 9, 5, 0), '9 lines'),
    (weathering.Wait(0, 0, 5, 5.1), 'back after 5.1 s'), (weathering.Wait(2.0, 8, 5, 5.0), None),
])
def test_demands(monkeypatch, wait, complaint):
    monkeypatch.setattr(weathering.faults_table, 'add', lambda *_: None)
    good = {name: [] for name in trial.FAULTS}
    if complaint is None:
        weathering.judge('x', good, wait, '')
    else:
        with pytest.raises(AssertionError, match=complaint):
            weathering.judge('x', good, wait, '')
    for name in trial.FAULTS:
        with pytest.raises(AssertionError, match='why'):
            weathering.judge('x', {**good, name: ['why']}, None, '')
