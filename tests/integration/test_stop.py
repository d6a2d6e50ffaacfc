# SPDX-License-Identifier: Apache-2.0
"""How the worker ends, and what it says on the command line."""
import json
import os
import re
import signal
import subprocess
import tempfile

import celery
import processes
import pytest
import servers
import wire

PATIENT = {'TROPHY_DATABASE_LOCK_TIMEOUT': '60000', 'TROPHY_DATABASE_STATEMENT_TIMEOUT': '120000'}


def command(*args, env=None):
    """Run the worker's program to its end: (exit code, stdout, stderr)."""
    done = subprocess.run([servers.Worker.binary, *args], env={'PATH': '/usr/bin:/bin', **(env or {})}, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT])
def test_batch_in_hand_is_finished(world, start, number):
    """The rest goes back; what came while the batch ran is not begun."""
    queue = world.new_queue(declare=True)
    users = world.add_users(4, statistics=True)
    tokens = [world.wire.send(queue, 'evaluate_user', [user]) for user in users[:2]]
    with world.blocked(users[0]) as cursor:
        worker = start(queue, env=PATIENT)
        world.wait_blocked()
        tokens += [world.wire.send(queue, 'evaluate_user', [user]) for user in users[2:]]
        world.wait_counts(queue, ready=0, unacked=4)
        worker.process.signal(number)
        worker.wait_log('finishing the batch in hand')
        assert worker.process.running()
        cursor.connection.rollback()
    assert worker.process.wait(30) == 0
    assert [world.wire.result(token)['status'] for token in tokens[:2]] == ['SUCCESS'] * 2
    world.wait_counts(queue, ready=2, unacked=0)
    assert world.awards(users) == {user: ['Beginner'] for user in users[:2]}
    assert '2 messages go back' in worker.log()
    start(queue)
    assert [world.wire.result(token)['status'] for token in tokens] == ['SUCCESS'] * 4
    assert {len(world.wire.results[token]) for token in tokens} == {1}


def test_answers_while_it_finishes(world, start):
    """A long last batch does not make the worker look dead."""
    queue = world.new_queue(declare=True)
    user, = world.add_users(1, statistics=True)
    token = world.wire.send(queue, 'evaluate_user', [user])
    with world.blocked(user) as cursor, celery.Celery('stop', broker=world.broker_url, set_as_current=False) as app:
        worker = start(queue, env={**PATIENT, 'TROPHY_WORKER_NAME': 'last@here', 'TROPHY_WORKER_DRAIN_SECONDS': '60'})
        world.wait_blocked()
        worker.process.signal(signal.SIGTERM)
        worker.wait_log('finishing the batch in hand')
        assert app.control.ping(limit=1, timeout=10) == [{'last@here': {'ok': 'pong'}}]
        cursor.connection.rollback()
    assert worker.process.wait(30) == 0
    assert world.wire.result(token)['status'] == 'SUCCESS'


def test_second_signal_leaves_at_once(world, start):
    queue = world.new_queue(declare=True)
    user, = world.add_users(1, statistics=True)
    token = world.wire.send(queue, 'evaluate_user', [user])
    with world.blocked(user):
        worker = start(queue, env=PATIENT)
        world.wait_blocked()
        worker.process.signal(signal.SIGTERM)
        worker.wait_log('finishing the batch in hand')
        worker.process.signal(signal.SIGTERM)
        assert worker.process.wait(5) == 0
        world.wait_counts(queue, ready=1, unacked=0)
    assert world.awards([user]) == {} and not world.wire.has_result(token)


def test_drain_has_an_end(world, start):
    queue = world.new_queue(declare=True)
    user, = world.add_users(1, statistics=True)
    world.wire.send(queue, 'evaluate_user', [user])
    with world.blocked(user):
        worker = start(queue, env={**PATIENT, 'TROPHY_WORKER_DRAIN_SECONDS': '1'})
        world.wait_blocked()
        assert worker.stop(timeout_s=10) == 0
        world.wait_counts(queue, ready=1, unacked=0)
    assert world.awards([user]) == {}


def test_results_go_out_before_the_end(world, start):
    """All that has been done is answered, however quickly the signal follows."""
    queue = world.new_queue(declare=True)
    users = world.add_users(200)
    producer = world.producer(queue)
    results = [producer.update_statistics.delay(user) for user in users]
    worker = start(queue, ready=False)
    worker.wait_log('succeeded')
    assert worker.stop() == 0
    done = set(re.findall(r'\[([0-9a-f-]{36})\] \S+ succeeded', worker.log()))
    assert done
    assert set(producer.wait([r for r in results if r.id in done], timeout_s=20).values()) == {'SUCCESS'}
    world.wait_counts(queue, ready=len(users) - len(done), unacked=0)


@pytest.mark.parametrize('absent', ['broker', 'database', 'both'])
def test_stop_while_a_server_is_away(world, start, absent):
    nobody = f'127.0.0.1:{processes.free_port()}'
    options = {'ready': False, 'env': {}}
    if absent != 'database':
        options['broker_url'] = f'amqp://guest:guest@{nobody}//'
    if absent != 'broker':
        options['env']['TROPHY_DATABASE_URL'] = f'postgresql://{nobody}/x'
    worker = start(world.new_queue(), **options)
    worker.wait_log('again in', times=2)
    assert worker.stop(timeout_s=10) == 0


def test_state_on_sigusr1(world, start):
    queue = world.new_queue()
    worker = start(queue)
    users = world.add_users(2)
    for user in users:
        world.wire.result(world.wire.send(queue, 'evaluate_user', [user]))
    world.wire.result(world.wire.send(queue, 'evaluate_user'))
    world.wire.send(queue, 'evaluate_user', users[:1], headers={'eta': wire.at(600)})
    world.wait_counts(queue, ready=0, unacked=1)
    worker.process.signal(signal.SIGUSR1)
    worker.wait_log('state: consuming yes, publishing yes, database open; inbox 1; received 4, succeeded 2, rejected 1')
    assert worker.process.running()


def test_json_log_of_a_stranger(world, start):
    """Whatever text a message brings, each line stays one JSON object."""
    queue = world.new_queue()
    worker = start(queue, env={'TROPHY_LOG_FORMAT': 'json'})
    for name in ('new\nline', 'quote"\\', 'ünï', '\x1b[31m', '\u2028', 'x' * 250):
        token = world.wire.send(queue, name)
        world.wire.result(token)
    token = world.wire.send(queue, 'evaluate_user', [], {'\n': 1})
    world.wire.result(token)
    assert len([json.loads(line) for line in worker.log().splitlines()]) >= 10


def test_help_and_version():
    code, out, err = command('--help')
    assert (code, err) == (0, '') and out.startswith('usage: trophy-worker')
    code, out, err = command('--version')
    assert (code, err) == (0, '') and re.fullmatch(r'trophy-worker \d+\.\d+\.\d+\n', out)


@pytest.mark.parametrize('args', [['nonsense'], ['run', 'nonsense'], ['--nonsense'], ['-c'], ['--instance', '0', 'run'],
                                  ['--instance', 'x', 'run'], ['--instance']], ids=' '.join)
def test_wrong_usage(args):
    code, out, err = command(*args)
    assert (code, out) == (64, '') and err.strip()


@pytest.mark.parametrize('name, value, said', [
    ('BROKER_PREFETCH', '0', '1'), ('BROKER_PREFETCH', '65536', '65535'), ('BROKER_PREFETCH', 'many', 'many'),
    ('BROKER_URL', 'redis://cache:6379/2', 'amqp'), ('BROKER_URL', 'amqp://a:secret@h:port/', None),
    ('BROKER_QUEUE', 'celery', 'allow_celery_queue'), ('BROKER_QUEUE', 'a,,b', 'queue'), ('BROKER_QUEUE', 'a,a', 'a'),
    ('WORKER_FOREIGN_TASKS', 'drop', 'reject'), ('WORKER_FOREIGN_TASKS', 'park', 'park_queue'),
    ('TROPHIES_TIME_ZONE', 'Europe/Nowhere', 'Europe/Nowhere'), ('LOG_LEVEL', 'loud', 'info'),
    ('TASKS', 'my.task=nothing', 'evaluate_user'), ('DATABASE_URL_FILE', '/no/such/file', '/no/such/file'),
], ids=lambda value: str(value)[:20])
def test_bad_configuration_of_the_environment(name, value, said):
    code, out, err = command('run', env={f'TROPHY_{name}': value})
    assert (code, out) == (78, ''), err
    option = name.lower().replace('_', '.', 1) if name != 'TASKS' else 'tasks'
    assert option.replace('_file', '') in err or f'TROPHY_{name}' in err
    assert 'secret' not in err
    if said is not None:
        assert said in err


@pytest.mark.parametrize('text, said', [
    ('broker: { prefetch = "many"; };', ['broker.prefetch', ':1']),
    ('worker:\n{\n  batch_users = 0;\n};', ['worker.batch_users', ':3', '10000']),
    ('nonsense = 1;', ['nonsense']),
    ('broker: { colour = "red"; };', ['colour']),
    ('broker: {', ['syntax error']),
], ids=['type', 'range', 'group', 'option', 'syntax'])
def test_bad_configuration_file(text, said):
    with tempfile.NamedTemporaryFile('w', suffix='.cfg') as file:
        file.write(text)
        file.flush()
        code, out, err = command('-c', file.name, 'run')
        assert (code, out) == (78, '')
        assert all(word in err for word in [os.path.basename(file.name), *said]), err


def test_configuration_file_that_is_not_there():
    code, _, err = command('-c', '/no/such.cfg', 'run')
    assert code == 78 and '/no/such.cfg' in err
