# SPDX-License-Identifier: Apache-2.0
"""The main road: the real Celery sends, the worker evaluates, statistics and trophies stand, the result is there and
the message is gone."""
import decimal
import json
import pathlib
import re
import tempfile
import zlib

import pytest
import servers
import worlds

EVALUATE = ['wger.trophies.tasks.evaluate_user_trophies_task', 'evaluate_user_trophies_task', 'evaluate_user']
FLOOD = 600
UPDATE = ['wger.trophies.tasks.update_user_statistics_task', 'update_user_statistics_task', 'update_statistics']


@pytest.fixture(scope='module')
def shared(world, postgres):
    """One queue and one worker for the tests that need no worker of their own."""
    queue = world.new_queue()
    with servers.Worker(world.broker_url, postgres.worker_url(world.name), queue=queue,
                env={'TROPHY_TASKS': 'gym.award=evaluate_user;gym.count=update_statistics'}) as worker:
        worker.wait_ready()
        yield queue, worker
        assert worker.stop() == 0
        assert world.ready(queue) == 0


def expected(workouts):
    """What add_users() makes: statistics as stored."""
    return decimal.Decimal(500 * worlds.LOGS * workouts), workouts, workouts


def test_delay(world, shared):
    queue, worker = shared
    user, = world.add_users(1, workouts=4)
    result = world.producer(queue).evaluate_user.delay(user)
    assert result.get(timeout=30) is None
    assert result.state == 'SUCCESS'
    assert world.statistics(user) == expected(4)
    assert world.awards([user]) == {user: ['Beginner', 'Lifter']}
    rows = world.query('select progress, is_notified, context_data, earned_at > now() - interval \'1 minute\' '
                       'from trophies_usertrophy where user_id = %s', [user])
    assert rows == [(100.0, False, None, True)] * 2
    world.wait_counts(queue, ready=0, unacked=0)


def test_keyword(world, shared):
    queue, _ = shared
    user, = world.add_users(1)
    assert world.producer(queue).evaluate_user.delay(user_id=user).get(timeout=30) is None
    assert world.awards([user]) == {user: ['Beginner']}


@pytest.mark.parametrize('name', EVALUATE + ['gym.award'])
def test_names_of_evaluation(world, shared, name):
    queue, _ = shared
    user, = world.add_users(1)
    world.producer(queue).task(name, prefix='').delay(user).get(timeout=30)
    assert world.statistics(user) == expected(1)
    assert world.awards([user]) == {user: ['Beginner']}


@pytest.mark.parametrize('name', UPDATE + ['gym.count'])
def test_names_of_statistics(world, shared, name):
    queue, _ = shared
    user, = world.add_users(1)
    world.producer(queue).task(name, prefix='').delay(user).get(timeout=30)
    assert world.statistics(user) == expected(1)
    assert world.awards([user]) == {}


@pytest.mark.parametrize('value', [lambda user: str(user), lambda user: float(user), lambda user: f' {user} '],
                         ids=['text', 'real', 'blanks'])
def test_user_id_in_other_types(world, shared, value):
    queue, _ = shared
    user, = world.add_users(1)
    world.producer(queue).evaluate_user.delay(value(user)).get(timeout=30)
    assert world.awards([user]) == {user: ['Beginner']}


def test_protocol_1(world, shared):
    queue, _ = shared
    first, second = world.add_users(2)
    producer = world.producer(queue, task_protocol=1)
    results = [producer.evaluate_user.delay(first), producer.evaluate_user.delay(user_id=second)]
    assert set(producer.wait(results).values()) == {'SUCCESS'}
    assert world.awards([first, second]) == {first: ['Beginner'], second: ['Beginner']}


@pytest.mark.parametrize('method', ['gzip', 'bzip2', 'lzma'])
def test_compression(world, shared, method):
    queue, _ = shared
    user, = world.add_users(1)
    world.producer(queue).evaluate_user.apply_async((user,), compression=method).get(timeout=30)
    assert world.awards([user]) == {user: ['Beginner']}


def test_result_is_shaped_as_celery_does(world, shared):
    queue, _ = shared
    user, = world.add_users(1)
    token = world.wire.send(queue, 'evaluate_user', [user], correlation_id='another', delivery_mode=1)
    result = world.wire.result('another')
    properties = result.pop('properties')
    assert result == {'task_id': token, 'status': 'SUCCESS', 'result': None, 'traceback': None, 'children': []}
    assert properties['content_type'] == 'application/json'
    assert properties['content_encoding'] == 'utf-8'
    assert properties['delivery_mode'] == 1
    assert properties['application_headers'] == {}


def test_result_not_wanted(world, shared):
    queue, _ = shared
    first, second, third = world.add_users(3)
    quiet = world.wire.send(queue, 'evaluate_user', [first], headers={'ignore_result': True})
    nobody = world.wire.send(queue, 'evaluate_user', [second], reply_to='a-queue-that-is-not-there')
    world.wire.result(world.wire.send(queue, 'evaluate_user', [third]))
    assert world.awards([first, second]) == {first: ['Beginner'], second: ['Beginner']}
    assert not world.wire.has_result(quiet) and not world.wire.has_result(nobody)


def test_skipped_users(world, shared):
    queue, worker = shared
    producer = world.producer(queue)
    opted_out, = world.add_users(1, opted_out=True)
    inactive, no_login, no_profile = world.add_users(3)
    world.query("update auth_user set last_login = now() - interval '31 days' where id = %s", [inactive])
    world.query('update auth_user set last_login = null, is_active = false where id = %s', [no_login])
    world.query('delete from core_userprofile where user_id = %s', [no_profile])
    users = [opted_out, inactive, no_login, no_profile]
    assert set(producer.wait([producer.evaluate_user.delay(u) for u in users]).values()) == {'SUCCESS'}
    assert world.awards(users) == {no_login: ['Beginner'], no_profile: ['Beginner']}
    assert [world.statistics(u) for u in users] == [None, None, expected(1), expected(1)]
    producer.wait([producer.update_statistics.delay(u) for u in users])
    assert [world.statistics(u) for u in users] == [expected(1)] * 4
    assert world.awards([opted_out, inactive]) == {}


def test_skipped_users_are_told_in_the_log(world, start):
    """Also where the statistics of the same user are brought up to date at once, whose line says nothing of it."""
    queue = world.new_queue(declare=True)
    opted_out, = world.add_users(1, opted_out=True)
    inactive, active = world.add_users(2)
    world.query("update auth_user set last_login = now() - interval '31 days' where id = %s", [inactive])
    tokens = {world.wire.send(queue, task, [user]): ending for task, user, ending in (
        ('evaluate_user', opted_out, ': skipped, opted out'), ('update_statistics', opted_out, ''),
        ('evaluate_user', inactive, ': skipped, inactive'), ('evaluate_user', active, ''))}
    worker = start(queue)
    for token, ending in tokens.items():
        assert world.wire.result(token)['status'] == 'SUCCESS'
        line, = [line for line in worker.log().splitlines() if f'[{token}]' in line]
        assert re.fullmatch(r'.* succeeded in \d+ ms' + re.escape(ending), line), line


def test_system_switched_off(world, start):
    queue = world.new_queue()
    worker = start(queue, env={'TROPHY_TROPHIES_ENABLED': 'false'})
    producer = world.producer(queue)
    user, = world.add_users(1)
    producer.evaluate_user.delay(user).get(timeout=30)
    assert worker.log().count(': skipped, switched off') == 1
    assert world.statistics(user) is None and world.awards([user]) == {}
    producer.update_statistics.delay(user).get(timeout=30)
    assert world.statistics(user) == expected(1) and world.awards([user]) == {}


def test_trophies_switched_off_by_the_administrator(world, start):
    queue = world.new_queue()
    start(queue, env={'TROPHY_TROPHIES_DISABLED': 'bfecc302-8510-4cd3-8768-b788a27a3cc3;Atlas'})
    user, = world.add_users(1, workouts=4)
    world.producer(queue).evaluate_user.delay(user).get(timeout=30)
    assert world.awards([user]) == {user: ['Lifter']}


def test_many_messages_for_one_user_are_one_evaluation(world, start):
    """They lie in the queue before the worker comes, so it finds them together; others are in the same batch."""
    queue = world.new_queue(declare=True)
    user, other = world.add_users(2)
    producer = world.producer(queue)
    results = [producer.evaluate_user.delay(user) for _ in range(10)]
    results += [producer.update_statistics.delay(user), producer.evaluate_user.delay(other)]
    with world.connect().cursor() as cursor:
        cursor.execute('begin; lock table auth_user in access exclusive mode')  # until all have been delivered
        worker = start(queue)
        world.wait_counts(queue, ready=0, unacked=12)
        cursor.execute('rollback')
    assert set(producer.wait(results).values()) == {'SUCCESS'}
    lines = [line for line in worker.log().splitlines() if 'batch: ' in line]
    counted = [[int(word) for word in line.split('batch: ')[1].split() if word.isdigit()][:3] for line in lines]
    assert sum(messages for messages, _, _ in counted) == 12
    assert sum(awards for _, _, awards in counted) == 2
    assert len(counted) <= 2, lines
    assert world.awards([user, other]) == {user: ['Beginner'], other: ['Beginner']}
    world.wait_counts(queue, ready=0, unacked=0)


def test_a_second_evaluation_gives_nothing_and_new_history_counts(world, shared):
    queue, _ = shared
    user, = world.add_users(1)
    producer = world.producer(queue)
    producer.evaluate_user.delay(user).get(timeout=30)
    before = world.query('select id, earned_at from trophies_usertrophy where user_id = %s', [user])
    world.query("insert into manager_workoutsession (id, date, impression, time_start, user_id) "
                "values (gen_random_uuid(), '2025-01-01', '2', '05:59:59', %s)", [user])
    producer.evaluate_user.delay(user).get(timeout=30)
    after = world.query('select id, earned_at from trophies_usertrophy where user_id = %s', [user])
    assert set(before) <= set(after)
    assert world.awards([user]) == {user: ['Beginner', 'Early Bird', 'New Year, New Me', 'Phoenix']}
    assert world.statistics(user)[1] == 2


def test_configuration_file_and_log_as_json(world, start):
    queue = world.new_queue()
    with tempfile.NamedTemporaryFile('w', suffix='.cfg') as file:
        file.write(f'broker: {{ queue = "{queue}"; }};\nlog: {{ format = "json"; }};\n'
                   'tasks = ( { name = "from.file"; runs = "evaluate_user"; } );\n')
        file.flush()
        pathlib.Path(file.name).chmod(0o644)
        worker = start(queue, args=('-c', file.name, 'run'))
        user, = world.add_users(1)
        world.producer(queue).task('from.file', prefix='').delay(user).get(timeout=30)
    assert world.awards([user]) == {user: ['Beginner']}
    lines = [json.loads(line) for line in worker.log().splitlines()]
    assert any('batch: 1 messages' in str(line) for line in lines)


def test_flood_of_deliveries_keeps_nobody_from_work(world, start):
    """Each takes a while to unpack: the first are done long before the last has been looked at."""
    queue = world.new_queue(declare=True)
    user, = world.add_users(1)
    body = zlib.compress(f'[[{user}], {{}}, {{{" " * 900_000}}}]'.encode())
    for number in range(FLOOD):
        world.wire.put(queue, body, {'task': 'evaluate_user', 'id': f'flood-{number}', 'compression': 'application/x-gzip'},
                       content_encoding='utf-8', reply_to=None)
    worker = start(queue, env={'TROPHY_BROKER_PREFETCH': '65535'})
    world.wait_counts(queue, ready=0, unacked=0, timeout_s=120)
    batches = [int(size) for size in re.findall(r'batch: (\d+) messages', worker.log())]
    assert sum(batches) == FLOOD and max(batches) < FLOOD / 2, batches
