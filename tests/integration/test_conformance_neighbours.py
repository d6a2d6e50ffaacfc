# SPDX-License-Identifier: Apache-2.0
"""A native Celery worker beside ours, in one virtual host, each with a queue of its own: they greet each other, share their
clocks and what has been revoked, and neither complains.  One is started first, and then the other."""
import re
import uuid

import processes
import pytest
import servers
import stands

NATIVE, OURS = 'native@conform', 'ours@conform'
# what native says to being root, and 5.6 to every revoke where results go over rpc
EXPECTED = 'missing task request|superuser privileges|absolutely not recommended|SecurityWarning|^User information|uid=|^Please specify'


def start_ours(world, postgres, closing):
    worker = servers.Worker(world.broker_url, postgres.worker_url(world.name), queue='ours',
                            env={'TROPHY_WORKER_NAME': OURS})
    closing.append(worker)
    return worker.wait_ready()


def start_native(world, postgres, closing):
    worker = stands.NativeWorker(world.broker_url, postgres.worker_url(world.name), queue='native', node=NATIVE,
                                 options=('--loglevel', 'DEBUG'))
    closing.append(worker)
    return worker.wait_ready()


@pytest.fixture
def closing():
    workers = []
    yield workers
    for worker in workers:
        worker.close()


def clocks(control):
    return {node: reply['clock'] for answer in control.inspect(timeout=2).clock().items() for node, reply in [answer]}


def complaints(native, ours):
    said = re.findall(r'^.*(?:WARNING|ERROR|CRITICAL|Traceback).*$', native.log(), re.M)
    return [line for line in said if not re.search(EXPECTED, line)] + re.findall(r'^<[0-4]>.*$', ours.log(), re.M)


def test_native_comes_to_ours(world, postgres, closing):
    ours = start_ours(world, postgres, closing)
    control = world.producer('ours').app.control
    token = str(uuid.uuid4())
    control.revoke(token, reply=True, timeout=1, destination=[OURS])
    control.broadcast('hello', arguments={'from_node': 'other@host', 'revoked': {}})
    native = start_native(world, postgres, closing)
    native.wait_log('mingle: sync with 1 nodes').wait_log('mingle: sync complete')
    native.wait_log(f'{OURS} joined the party')
    assert token in control.inspect(destination=[NATIVE], timeout=2).revoked()[NATIVE]

    for queue in ('ours', 'native'):  # each does its own
        user, = world.add_users(1)
        world.producer(queue).evaluate_user.delay(user).get(timeout=20)
    seen = clocks(control)
    assert set(seen) == {NATIVE, OURS} and abs(seen[NATIVE] - seen[OURS]) < 40
    assert complaints(native, ours) == []

    ours.kill()
    native.wait_log(f'missed heartbeat from {OURS}', timeout_s=30)
    assert native.process.running()


def test_ours_comes_to_native(world, postgres, closing):
    native = start_native(world, postgres, closing)
    control = world.producer('native').app.control
    token = str(uuid.uuid4())
    control.revoke(token, reply=True, timeout=1, destination=[NATIVE])
    for _ in range(60):  # its clock goes on
        control.broadcast('ping', destination=[NATIVE])
    ours = start_ours(world, postgres, closing)
    processes.wait_until(lambda: token in control.inspect(destination=[OURS], timeout=2).revoked()[OURS], 10,
                         'ours knows what was revoked')
    native.wait_log(f'{OURS} joined the party')
    seen = clocks(control)
    assert abs(seen[NATIVE] - seen[OURS]) < 40
    result = world.producer('ours').evaluate_user.apply_async((1,), task_id=token)
    result.get(timeout=20, propagate=False)
    assert result.state == 'REVOKED'
    assert complaints(native, ours) == []

    assert ours.stop() == 0
    native.wait_log(f'{OURS} left')
    assert complaints(native, ours) == []
