# SPDX-License-Identifier: Apache-2.0
"""A worker with nothing to do does nothing: no state may keep the loop spinning."""
import os
import pathlib
import time

import processes
import wire

WATCHED_S = 2
BUSY = 0.1  # a tenth of a processor; a spinning loop takes all of it


def load(worker):
    """The part of a processor that it uses."""
    def seconds():
        fields = pathlib.Path(f'/proc/{worker.process.pid}/stat').read_text().rpartition(')')[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')
    before = seconds()
    time.sleep(WATCHED_S)
    return (seconds() - before) / WATCHED_S


def test_idle_and_holding_messages(world, start):
    """First nothing at all, then messages for later, more than may be held, and a foreign one that waits to go back."""
    queue = world.new_queue()
    worker = start(queue, env={'TROPHY_BROKER_PREFETCH': '8', 'TROPHY_WORKER_FOREIGN_TASKS': 'requeue'})
    assert load(worker) < BUSY
    for user in world.add_users(3):
        world.wire.send(queue, 'evaluate_user', [user], headers={'eta': wire.at(600)})
    world.wire.send(queue, 'foreign')
    world.wait_counts(queue, ready=0, unacked=4)
    assert load(worker) < BUSY


def test_servers_away(world, start):
    nobody = f'127.0.0.1:{processes.free_port()}'
    queue = world.new_queue(declare=True)
    world.wire.send(queue, 'evaluate_user', world.add_users(1))
    world.wire.send(queue, 'evaluate_user', [], headers={'expires': wire.at(600)})
    no_database = start(queue, env={'TROPHY_DATABASE_URL': f'postgresql://{nobody}/x'})
    no_broker = start(queue, ready=False, broker_url=f'amqp://guest:guest@{nobody}//')
    no_queue = start(world.new_queue(), ready=False, env={'TROPHY_BROKER_CREATE_QUEUE': 'false'})
    for worker in (no_database, no_broker, no_queue):
        worker.wait_log('again in', times=2)
    assert [worker for worker in (no_database, no_broker, no_queue) if load(worker) >= BUSY] == []


def test_waiting_for_a_lock(world, start):
    """The loop turns while a statement runs, but only if there is something to turn for."""
    queue = world.new_queue(declare=True)
    user, = world.add_users(1, statistics=True)
    world.wire.send(queue, 'evaluate_user', [user])
    with world.blocked(user):
        worker = start(queue, env={'TROPHY_DATABASE_LOCK_TIMEOUT': '60000'})
        world.wait_blocked()
        world.wire.send(queue, 'evaluate_user', [user])
        assert load(worker) < BUSY


def test_results_that_cannot_be_sent(world, start, rabbitmq):
    queue = world.new_queue(declare=True)
    world.wire.send(queue, 'evaluate_user', world.add_users(1))
    rabbitmq.ctl('set_vm_memory_high_watermark', '0.000001')
    try:
        worker = start(queue)
        world.wait_counts(queue, ready=0, unacked=0)
        assert load(worker) < BUSY
    finally:
        rabbitmq.ctl('set_vm_memory_high_watermark', '0.4')
