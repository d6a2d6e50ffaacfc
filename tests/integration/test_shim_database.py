# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL goes away, comes back, hangs or is not finished yet, under the shim, whose process stays the same."""
import json
import os
import signal
import socket
import threading
import time

import servers
from raw_http import Wire, get, once

LIST = '/api/v2/trophy/'
AWAY = b'{"detail":"Service temporarily unavailable, try again later."}'


def ready(one):
    return once(one.admin_port, get('/ready')).status == 200


def is_away(answer):
    return (answer.status, answer.headers.get('Retry-After'), answer.body) == (503, '5', AWAY)


def back(one):
    servers.wait_until(lambda: once(one.port, get(LIST)).status == 200 and ready(one), 30, '200 again')


def sessions(postgres, database):
    return postgres.query('postgres', 'select pid from pg_stat_activity where usename = %s and datname = %s',
                          [servers.SHIM_LOGIN, database])


class Load:
    """Clients that ask all the time, each on a connection of its own, and remember what they were told."""

    def __init__(self, port, clients=4):
        self.port, self.answers, self.stopping = port, [], False
        self.threads = [threading.Thread(target=self.run) for _ in range(clients)]

    def run(self):
        with Wire(self.port) as wire:
            while not self.stopping:
                self.answers.append(wire.send(get(LIST)).answer())
                time.sleep(0.01)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping = True
        for thread in self.threads:
            thread.join(20)
        assert not any(thread.is_alive() for thread in self.threads)


def test_stopped_and_started_under_load(shim):
    """503 while it is away, 200 before and after, on the same connections; nothing else, and no restart."""
    with servers.Postgres() as own:
        own.create_database('away', [servers.SCHEMA / f'{name}.sql'
                                     for name in ('host', 'trophies', 'roles', 'worker', 'initial_trophies')])
        own.add_shim_login()
        one = shim(database_url=own.shim_url('away'))
        with Load(one.port) as load:
            servers.wait_until(lambda: len(load.answers) > 50, 20, 'load')
            own.stop()
            servers.wait_until(lambda: any(is_away(answer) for answer in load.answers), 10, '503')
            assert not ready(one)
            count = len(load.answers)
            servers.wait_until(lambda: len(load.answers) > count + 50, 20, 'answers without a database')
            own.start()
            back(one)
            count = len(load.answers)
            servers.wait_until(lambda: len(load.answers) > count + 50, 20, 'answers')
        assert None not in load.answers
        assert {answer.status for answer in load.answers} == {200, 503}
        assert all(is_away(answer) for answer in load.answers if answer.status == 503)
        assert [answer.status for answer in load.answers[-20:]] == [200] * 20
        assert one.process.running()
        assert b'\ntrophy_db_reconnects_total 1\n' in once(one.admin_port, get('/metrics')).body


def test_session_terminated_while_idle(shim, postgres, database):
    """Its end is seen before the next request meets it."""
    one = shim()
    postgres.query('postgres', 'select pg_terminate_backend(pid) from pg_stat_activity where usename = %s and datname = %s',
                   [servers.SHIM_LOGIN, database])
    one.wait_log('db: connected', times=2)
    assert once(one.port, get(LIST)).status == 200


def test_sessions_that_end_at_once(shim, postgres, database):
    """Not one after the other, as fast as the server ends them."""
    one = shim()
    end = time.monotonic() + 6
    ended = 0
    while time.monotonic() < end:
        ended += sum(count for count, in postgres.query(
            'postgres', 'select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = %s and datname = %s',
            [servers.SHIM_LOGIN, database]))
    assert 2 <= ended and 2 <= one.log().count('db: connected') <= 10
    assert 'db: ended soon after it was opened' in one.log()
    back(one)


def test_sessions_terminated_under_load(shim, postgres, database):
    """The request that meets the end of a session is answered over the next one, and so is /ready: no 503 while the
    server is there."""
    one = shim()
    with Load(one.port) as load:
        for times in range(2, 42):
            count = len(load.answers)
            servers.wait_until(lambda: len(load.answers) > count + 4, 20, 'answers', every_s=0.01)
            assert postgres.query('postgres', 'select count(pg_terminate_backend(pid)) from pg_stat_activity '
                                  'where usename = %s and datname = %s', [servers.SHIM_LOGIN, database]) == [(1,)]
            if times % 4 == 0:
                assert ready(one)
            one.wait_log('db: connected', times=times)
    assert {answer and answer.status for answer in load.answers} == {200}


def test_statements_that_are_gone(shim, postgres, database):
    """The session still stands but no longer knows what was prepared in it, or its plan is of another shape."""
    one = shim()
    assert once(one.port, get(LIST)).status == 200
    postgres.query(database, 'alter table trophies_trophy alter "order" type bigint')
    assert once(one.port, get(LIST)).status == 200
    assert '0A000' in one.log() and one.log().count('db: connected') == 2


def test_not_there_at_the_start(shim):
    one = shim(database_url='postgresql://127.0.0.1:1/none', ready=False).wait_listening()
    assert is_away(once(one.port, get(LIST))) and not ready(one)
    assert once(one.port, get('/')).status == 200
    assert once(one.port, get('/api/v2/user-trophy/')).status == 403
    assert once(one.port, get(LIST, method='OPTIONS')).status == 200
    assert once(one.admin_port, get('/live')).status == 200
    assert b'\ntrophy_db_connected 0\n' in once(one.admin_port, get('/metrics')).body


def test_connecting_holds_nobody_up(shim):
    """A server that accepts and says nothing: requests get their 503 at once, and a stop is quick."""
    with socket.create_server(('127.0.0.1', 0)) as silent:
        one = shim(database_url=f'postgresql://127.0.0.1:{silent.getsockname()[1]}/x', ready=False).wait_listening()
        for _ in range(20):
            start = time.monotonic()
            assert is_away(once(one.port, get(LIST)))
            assert time.monotonic() - start < 1
        start = time.monotonic()
        assert one.stop() == 0
        assert time.monotonic() - start < 3


def test_locked_table(shim, postgres, database):
    """A migration holds the table: a clear answer soon, and then the rows."""
    one = shim()
    connection = postgres.connect(database)
    connection.autocommit = False
    try:
        connection.cursor().execute('lock table trophies_trophy in access exclusive mode')
        start = time.monotonic()
        assert is_away(once(one.port, get(LIST)))
        assert time.monotonic() - start < 5
        connection.rollback()
    finally:
        connection.close()
    assert once(one.port, get(LIST)).status == 200
    assert one.log().count('db: connected') == 1


def test_server_that_hangs(shim, postgres, database):
    """The backend stands still: given up after the statement's timeout and a second; then a new session."""
    one = shim()
    [(pid,)] = sessions(postgres, database)
    os.kill(pid, signal.SIGSTOP)
    try:
        start = time.monotonic()
        assert is_away(once(one.port, get(LIST)))
        assert time.monotonic() - start < 8
        back(one)
    finally:
        os.kill(pid, signal.SIGCONT)


def test_missing_table(shim, postgres, database):
    postgres.query(database, 'alter table trophies_usertrophy rename to elsewhere')
    one = shim(ready=False).wait_log('does not fit')
    assert is_away(once(one.port, get(LIST)))
    postgres.query(database, 'alter table elsewhere rename to trophies_usertrophy')
    back(one)


def test_rights_are_the_least(shim, postgres, database):
    one = shim()
    assert once(one.port, get(LIST)).status == 200
    assert postgres.query('postgres', 'select usename, application_name from pg_stat_activity where pid = any(%s)',
                          [[pid for pid, in sessions(postgres, database)]]) == [(servers.SHIM_LOGIN, 'trophy-shim')]
    url = postgres.shim_url(database)
    assert postgres.query(database, "select bool_or(has_any_column_privilege(c.oid, 'insert, update')) or "
                          "bool_or(has_table_privilege(c.oid, 'delete, truncate')) from pg_class c where relkind = 'r' "
                          "and relnamespace = 'public'::regnamespace", url=url) == [(False,)]
    for column, right in (('password', False), ('email', False), ('username', False), ('is_active', True)):
        assert postgres.query(database, 'select has_column_privilege(%s, %s, %s)', ['auth_user', column, 'select'],
                              url=url) == [(right,)]


def test_a_read_never_writes(shim, postgres, database):
    """Not even the row of statistics that is missing."""
    postgres.query(database, "insert into auth_user (id, password, is_superuser, username, first_name, last_name, email, "
                   "is_staff, is_active, date_joined) values (1, '', false, 'anna', '', '', '', false, true, now())")
    postgres.query(database, 'insert into authtoken_token values (%s, now(), 1)', ['a1' * 20])
    one = shim()
    user = 'Authorization: Token ' + 'a1' * 20
    assert json.loads(once(one.port, get('/api/v2/user-statistics/', user)).body)['count'] == 0
    assert once(one.port, get('/api/v2/trophy/progress/', user)).status == 200
    assert postgres.query(database, 'select count(*) from trophies_userstatistics') == [(0,)]
