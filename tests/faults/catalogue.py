# SPDX-License-Identifier: Apache-2.0
"""The faults that one trial can have without its neighbours noticing.  Each is a generator of a Trial that breaks something,
yields while it is broken, and mends it; what happens meanwhile is test_catalogue.py's.
"""
import dataclasses
import os
import random
import signal
import threading
import time
import typing

import proxy
import servers

FAULTS = []
WAIT_S = 7   # of which the first 3 are not looked at: what happened may be told at once and in more than a line


@dataclasses.dataclass(frozen=True, eq=False)
class Fault:
    name: str
    apply: typing.Callable
    waits: bool           # the worker can do nothing meanwhile: its CPU and its log are looked at, and how soon it is back
    seconds: float        # how long it is broken, at least
    tries: int
    env: dict
    workers: int


def fault(name, waits=False, seconds=3.0, tries=1, env=None, workers=1):
    def add(apply):
        FAULTS.append(Fault(name, apply, waits, seconds, tries, env or {}, workers))
        return apply
    return add


# ---- what a network does, before either server

BRIEF = {'BROKER_HEARTBEAT': 2}


def on_each(name, **options):
    """One fault each before RabbitMQ and PostgreSQL: apply(trial, proxy)."""
    def add(apply):
        for side, server in (('broker', 'RabbitMQ'), ('database', 'PostgreSQL')):
            fault(f'{server}: {name}', **options)(lambda one, side=side: apply(one, getattr(one, side)))
        return apply
    return add


@on_each('delayed by 0.2 s')
def delayed(one, link):
    link.delay_s = 0.2
    yield
    link.restore()


@on_each('throttled')
def throttled(one, link):
    link.rate = 4000
    yield
    link.restore()


for words, ways in (('both ways', (True, True)), ('to the server', (True, False)), ('from the server', (False, True))):
    @on_each(f'stalled {words}', waits=True, seconds=WAIT_S, env=BRIEF)
    def stalled(one, link, ways=ways):
        link.stall(*ways)
        yield
        link.restore()


def working(one, times, what):
    """So often: a few messages, then the fault at any moment of their course."""
    dice = random.Random(one.name)
    for _ in range(times):
        one.send(6)
        time.sleep(dice.uniform(0, 0.15))
        what()


for words, kind in (('reset', 'rst'), ('closed', 'fin'), ('half-closed by the server', 'half'),
                    ('half-closed by the client', 'half_up')):
    @on_each(words, tries=8, seconds=0.1)
    def cut(one, link, kind=kind):
        working(one, 8, lambda: link.cut(kind))
        yield


@on_each('corrupted', seconds=4, env={'DATABASE_STATEMENT_TIMEOUT': 2000})
def corrupted(one, link):
    """The first byte of a message, its type: what it carries is for checksums to protect."""
    dice = random.Random(one.name)
    watch = link.on(lambda event: event.name not in ('startup', 'protocol') and dice.random() < 0.02,
                    lambda event: bytes([event.raw[0] ^ 0x55]) + event.raw[1:], times=None)
    working(one, 5, lambda: time.sleep(0.2))
    yield
    watch.remove()
    link.cut('rst')  # what was garbled may have left either side waiting for the rest


for seconds in (WAIT_S, 26):  # long enough for the longest pause between two attempts
    @on_each(f'refused for {seconds} s', waits=True, seconds=seconds)
    def refused(one, link):
        link.refuse()
        yield
        link.restore()


# ---- at one moment of a batch

def is_commit_sent(event):
    return event.up and event.is_commit


def is_commit_answered(event):
    return not event.up and event.is_commit


def is_ack(event):
    return event.up and event.name == 'basic.ack'


def is_confirm(event):
    return not event.up and event.name == 'basic.ack'


def held(side, match):
    def apply(one):
        with getattr(one, side).hold(match) as hold:
            one.send(6)
            hold.wait()
            yield
            hold.release()
    return apply


def held_and_lost(side, match, times=5):
    def apply(one):
        for _ in range(times):
            with getattr(one, side).hold(match) as hold:
                one.send(6)
                hold.wait()
                time.sleep(0.2)
                hold.release(proxy.CUT)
        yield
    return apply


def cut_behind(side, match, times=5):
    def apply(one):
        for _ in range(times):
            with getattr(one, side).on(match, after=lambda event: event.link.cut('rst')) as watch:
                one.send(6)
                watch.wait()
        yield
    return apply


for words, where, which in (('COMMIT', 'database', is_commit_sent), ('answer to COMMIT', 'database', is_commit_answered),
                            ('ack', 'broker', is_ack), ('confirm', 'broker', is_confirm)):
    fault(f'{words} held back')(held(where, which))
    fault(f'{words} held back and lost', tries=5, seconds=0.1)(held_and_lost(where, which))
    fault(f'cut right after the {words}', tries=5, seconds=0.1)(cut_behind(where, which))


# ---- processes

@fault('worker stopped and continued (SIGSTOP)', env=BRIEF, seconds=6)
def worker_stopped(one):
    one.send(6)
    one.worker.process.signal(signal.SIGSTOP)
    yield
    one.worker.process.signal(signal.SIGCONT)


def backends(one):
    return [pid for pid, in one.query('select pid from pg_stat_activity where datname = %s and usename = %s',
                                      [one.name, servers.WORKER_LOGIN])]


@fault('backend stopped and continued (SIGSTOP)', waits=True, seconds=WAIT_S)
def backend_stopped(one):
    pids = backends(one)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    yield
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


@fault('sessions terminated', tries=8, seconds=0.1)
def terminated(one):
    working(one, 8, lambda: one.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and '
                                      'usename = %s', [one.name, servers.WORKER_LOGIN]))
    yield


@fault('statements cancelled', seconds=2)
def cancelled(one):
    ended = threading.Event()

    def cancel():
        cursor = one.postgres.connect(one.name).cursor()
        while not ended.wait(0.01):
            cursor.execute("select pg_cancel_backend(pid) from pg_stat_activity where datname = %s and usename = %s and "
                           "state = 'active'", [one.name, servers.WORKER_LOGIN])
        cursor.connection.close()
    canceller = threading.Thread(target=cancel)
    canceller.start()
    working(one, 5, lambda: None)
    yield
    ended.set()
    canceller.join()


@fault('connections of the worker closed by the broker', tries=2, seconds=0.1)
def closed_by_broker(one):
    working(one, 2, lambda: one.rabbitmq.ctl('close_all_connections', '-p', one.name, 'test'))
    yield


# ---- a database that does not fit

def sql(name, break_it, mend_it, **options):
    @fault(name, waits=True, seconds=WAIT_S, **options)
    def apply(one):
        one.query(break_it)
        yield
        one.query(mend_it)


sql('right revoked: awards', 'revoke insert on trophies_usertrophy from trophy_worker',
    'grant insert on trophies_usertrophy to trophy_worker')
sql('right revoked: statistics', 'revoke update on trophies_userstatistics from trophy_worker',
    'grant update on trophies_userstatistics to trophy_worker')
sql('table renamed: awards', 'alter table trophies_usertrophy rename to gone', 'alter table gone rename to trophies_usertrophy')
sql('table renamed: statistics', 'alter table trophies_userstatistics rename to gone',
    'alter table gone rename to trophies_userstatistics')
sql('column renamed', 'alter table trophies_usertrophy rename progress to gone',
    'alter table trophies_usertrophy rename gone to progress')
sql('column added NOT NULL: awards',
    'alter table trophies_usertrophy add extra int not null default 1; alter table trophies_usertrophy alter extra drop default',
    'alter table trophies_usertrophy drop extra')
sql('column added NOT NULL: statistics',
    'alter table trophies_userstatistics add extra int not null default 1; '
    'alter table trophies_userstatistics alter extra drop default', 'alter table trophies_userstatistics drop extra')


def for_new_sessions(name, break_it, mend_it):
    """What a session is asked about only as it begins."""
    @fault(name, waits=True, seconds=WAIT_S)
    def apply(one):
        database = one.postgres.connect('postgres')
        try:
            database.cursor().execute(break_it.format(one.name))
            one.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and usename = %s',
                      [one.name, servers.WORKER_LOGIN])
            yield
            database.cursor().execute(mend_it.format(one.name))
        finally:
            database.close()


for_new_sessions('database read-only',
                 f'alter role {servers.WORKER_LOGIN} in database {{}} set default_transaction_read_only = on',
                 f'alter role {servers.WORKER_LOGIN} in database {{}} reset default_transaction_read_only')
for_new_sessions('no more connections allowed', 'alter database {} connection limit 0',
                 'alter database {} connection limit -1')
for_new_sessions('right to connect revoked', 'revoke connect on database {} from public',
                 'grant connect on database {} to public')


@fault('rows locked by a stranger', workers=2)
def rows_locked(one):
    """The others go on: they are done while it is held."""
    users = one.add_users(2, workouts=3, statistics=True)
    stranger = one.postgres.connect(one.name)
    stranger.autocommit = False
    stranger.cursor().execute('select 1 from trophies_userstatistics where user_id = any(%s) for update', [users])
    one.send(2, users=users)
    others = one.send(20)
    began = time.monotonic()
    try:
        one.wait_ended(others, timeout_s=20)
    except TimeoutError:
        one.notes += [f'{token}: waits for a row of another' for token in set(others) - one.ended()]
    yield time.monotonic() - began
    stranger.rollback()
    stranger.close()


@fault('table locked', waits=True, seconds=WAIT_S)
def table_locked(one):
    stranger = one.postgres.connect(one.name)
    stranger.autocommit = False
    stranger.cursor().execute('lock table trophies_userstatistics in exclusive mode')
    yield
    stranger.rollback()
    stranger.close()


# ---- a broker that changes

@fault('queue deleted', seconds=1)
def queue_deleted(one):
    """It is made again; what was in it is nobody's."""
    with one.rabbitmq.connect(one.name) as connection:
        connection.channel().queue_delete(one.queue)
    one.worker.wait_log('consuming', times=2)
    yield


@fault('exchanges deleted', seconds=1)
def exchanges_deleted(one):
    for exchange in ('celeryev', 'celery.pidbox', 'reply.celery.pidbox'):
        with one.rabbitmq.connect(one.name) as connection:
            connection.channel().exchange_delete(exchange)
    yield


@fault('permissions taken', waits=True, seconds=WAIT_S)
def permissions_taken(one):
    one.rabbitmq.ctl('clear_permissions', '-p', one.name, 'trial')
    one.broker.cut('rst')
    yield
    one.rabbitmq.ctl('set_permissions', '-p', one.name, 'trial', '.*', '.*', '.*')


NAMES = [one.name for one in FAULTS]
assert len(set(NAMES)) == len(NAMES)
