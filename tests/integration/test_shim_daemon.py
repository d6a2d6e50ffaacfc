# SPDX-License-Identifier: Apache-2.0
"""trophy-shim as a process: commands, signals, sockets, and its admin listener."""
import re
import signal
import socket
import subprocess
import time

import jwt_key
import pytest
import servers
from raw_http import Wire, get, once

LIST = '/api/v2/trophy/'
NOWHERE = 'postgresql://127.0.0.1:1/none'
OK, USAGE, DATA, UNAVAILABLE, CONFIG = 0, 64, 65, 69, 78


def run(*args, database=NOWHERE, env=None):
    done = subprocess.run([servers.Shim.binary, *args], env={'PATH': '/usr/bin:/bin', 'TROPHY_DATABASE_URL': database,
                                                             **(env or {})},
                          stdin=subprocess.DEVNULL, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    assert 'Sanitizer' not in done.stderr and 'runtime error' not in done.stderr, done.stderr
    return done


# ---- commands

@pytest.mark.parametrize('args', [['--help'], ['run', '--help'], ['check', '--help'], ['config', '--help']], ids=' '.join)
def test_help_fits_a_screen(args):
    done = run(*args)
    assert done.returncode == OK and done.stdout.startswith('usage: trophy-shim [-c FILE] ')
    assert 'example: ' in done.stdout
    lines = done.stdout.splitlines()
    assert len(lines) <= 24 and max(map(len, lines)) <= 100


def test_version():
    assert re.fullmatch(r'trophy-shim \d+\.\d+\.\d+\n', run('--version').stdout)


@pytest.mark.parametrize('args', [['bogus'], ['run', 'x'], ['run', '--instance', '1'], ['check', 'x'], ['config', '--x'],
                                  ['-c']], ids=' '.join)
def test_usage(args):
    assert run(*args).returncode == USAGE


def test_config(tmp_path):
    file = tmp_path / 'shim.cfg'
    file.write_text('shim: { max_connections = 7; };\n')
    done = run('-c', str(file), 'config', env={'TROPHY_SHIM_CONNECTION_MEMORY': '4096'})
    assert done.returncode == OK
    assert re.search(r'max_connections\s*=\s*7.*shim\.cfg:1', done.stdout), done.stdout
    assert re.search(r'connection_memory\s*=\s*4096.*TROPHY_SHIM_CONNECTION_MEMORY', done.stdout), done.stdout


def test_check(postgres, database, tmp_path):
    key = jwt_key.Key(tmp_path)
    done = run('check', database=postgres.shim_url(database), env={'TROPHY_SHIM_JWT_PUBLIC_KEY': key.pem})
    assert (done.returncode, [line.split(':')[0] for line in done.stdout.splitlines()]) == \
        (OK, ['ok configuration', 'ok database', 'ok schema'])
    assert f'database {database} on 127.0.0.1:{postgres.port} as {servers.SHIM_LOGIN}' in done.stdout
    done = run('check')
    assert done.returncode == UNAVAILABLE and 'FAIL database' in done.stdout and '-- schema' in done.stdout
    postgres.query(database, 'alter table trophies_trophy drop column name')
    done = run('check', database=postgres.shim_url(database))
    assert done.returncode == DATA and 'FAIL schema' in done.stdout


@pytest.mark.parametrize('env, complaint', [
    ({'TROPHY_SHIM_JWT_PUBLIC_KEY': 'secret'},
     'TROPHY_SHIM_JWT_PUBLIC_KEY: shim.jwt_public_key: a public RSA key of 2048'),
    ({'TROPHY_SHIM_LISTEN': 'nonsense'}, 'host:port'),
    ({'TROPHY_SHIM_MAX_CONNECTIONS': '0'}, 'an integer from 1 to 65535'),
    ({'TROPHY_SHIM_STATIC_MANIFEST': '/nonexistent/staticfiles.json'}, '/nonexistent/staticfiles.json'),
], ids=lambda value: next(iter(value)) if isinstance(value, dict) else '')
@pytest.mark.parametrize('command', ['run', 'check'])
def test_a_configuration_that_does_not_fit(command, env, complaint):
    done = run(command, env=env)
    assert done.returncode == CONFIG
    assert complaint in done.stdout + done.stderr and 'secret' not in done.stdout + done.stderr


# ---- sockets

def test_an_address_that_is_taken():
    with socket.create_server(('127.0.0.1', 0)) as taken:
        done = run(env={'TROPHY_SHIM_LISTEN': f'127.0.0.1:{taken.getsockname()[1]}', 'TROPHY_SHIM_ADMIN_LISTEN': ''})
    assert done.returncode == UNAVAILABLE
    assert re.search(r'shim\.listen: 127\.0\.0\.1:\d+: Address already in use', done.stderr)


def test_an_admin_address_that_is_taken_is_done_without(shim):
    with socket.create_server(('127.0.0.1', 0)) as taken:
        one = shim(env={'TROPHY_SHIM_ADMIN_LISTEN': f'127.0.0.1:{taken.getsockname()[1]}'})
    assert 'Address already in use: no admin listener' in one.log()
    assert once(one.port, get(LIST)).status == 200


def test_no_admin_listener(shim):
    one = shim(env={'TROPHY_SHIM_ADMIN_LISTEN': ''})
    with pytest.raises(ConnectionRefusedError):
        Wire(one.admin_port)
    assert once(one.port, get(LIST)).status == 200


def total(one):
    return sum(int(n) for n in re.findall(r'^trophy_shim_requests_total\{.*\} (\d+)$',
                                          once(one.admin_port, get('/metrics')).body.decode(), re.M))


def test_several_on_one_port(shim):
    """The kernel deals the connections out; when one is told to go, nobody is turned away."""
    first = shim()
    second = shim(port=first.port)
    for _ in range(60):
        assert once(first.port, get(LIST)).status == 200
    assert total(first) + total(second) == 60 and min(total(first), total(second)) > 5
    assert first.stop() == 0
    for _ in range(20):
        assert once(second.port, get(LIST)).status == 200


ACTIVATE = '''
import os, socket, sys
listening = socket.create_server(('127.0.0.1', int(sys.argv[1])))
if listening.fileno() != 3:
    os.dup2(listening.fileno(), 3)
os.set_inheritable(3, True)
os.execve(sys.argv[2], sys.argv[2:], {**os.environ, 'LISTEN_FDS': '1', 'LISTEN_PID': str(os.getpid())})
'''


def test_a_socket_handed_over(shim):
    """As systemd does it; shim.listen is then not used."""
    port = servers.free_port()
    one = shim(binary='/usr/bin/python3', args=['-c', ACTIVATE, port, servers.Shim.binary, 'run'])
    one.wait_log('api: listening on the socket handed over')
    assert once(port, get(LIST)).status == 200
    with pytest.raises(ConnectionRefusedError):
        Wire(one.port)


def test_ipv6(shim):
    port = servers.free_port()
    one = shim(env={'TROPHY_SHIM_LISTEN': f'[::1]:{port}'})
    with socket.create_connection(('::1', port)) as client:
        client.sendall(get(LIST, 'Connection: close'))
        assert client.recv(12) == b'HTTP/1.1 200'
    assert one.stop() == 0


# ---- signals

def test_stop(shim):
    """A request of which half has come is answered, an idle connection is closed, new ones are not taken."""
    one = shim()
    with Wire(one.port) as idle, Wire(one.port) as half:
        assert idle.send(get(LIST)).answer().status == 200
        half.send(get(LIST)[:-10])
        time.sleep(0.2)
        one.process.signal(signal.SIGTERM)
        one.wait_log('Terminated: finishing the answers under way')
        with pytest.raises(ConnectionRefusedError):
            Wire(one.port)
        answer = half.send(get(LIST)[-10:]).answer()
        assert answer.status == 200 and answer.headers['Connection'] == 'close'
        assert half.ended() and idle.ended()
    assert one.process.wait(10) == 0


def test_a_second_signal_leaves_at_once(shim, postgres, database):
    postgres.query(database, "update trophies_trophy set description = repeat('ä', 2000000)")
    one = shim()
    with Wire(one.port) as slow:
        slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.send(get(LIST))
        assert slow.socket.recv(12) == b'HTTP/1.1 200'
        one.process.signal(signal.SIGINT)
        one.wait_log('Interrupt: finishing the answers under way')
        time.sleep(1.5)
        assert one.process.running()  # an answer is under way
        start = time.monotonic()
        one.process.signal(signal.SIGTERM)
        assert one.process.wait(10) == 0 and time.monotonic() - start < 1


def test_reload_and_state(shim, tmp_path):
    file = tmp_path / 'shim.cfg'
    file.write_text('log: { level = "notice"; };\n')
    one = shim(args=['-c', str(file), 'run'])
    file.write_text('log: { level = "debug"; };\ntrophies: { disabled = [ "Beginner" ]; };\n'
                    'shim: { max_connections = 5; };\n')
    assert once(one.port, get('/api/v2/trophy/1/')).status == 200
    one.process.signal(signal.SIGHUP)
    one.wait_log('log.level: changed')
    one.wait_log('trophies.disabled: changed')
    one.wait_log('shim.max_connections: changed, which needs a restart')
    assert once(one.port, get('/api/v2/trophy/1/')).status == 404
    one.wait_log('GET /api/v2/trophy/1/: 404')
    one.process.signal(signal.SIGUSR1)
    one.wait_log('state: database open, connected 1 times; requests 2; connections')
    file.write_text('nonsense')
    one.process.signal(signal.SIGHUP)
    one.wait_log('nothing is changed')
    assert once(one.port, get('/api/v2/trophy/1/')).status == 404


# ---- the admin listener

SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z]+="[^"\\]*",?)+)\})? ([0-9.e+-]+|\+Inf)')


def test_metrics(shim):
    """Every line is of Prometheus' text form, each metric has its help and type before it, no label tells users apart."""
    one = shim()
    for target in (LIST, LIST, '/api/v2/trophy/1/', '/api/v2/user-trophy/', '/', '/x'):
        once(one.port, get(target))
    answer = once(one.admin_port, get('/metrics'))
    assert answer.status == 200 and answer.headers['Content-Type'].startswith('text/plain; version=0.0.4')
    types, values = {}, {}
    for line in answer.body.decode().splitlines():
        if line.startswith('# TYPE '):
            types[line.split()[2]] = line.split()[3]
        elif not line.startswith('# HELP '):
            name, labels, value = SAMPLE.fullmatch(line).groups()
            assert name in types or re.sub('_(bucket|sum|count)$', '', name) in types
            assert not re.search('user|token', re.sub('resource="[a-z_]*"', '', labels or ''))
            values[name, labels] = float(value)
    assert values['trophy_shim_requests_total', 'resource="trophy_list",status="200"'] == 2
    assert values['trophy_shim_requests_total', 'resource="trophy",status="200"'] == 1
    assert values['trophy_shim_requests_total', 'resource="user_trophy_list",status="403"'] == 1
    assert values['trophy_shim_requests_total', 'resource="page",status="200"'] == 1
    assert values['trophy_shim_requests_total', 'resource="other",status="404"'] == 1
    assert values['trophy_shim_request_seconds_count', None] == 6
    assert values['trophy_shim_request_seconds_bucket', 'le="+Inf"'] == 6
    assert values['trophy_db_connected', None] == 1 and values['trophy_db_reconnects_total', None] == 0
    assert any(name == 'trophy_build_info' and value == 1 for (name, _), value in values.items())


def test_probes(shim):
    one = shim()
    assert once(one.admin_port, get('/live')).body == once(one.admin_port, get('/ready')).body == b'ok\n'
    assert once(one.admin_port, get('/')).status == 404
    assert once(one.admin_port, get(LIST)).status == 404
    assert once(one.admin_port, get('/live', 'Content-Length: 0', method='POST')).status == 405
    assert once(one.port, get('/metrics')).status == 404
