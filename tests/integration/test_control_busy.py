# SPDX-License-Identifier: Apache-2.0
"""Remote control while there is much to do: answered within Celery's second, and neither keeps the other from its
turn.  And beside a native worker."""
import json
import re
import subprocess
import threading
import time

import processes
import pytest
import servers
from all_users import USERS
from controlling import Controller

NODE = 'w1@here'
ENV = {'TROPHY_WORKER_NAME': NODE}
COMMANDS = ['ping', 'active', 'reserved', 'scheduled', 'registered', 'stats', 'active_queues', 'conf', 'report', 'revoked',
            'clock']


@pytest.fixture
def control(world):
    with Controller(world.broker_url) as one:
        yield one


def test_while_a_batch_of_ten_thousand_runs(world, start, control):
    """One transaction of all of them: every command is answered in time, whatever it waits for."""
    queue = world.new_queue(declare=True)
    users = world.add_users(USERS)
    producer = world.producer(queue, task_ignore_result=True)
    for user in users:
        producer.evaluate_user.delay(user)
    worker = start(queue, env={**ENV, 'TROPHY_BROKER_PREFETCH': str(USERS), 'TROPHY_WORKER_BATCH_USERS': str(USERS)})
    slowest, asked, seen = 0, 0, 0
    processes.wait_until(lambda: control.ask('stats')['total'], 60, 'a task begun', every_s=0.01)
    while world.ready(queue) or control.ask('active'):
        for command in COMMANDS:
            answer = control.ask(command)
            slowest, asked = max(slowest, control.seconds), asked + 1
            seen = max(seen, len(answer) if command == 'active' else 0)
    assert slowest < 1, f'{slowest:.2f} s'
    assert asked >= len(COMMANDS) and seen > 1000, f'{asked} answers, {seen} active'
    world.wait_counts(queue, ready=0, unacked=0)
    assert sum(control.ask('stats')['total'].values()) == USERS
    assert worker.log().count('consuming') == 1
    print(f'{asked} answers, the slowest after {slowest * 1000:.0f} ms, up to {seen} messages shown')


class Flood(threading.Thread):
    """Requests without end, unanswered, as fast as one connection takes them."""

    def __init__(self, world):
        super().__init__()
        self.world, self.ended, self.sent = world, threading.Event(), 0

    def run(self):
        body = json.dumps({'method': 'stats', 'arguments': {}, 'ticket': 'x', 'reply_to': {
            'exchange': 'reply.celery.pidbox', 'routing_key': 'nobody'}})
        with servers.amqp.Connection(f'127.0.0.1:{self.world.rabbitmq.port}', virtual_host=self.world.name) as connection:
            channel = connection.channel()
            while not self.ended.is_set():
                channel.basic_publish(servers.amqp.Message(body, content_type='application/json'), exchange='celery.pidbox')
                self.sent += 1

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.join()


def test_a_flood_of_requests_does_not_stop_tasks(world, start):
    queue = world.new_queue()
    worker = start(queue, env=ENV)
    users = world.add_users(50)
    with Flood(world) as flood:
        processes.wait_until(lambda: flood.sent > 1000, 20, 'a flood')
        tokens = [world.wire.send(queue, 'evaluate_user', [user]) for user in users]
        assert [world.wire.result(token, timeout_s=120)['status'] for token in tokens] == ['SUCCESS'] * 50
        assert flood.is_alive()
    assert worker.memory() < 64 << 20
    assert worker.stop(60) == 0


NATIVE = '''
import celery
app = celery.Celery('native', broker={url!r}, backend='rpc://')
app.conf.update(task_default_queue='native', worker_hijack_root_logger=True)
'''


@pytest.fixture
def native(world, tmp_path):
    """native(name) -> its log: a worker of Debian's Celery on the same virtual host."""
    started = []

    def begin(name):
        (tmp_path / 'native.py').write_text(NATIVE.format(url=world.broker_url))
        log = tmp_path / f'{name}.log'
        with log.open('wb') as out:
            started.append(subprocess.Popen(
                ['/usr/bin/python3', '-m', 'celery', '-A', 'native', 'worker', '-P', 'solo', '-l', 'DEBUG', '-n', name],
                cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env={'PATH': '/usr/bin:/bin', 'HOME': str(tmp_path), 'LC_ALL': 'C.UTF-8', 'C_FORCE_ROOT': '1'}))
        processes.wait_until(lambda: 'ready.' in log.read_text(errors='replace'), 60, f'{name} ready')
        return log

    yield begin
    for process in started:
        process.terminate()
        process.wait(30)


def complaints(log):
    return re.findall(r'^.*(?:ERROR|CRITICAL|Traceback).*$', log.read_text(errors='replace'), re.M)


def test_beside_a_native_worker(world, start, control, native):
    """Whoever comes second learns what the first has been told, in both directions, and both answer."""
    ours = start(world.new_queue(), env=ENV)
    assert control.ask('revoke', task_id=['one', 'two']) == {'ok': 'tasks one, two flagged as revoked'}
    log = native('n1@here')
    assert 'mingle: sync with 1 nodes' in log.read_text() and 'mingle: sync complete' in log.read_text()
    ours.wait_log('control: sync with n1@here')
    answers = control.ask_all('revoked')
    assert {node: sorted(ids) for node, ids in answers.items()} == {NODE: ['one', 'two'], 'n1@here': ['one', 'two']}
    control.ask_all('revoke', arguments={'task_id': 'three'}, destination=['n1@here'])
    second = start(world.new_queue(), env={'TROPHY_WORKER_NAME': 'w2@here'})
    second.wait_log('sync with n1@here: 3 revoked ids')
    second.wait_log(f'sync with {NODE}: 2 revoked ids')
    assert sorted(control.ask_all('revoked')['w2@here']) == ['one', 'three', 'two']
    assert control.ask_all('ping') == {node: {'ok': 'pong'} for node in (NODE, 'w2@here', 'n1@here')}
    time.sleep(3)  # a few heartbeats
    assert complaints(log) == []
    assert not re.search('^<[34]>', ours.log() + second.log(), re.M)


def test_clocks_meet(world, start, control, native):
    """Lamport's clock goes on from the greatest that is heard."""
    native('n1@here')
    for _ in range(20):
        control.ask('clock')
    theirs = control.ask('clock')['clock']
    ours = start(world.new_queue(), env={'TROPHY_WORKER_NAME': 'w3@here'})
    ours.wait_log('sync with n1@here')
    assert control.ask_all('clock', destination=['w3@here'])['w3@here']['clock'] > theirs
