# SPDX-License-Identifier: Apache-2.0
"""What the broker delivers a second time is not done a second time, if we know that it is the same."""
import json

import pytest
from processes import wait_until

PATIENT = {'TROPHY_DATABASE_LOCK_TIMEOUT': '60000', 'TROPHY_DATABASE_STATEMENT_TIMEOUT': '120000'}


def cut_off(world, who='consumer'):
    """The broker ends this connection of the worker's, as a network would."""
    for line in world.rabbitmq.ctl('list_connections', 'pid', 'client_properties').splitlines():
        if f' {who}"' in line:  # its connection_name
            world.rabbitmq.ctl('close_connection', line.split('\t')[0], 'test')


def chained(world, user, later):
    """A body with one more step behind it."""
    step = {'task': 'evaluate_user', 'args': [later], 'immutable': True,
            'options': {'task_id': 'later', 'reply_to': world.wire.replies}}
    return json.dumps([[user], {}, {'callbacks': None, 'errbacks': None, 'chain': [step], 'chord': None}])


@pytest.mark.parametrize('kind', ['classic', 'quorum'])
def test_redelivered_while_it_runs(world, start, kind):
    """The connection is lost under a batch; the broker delivers its messages again; each is done once."""
    queue = world.new_queue(declare=True, arguments={'x-queue-type': kind})
    users = world.add_users(5, statistics=True)
    tokens = [world.wire.send(queue, 'evaluate_user', [user]) for user in users]
    with world.blocked(users[0]) as cursor:
        worker = start(queue, env=PATIENT)
        world.wait_blocked()
        cut_off(world)
        worker.wait_log('delivered again while it is in hand')  # once at least: the first batch takes what had come
        cursor.connection.rollback()
    for token in tokens:
        assert world.wire.result(token)['status'] == 'SUCCESS'
    world.wait_counts(queue, ready=0, unacked=0)
    assert {len(world.wire.results[token]) for token in tokens} == {1}
    assert worker.log().count(' succeeded in ') == 5
    assert world.awards(users) == {user: ['Beginner'] for user in users}


def test_redelivered_after_it_was_done(world, start):
    """Its acknowledgement is lost: the result is sent again, the next step of its chain is not."""
    queue = world.new_queue(declare=True)
    user, later = world.add_users(2, statistics=True)
    world.rabbitmq.ctl('add_user', queue, 'secret')
    world.rabbitmq.ctl('set_permissions', '-p', world.name, queue, '.*', '.*', '.*')
    with world.blocked(user) as cursor:
        worker = start(queue, env=PATIENT, broker_url=world.broker_url.replace('guest:guest', f'{queue}:secret'))
        world.wire.put(queue, chained(world, user, later), {'task': 'evaluate_user', 'id': 'first'},
                       correlation_id='first')
        world.wait_blocked()
        world.rabbitmq.ctl('change_password', queue, 'another')  # so that it does not come back too soon
        cut_off(world)
        worker.wait_log('broker: consumer: again in')
        cursor.connection.rollback()
        worker.wait_log('[first] evaluate_user succeeded')
    world.rabbitmq.ctl('change_password', queue, 'secret')
    worker.wait_log('[first] evaluate_user was done before')
    assert world.wire.result('first', times=2)['status'] == 'SUCCESS'
    assert world.wire.result('later')['status'] == 'SUCCESS'
    world.wait_counts(queue, ready=0, unacked=0)
    assert not world.wire.has_result('nobody')
    assert (len(world.wire.results['first']), len(world.wire.results['later'])) == (2, 1)
    assert world.awards([user, later]) == {one: ['Beginner'] for one in (user, later)}


def test_other_message_with_the_same_id(world, start):
    """A retry of Celery's has the id of the first attempt, another body or another count: it is done."""
    queue = world.new_queue()
    users = world.add_users(3, statistics=True)
    start(queue)
    for number, user in enumerate(users):
        world.wire.send(queue, 'evaluate_user', [user], headers={'id': 'same', 'retries': number},
                        correlation_id='same')
        world.wire.result('same', times=number + 1)
    assert world.awards(users) == {user: ['Beginner'] for user in users}
    wait_until(lambda: world.ready(queue) == 0, 10, 'queue empty')
