# SPDX-License-Identifier: Apache-2.0
"""What only the wire to PostgreSQL can show: an answer that is not the wanted one, none at all, and who is at its end."""
import contextlib
import os
import signal
import socket
import ssl
import struct
import subprocess
import time

import pytest
import servers
from proxy import Proxy

EARNED = ['Beginner']


def states(world, tokens):
    return [world.wire.result(token, timeout_s=90)['status'] for token in tokens]


def send_all(world, queue, users):
    return [world.wire.send(queue, 'evaluate_user', [user]) for user in users]


@pytest.fixture
def start_at(world):
    """start_at(database_url, queue, **options) -> a Worker, ended with the test."""
    made = []

    def begin(url, queue, ready=True, **options):
        made.append(servers.Worker(world.broker_url, url, queue=queue, **options))
        return made[-1].wait_ready() if ready else made[-1]
    yield begin
    for one in made:
        one.close()


def as_rollback(event):
    """The same message of the protocol, for the statement rollback."""
    body = event.raw[5:].replace(b'\0commit\0', b'\0rollback\0', 1)
    return event.raw[:1] + struct.pack('>I', len(body) + 4) + body


def test_commit_answered_by_rollback(world, start_at):
    """As of a failed transaction: it succeeds, and only its tag tells.  Nothing is done, so nothing is acknowledged."""
    queue = world.new_queue(declare=True)
    users = world.add_users(3)
    with Proxy(world.postgres.port, 'postgres') as proxy:
        watch = proxy.on(lambda e: e.up and e.name == 'bind' and e.statement == 'commit', as_rollback)
        tokens = send_all(world, queue, users)
        worker = start_at(proxy.through(world.postgres.worker_url(world.name)), queue)
        worker.wait_log('db: commit: 40000 the server rolled back instead')
        watch.wait()
        assert states(world, tokens) == ['SUCCESS'] * 3
        assert world.awards(users) == {user: EARNED for user in users}
        world.wait_counts(queue, ready=0, unacked=0)


def test_server_that_hangs(world, start):
    """No time limit on the messages; the session is given up after the statement's timeout and a while."""
    queue = world.new_queue(declare=True)
    users = world.add_users(3)
    worker = start(queue, env={'TROPHY_DATABASE_STATEMENT_TIMEOUT': '500'}).wait_log('db: connected')
    [(pid,)] = world.query('select pid from pg_stat_activity where usename = %s and datname = %s',
                           [servers.WORKER_LOGIN, world.name])
    os.kill(pid, signal.SIGSTOP)
    try:
        tokens = send_all(world, queue, users)
        assert states(world, tokens) == ['SUCCESS'] * 3
        worker.wait_log('db: connected', times=2)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert world.awards(users) == {user: EARNED for user in users}


def test_silent_worker_holds_no_lock_for_ever(world, start_at):
    """The server ends a transaction that has been idle for a minute; the worker, if it lives, does the work again."""
    queue = world.new_queue(declare=True)
    users = world.add_users(1)
    tokens = send_all(world, queue, users)
    in_transaction = set()

    def goes_on(event):  # the first message of a later round trip of a transaction
        if event.name == 'ready' and event.raw[-1:] == b'T':
            in_transaction.add(event.link)
        return event.up and event.link in in_transaction

    with Proxy(world.postgres.port, 'postgres') as proxy, proxy.hold(goes_on) as silence:
        worker = start_at(proxy.through(world.postgres.worker_url(world.name)), queue,
                          env={'TROPHY_DATABASE_STATEMENT_TIMEOUT': '0'})
        silence.wait()
        worker.wait_log('db: connected', timeout_s=180, times=2)
        assert states(world, tokens) == ['SUCCESS']
    assert world.awards(users) == {user: EARNED for user in users}


def test_connecting_to_a_locked_table(world, start_at):
    """To prepare a statement locks its tables: bounded as everything else, and no session is left behind waiting."""
    queue = world.new_queue(declare=True)
    tokens = send_all(world, queue, world.add_users(1))
    with contextlib.closing(world.postgres.connect(world.name)) as connection, connection.cursor() as cursor:
        cursor.execute('begin; lock table manager_workoutsession in access exclusive mode')
        worker = start_at(world.postgres.worker_url(world.name), queue, env={'TROPHY_DATABASE_LOCK_TIMEOUT': '200'})
        worker.wait_log('55P03', times=3)
        assert len(world.query('select pid from pg_stat_activity where usename = %s and datname = %s',
                               [servers.WORKER_LOGIN, world.name])) <= 1
        cursor.execute('rollback')
    assert states(world, tokens) == ['SUCCESS']


def test_session_that_fails_as_soon_as_it_is_open(world, start_at):
    """The first thing that the worker writes is refused with what makes it look for another server: not as fast as it
    can connect."""
    world.query("insert into trophy_worker.attempt values ('old', 1, '2020-01-01')")
    world.query("create function refuse() returns trigger language plpgsql as "
                "$$begin raise exception 'read-only' using errcode = '25006'; end$$")
    world.query('create trigger refuse before delete on trophy_worker.attempt for each row execute function refuse()')
    queue = world.new_queue(declare=True)
    tokens = send_all(world, queue, world.add_users(1))
    worker = start_at(world.postgres.worker_url(world.name), queue)
    worker.wait_log('25006', times=2)
    time.sleep(6)
    assert worker.log().count('db: connected') <= 10
    world.query('drop trigger refuse on trophy_worker.attempt')
    assert states(world, tokens) == ['SUCCESS']


@pytest.mark.parametrize('order', ['dead first', 'dead last'])
def test_several_hosts_in_the_url(world, start_at, order):
    queue = world.new_queue(declare=True)
    users = world.add_users(1)
    tokens = send_all(world, queue, users)
    with socket.create_server(('127.0.0.1', 0)) as one:
        dead = one.getsockname()[1]
    hosts = [f'127.0.0.1:{dead}', f'127.0.0.1:{world.postgres.port}']
    url = world.postgres.worker_url(world.name).replace(hosts[1], ','.join(hosts if order == 'dead first' else hosts[::-1]))
    start_at(url, queue)
    assert states(world, tokens) == ['SUCCESS']


def test_standby_before_the_primary_in_the_url(world, start_at):
    """The worker wants a server that it can write to."""
    import standby
    queue = world.new_queue(declare=True)
    users = world.add_users(1)
    tokens = send_all(world, queue, users)
    with standby.Standby(world.postgres) as second:
        here = f'127.0.0.1:{world.postgres.port}'
        url = world.postgres.worker_url(world.name).replace(here, f'127.0.0.1:{second.port},{here}')
        start_at(url, queue)
        assert states(world, tokens) == ['SUCCESS']


# ---- TLS

@pytest.fixture(scope='module')
def tls(tmp_path_factory):
    """(a server with a certificate for "localhost", made here, that only takes TLS; the authority's certificate)"""
    folder = tmp_path_factory.mktemp('tls')
    made = subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost',
                           '-addext', 'subjectAltName=DNS:localhost', '-keyout', folder / 'key', '-out', folder / 'cert'],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert made.returncode == 0, made.stdout
    with servers.Postgres() as pg:
        for name in ('key', 'cert'):
            inside = pg.folder / name
            inside.write_bytes((folder / name).read_bytes())
            inside.chmod(0o600)
            pg.own(inside)
        pg.create_database('tls', [servers.SCHEMA / f'{name}.sql'
                                   for name in ('host', 'trophies', 'roles', 'worker', 'initial_trophies')])
        pg.add_worker_login()
        pg.stop()
        pg.settings += ['ssl=on', f'ssl_key_file={pg.folder / "key"}', f'ssl_cert_file={pg.folder / "cert"}']
        pg.start()
        yield pg, folder / 'cert'


def tls_url(pg, host, mode, certificate):
    return pg.worker_url('tls').replace('127.0.0.1', host) + f'?hostaddr=127.0.0.1&sslmode={mode}&sslrootcert={certificate}'


def test_tls(world, tls, start_at):
    """verify-full: the right name is let in, encrypted; another name, or an unknown authority, is not."""
    pg, certificate = tls
    queue = world.new_queue()
    worker = start_at(tls_url(pg, 'localhost', 'verify-full', certificate), queue)
    worker.wait_log('db: connected')
    assert pg.query('tls', 'select distinct ssl from pg_stat_ssl join pg_stat_activity using (pid) where usename = %s',
                    [servers.WORKER_LOGIN]) == [(True,)]


@pytest.mark.parametrize('host, mode, authority, complaint', [
    ('elsewhere', 'verify-full', True, 'does not match host name "elsewhere"'),
    ('localhost', 'verify-full', False, 'certificate verify failed'),
], ids=['name', 'authority'])
def test_tls_refused(world, tls, start_at, tmp_path, host, mode, authority, complaint):
    pg, certificate = tls
    if not authority:
        other = tmp_path / 'other'
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost',
                        '-keyout', tmp_path / 'key', '-out', other], check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        certificate = other
    worker = start_at(tls_url(pg, host, mode, certificate), world.new_queue(), ready=False)
    worker.wait_log(complaint)
    assert 'db: connected' not in worker.log() and pg.worker_password not in worker.log()
