# SPDX-License-Identifier: Apache-2.0
"""The proxy itself (tests/lib/proxy.py): what it must see and do, or no other test of this folder means anything."""
import socket
import threading
import time

import amqp
import psycopg2
import pytest

import proxy
from processes import wait_until


@pytest.fixture
def passing(world, start, postgres, proxies):
    """A worker behind both proxies, and its queue."""
    broker, database = proxies
    queue = world.new_queue()
    worker = start(queue, broker_url=broker.through(world.broker_url), database_url=database.through(
        postgres.worker_url(world.name)))
    return worker, queue


def test_every_step_of_a_message_is_seen(world, proxies, passing):
    broker, database = proxies
    worker, queue = passing
    seen = []
    for one in proxies:
        one.on(lambda event: True, seen.append, times=None)
    user, = world.add_users(1, statistics=True)  # or its row would be made first, in a transaction of its own
    token = world.wire.send(queue, 'evaluate_user', [user])
    world.wire.result(token)
    world.wait_counts(queue, 0, 0)
    wait_until(lambda: any(e.name == 'basic.ack' and e.up for e in seen), 30, 'acknowledged')

    def first(match):
        return next(number for number, event in enumerate(seen) if match(event))
    steps = [first(lambda e: e.name == 'basic.deliver' and e.routing_key == queue and e.correlation_id == token),
             first(lambda e: e.name == 'execute' and e.statement == 'statistics_lock'),
             first(lambda e: e.name == 'command_complete' and e.statement == 'statistics_lock'),
             first(lambda e: e.name == 'execute' and e.statement == 'statistics_write'),
             first(lambda e: e.is_commit and e.up),
             first(lambda e: e.is_commit and not e.up and e.statement == 'commit'),
             first(lambda e: e.name == 'basic.publish' and e.correlation_id == token and
                   e.routing_key == world.wire.replies and b'SUCCESS' in e.body),
             first(lambda e: e.name == 'basic.ack' and e.up and e.link.consumes)]
    assert steps == sorted(steps)
    assert seen[steps[0]].body.startswith(b'[[') and seen[steps[0]].headers['task'] == 'evaluate_user'
    assert seen[steps[1]].link.database == world.name and 'trophy' in seen[steps[1]].link.name
    assert seen[steps[0]].link.name.endswith('consumer') and seen[steps[6]].link.name.endswith('publisher')
    assert not any(event.name is None for event in seen)


def test_an_action_passes_drops_cuts_changes_and_holds(postgres, world, proxies):
    database = proxies[1]
    connection = psycopg2.connect(database.through(postgres.url(world.name)))
    connection.autocommit = True
    cursor = connection.cursor()

    def asks(text):
        return lambda event: event.query == text

    with database.on(asks('select 1'), lambda event: event.raw.replace(b'select 1', b'select 7')):
        cursor.execute('select 1')
        assert cursor.fetchone() == (7,)
    cursor.execute('select 1')  # once only
    assert cursor.fetchone() == (1,)
    with database.hold(asks('select 2')) as held:
        asking = threading.Thread(target=cursor.execute, args=('select 2',))
        asking.start()
        held.wait()
        asking.join(0.3)
        assert asking.is_alive()
        held.release()
        asking.join(30)
        assert cursor.fetchone() == (2,)
    afterwards = []
    with database.on(asks('begin; create table cut_off (); commit'), after=lambda event: afterwards.append(event)):
        cursor.execute('begin; create table cut_off (); commit')
    assert len(afterwards) == 1
    with database.on(asks('drop table cut_off'), lambda event: proxy.CUT):
        with pytest.raises(psycopg2.OperationalError):
            cursor.execute('drop table cut_off')
    assert world.query("select count(*) from pg_class where relname = 'cut_off'") == [(1,)]


@pytest.mark.parametrize('kind', ['rst', 'fin', 'half', 'half_up'])
def test_cuts_are_what_they_are_called(kind):
    with socket.create_server(('127.0.0.1', 0)) as server, proxy.Proxy(server.getsockname()[1]) as one:
        client = socket.create_connection(('127.0.0.1', one.port), 10)
        peer, _ = server.accept()
        peer.settimeout(10)
        client.sendall(b'to')
        assert peer.recv(10) == b'to'
        peer.sendall(b'fro')
        assert client.recv(10) == b'fro'
        one.cut(kind)
        if kind == 'rst':
            for end in (client, peer):
                with pytest.raises(ConnectionResetError):
                    end.recv(10)
        elif kind == 'fin':
            assert client.recv(10) == peer.recv(10) == b''
        else:
            ended, open_still = (client, peer) if kind == 'half' else (peer, client)
            assert ended.recv(10) == b''
            ended.sendall(b'still')
            assert open_still.recv(10) == b'still'
        client.close()
        peer.close()


def test_stalls_delays_throttles_corrupts_and_refuses():
    with socket.create_server(('127.0.0.1', 0)) as server, proxy.Proxy(server.getsockname()[1]) as one:
        client = socket.create_connection(('127.0.0.1', one.port), 10)
        peer, _ = server.accept()
        peer.settimeout(0.5)
        one.stall(up=True, down=False)
        client.sendall(b'stalled')
        with pytest.raises(TimeoutError):
            peer.recv(10)
        peer.sendall(b'passes')
        assert client.recv(10) == b'passes'
        one.restore()
        assert peer.recv(10) == b'stalled'
        one.delay_s = 0.3
        began = time.monotonic()
        client.sendall(b'late')
        peer.settimeout(10)
        assert peer.recv(10) == b'late' and time.monotonic() - began > 0.3
        one.restore()
        one.rate = 10000
        began = time.monotonic()
        client.sendall(bytes(5000))
        came = 0
        while came < 5000:
            came += len(peer.recv(5000))
        assert time.monotonic() - began > 0.4
        one.restore()
        one.cut('rst')
        one.refuse()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(('127.0.0.1', one.port), 10)
        one.restore()
        one.corruption = 1.0
        client = socket.create_connection(('127.0.0.1', one.port), 10)
        peer, _ = server.accept()
        client.sendall(b'changed')
        got = peer.recv(10)
        assert len(got) == 7 and sum(a != b for a, b in zip(got, b'changed')) == 1


def test_it_is_no_brake(world, rabbitmq, proxies):
    """Thousands of messages a second, looked at one by one."""
    broker = proxies[0]
    broker.on(lambda event: event.correlation_id == 'never', times=None)
    url = f'127.0.0.1:{broker.port}'
    with amqp.Connection(url, virtual_host=world.name) as connection:
        channel = connection.channel()
        queue = channel.queue_declare('', exclusive=True).queue
        got = []
        channel.basic_consume(queue, no_ack=True, callback=got.append)
        began = time.monotonic()
        for number in range(2000):
            channel.basic_publish(amqp.Message(b'x' * 300, correlation_id=str(number)), routing_key=queue)
        while len(got) < 2000:
            connection.drain_events(timeout=30)
        assert [message.correlation_id for message in got] == [str(number) for number in range(2000)]
        print(f'{2 * 2000 / (time.monotonic() - began):.0f} messages a second')
        assert time.monotonic() - began < 60
