# SPDX-License-Identifier: Apache-2.0
"""Many clients of trophy-shim at once, slow and silent ones: who has to go, who is served, and what it costs."""
import contextlib
import resource
import socket
import threading
import time

import pytest
import servers
from raw_http import Wire, get, once

LIST = '/api/v2/trophy/'
TOKEN = 'a1' * 20


@pytest.fixture
def user(postgres, database):
    postgres.query(database, "insert into auth_user (id, password, is_superuser, username, first_name, last_name, email, "
                   "is_staff, is_active, date_joined) values (1, '', false, 'anna', '', '', '', false, true, now())")
    postgres.query(database, 'insert into authtoken_token values (%s, now(), 1)', [TOKEN])
    return f'Authorization: Token {TOKEN}'


@pytest.fixture(scope='module')
def one(postgres):
    """A shim for the tests that change nothing."""
    postgres.create_database('shim_clients', template='trophy_template')
    with servers.Shim(postgres.shim_url('shim_clients')) as shim:
        yield shim.wait_ready()
        assert 'Sanitizer' not in shim.log() and 'runtime error' not in shim.log()
    postgres.drop_database('shim_clients')


def test_slow_clients_are_dropped(one):
    """Nothing sent, half a head, a byte a second, and idle after an answer: each is closed after 30 s, not before, and
    meanwhile others are served."""
    wires = [Wire(one.port, timeout_s=40) for _ in range(4)]
    wires[1].send(get(LIST)[:-10])
    wires[2].send(b'G')
    assert wires[3].send(get(LIST)).answer().status == 200
    start = time.monotonic()
    ended = {}

    def wait(i):
        assert wires[i].ended()
        ended[i] = time.monotonic() - start

    threads = [threading.Thread(target=wait, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads) and time.monotonic() - start < 40:
        time.sleep(1)
        if 2 not in ended:
            wires[2].send(b'E')
        assert once(one.port, get(LIST)).status == 200
    assert sorted(ended) == [0, 1, 2, 3]
    assert min(ended.values()) > 25 and max(ended.values()) < 35
    for wire in wires:
        wire.socket.close()


def test_clients_that_say_that_they_are_done_are_let_go(shim):
    """The end of a client's data comes along with its request, or with half of it, or with nothing: no place is kept
    for it."""
    one = shim(env={'TROPHY_SHIM_MAX_CONNECTIONS': '5'})
    for octets in [get(LIST), get(LIST)[:-2], b'G', b'', get(LIST) * 3] * 10:
        with Wire(one.port) as wire:
            wire.send(octets).socket.shutdown(socket.SHUT_WR)
            for _ in range(octets.count(b'\r\n\r\n')):
                assert wire.answer().status == 200
            assert wire.ended()


def test_at_the_limit_the_longest_idle_connection_gives_way(shim):
    one = shim(env={'TROPHY_SHIM_MAX_CONNECTIONS': '5'})
    wires = [Wire(one.port) for _ in range(5)]
    for wire in wires:
        assert wire.send(get(LIST)).answer().status == 200
    assert wires[0].send(get(LIST)).answer().status == 200  # so the second is the longest idle one
    wires += [Wire(one.port) for _ in range(2)]
    for wire in wires[5:]:
        assert wire.send(get(LIST)).answer().status == 200
    for wire in wires[1:3]:
        assert wire.ended()
    for wire in [wires[0], *wires[3:]]:
        assert wire.send(get(LIST)).answer().status == 200


@pytest.mark.parametrize('octets', [b'', get(LIST)[:-3]], ids=['silent', 'half a head'])
def test_idle_connections_keep_nobody_out(shim, octets):
    """Twice as many as there may be, none of which ever ends its request: each request of others is served."""
    one = shim(env={'TROPHY_SHIM_MAX_CONNECTIONS': '50', 'TROPHY_SHIM_MAX_CONNECTIONS_PER_ADDRESS': '0'})
    idle = [Wire(one.port) for _ in range(100)]
    for wire in idle:
        with contextlib.suppress(OSError):
            wire.send(octets)
    for _ in range(10):
        assert once(one.port, get(LIST)).status == 200
    ended = sum(wire.ended() for wire in idle[:50])
    assert ended == 50


def test_one_address_has_its_share(shim):
    """What one address opens beyond its share costs it its own connections, and not those of others."""
    one = shim(env={'TROPHY_SHIM_MAX_CONNECTIONS_PER_ADDRESS': '4', 'TROPHY_SHIM_MAX_CONNECTIONS': '8'})
    other = Wire(one.port, source='127.0.0.9')
    assert other.send(get(LIST)).answer().status == 200
    wires = [Wire(one.port) for _ in range(12)]
    assert wires[-1].send(get(LIST)).answer().status == 200
    assert all(wire.ended() for wire in wires[:8])
    assert other.send(get(LIST)).answer().status == 200


def test_a_trusted_proxy_is_one_address_for_many(shim):
    one = shim(env={'TROPHY_SHIM_MAX_CONNECTIONS_PER_ADDRESS': '4', 'TROPHY_SHIM_TRUST_PROXY': 'true'})
    wires = [Wire(one.port) for _ in range(12)]
    for wire in wires:
        assert wire.send(get(LIST)).answer().status == 200


@pytest.fixture
def many_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 11000:
        pytest.skip(f'only {hard} files may be open')
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_ten_thousand_connections(shim, many_files):
    """Each is answered or closed, never more than 1,024 at a time, the memory stays; and when they are gone the next
    one is served."""
    one = shim(env={'TROPHY_SHIM_MAX_CONNECTIONS_PER_ADDRESS': '0'})
    request = get(LIST + '?limit=999')
    sockets = []
    for _ in range(10000):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(('127.0.0.1', one.port))
        sockets.append(client)
    answered = set()

    def try_all():
        for client in sockets:
            try:
                if client not in answered and client.recv(12) == b'HTTP/1.1 200':
                    answered.add(client)
            except OSError:
                pass  # not connected, nothing there yet, or closed: each is a fair treatment
        return len(answered) >= 1024

    for client in sockets:
        try:
            client.send(request)
        except OSError:
            pass
    servers.wait_until(try_all, 20, '1,024 answers')
    assert len(answered) == 1024
    assert one.memory('RssAnon') < 14 * 2**20
    for client in sockets:
        client.close()
    assert once(one.port, get(LIST)).status == 200


def test_memory_of_a_thousand_idle_connections(shim):
    one = shim(env={'TROPHY_SHIM_MAX_CONNECTIONS_PER_ADDRESS': '0'})
    wires = [Wire(one.port) for _ in range(1000)]
    for wire in wires:
        assert wire.send(get(LIST + '?limit=999')).answer().status == 200
    assert one.memory('RssAnon') < 14 * 2**20
    for wire in wires:
        wire.socket.close()


def test_a_client_that_does_not_read_holds_nobody_up(shim, postgres, database, user):
    """Many big answers that nobody takes: they are bounded, and whoever reads is served."""
    postgres.query(database, "update trophies_trophy set description = repeat('ä', 20000)")
    one = shim(env={'TROPHY_SHIM_MAX_CONNECTIONS_PER_ADDRESS': '0'})
    wires = [Wire(one.port) for _ in range(200)]
    for wire in wires:
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.send(get(LIST) * 20)
    servers.wait_until(lambda: once(one.port, get('/x')).status == 404, 60, 'others served')
    assert one.memory('VmHWM') < 200 * 2**20
    for wire in wires:
        wire.socket.close()
    assert once(one.port, get(LIST, user)).status == 200
