# SPDX-License-Identifier: Apache-2.0
"""What befalls a whole server, and so all who use it: one trial of every kind each, and nothing else beside them."""
import contextlib
import os
import signal
import time

import psycopg2
import pytest
import servers

import trial
import weathering
from processes import family, wait_until


@pytest.fixture(scope='module')
def rabbitmq(restarted_rabbitmq):
    return restarted_rabbitmq


@pytest.fixture(scope='module')
def arena(postgres, rabbitmq):
    return trial.Arena(postgres, rabbitmq, stock=len(trial.KINDS))


@pytest.fixture(scope='module')
def all_kinds(arena):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(arena.trial(kind, results, env={'BROKER_HEARTBEAT': 5, 'BROKER_PREFETCH': 4}))
               for kind, results in trial.KINDS]


@pytest.fixture
def trials(all_kinds):
    """One of every kind, its worker at work."""
    for one in all_kinds:
        one.forget()
        one.start()
        one.send(4)
    for one in all_kinds:
        one.wait_ended()
    return all_kinds


def account(name, trials, wait):
    for one in trials:
        one.settle()
    for one in trials:
        weathering.judge(name, one.account(), wait, one.logs())


def busy(trials):
    """Something in the queues, in the workers' hands and on its way: the database answers late."""
    for one in trials:
        one.database.delay_s = 0.02
        one.send(12)


def calm(trials):
    for one in trials:
        one.database.restore()


@pytest.mark.parametrize('way', ['fast', 'immediate', 'SIGKILL'])
def test_postgresql_restarted(postgres, trials, way):
    busy(trials)
    if way == 'SIGKILL':
        postgres.kill()
    else:
        postgres.stop(fast=way == 'fast')
    wait = weathering.measure(trials, 8)
    postgres.start()
    calm(trials)
    account(f'PostgreSQL restarted: {way}', trials, wait._replace(recovery_s=weathering.back(trials)))


@pytest.mark.parametrize('way', ['clean', 'SIGKILL'])
def test_rabbitmq_restarted(rabbitmq, trials, way):
    busy(trials)
    if way == 'clean':
        rabbitmq.stop()
    else:
        rabbitmq.kill()
    wait = weathering.measure(trials, 8)
    rabbitmq.start()
    calm(trials)
    account(f'RabbitMQ restarted: {way}', trials, wait._replace(recovery_s=weathering.back(trials)))


@pytest.mark.parametrize('name', ['PostgreSQL', 'RabbitMQ'])
def test_server_stopped_and_continued(postgres, rabbitmq, trials, name):
    busy(trials)
    pids = family((postgres if name == 'PostgreSQL' else rabbitmq).process.pid)
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        wait = weathering.measure(trials, 8)
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
    calm(trials)
    account(f'{name} stopped and continued (SIGSTOP)', trials, wait._replace(recovery_s=weathering.back(trials)))


def is_ended(connection):
    try:
        connection.cursor().execute('select 1')
    except psycopg2.Error:
        return True
    return False


def test_backend_killed(postgres, trials):
    """PostgreSQL then ends all sessions and recovers."""
    for _ in range(3):
        busy(trials)
        pid, = wait_until(lambda: postgres.query('postgres', 'select pid from pg_stat_activity where datname = %s and '
                                                 'usename = %s', [trials[0].name, servers.WORKER_LOGIN]), 30,
                          'the worker has a session')[0]
        with contextlib.closing(postgres.connect('postgres')) as witness:
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: is_ended(witness), 60, 'the other sessions are ended')
        postgres.await_ready(lambda: postgres.connect('postgres').close(), psycopg2.Error, 60)
    calm(trials)
    recovery_s = weathering.back(trials)
    account('backend killed (SIGKILL)', trials, weathering.Wait(0, 0, 0, recovery_s))


def test_memory_alarm(rabbitmq, trials):
    """Publishers are blocked: the work is done all the same, and the results go out when they can."""
    for one in trials:
        one.database.stall()
    busy(trials)
    rabbitmq.ctl('set_vm_memory_high_watermark', '0.000001')
    try:
        time.sleep(1)
        calm(trials)
        wait = weathering.measure(trials, 8)
        evaluated = [one.query("select count(distinct user_id) from trophies_usertrophy")[0][0] for one in trials]
    finally:
        rabbitmq.ctl('set_vm_memory_high_watermark', '0.4')
    recovery_s = weathering.back(trials)
    account('memory alarm', trials, wait._replace(recovery_s=recovery_s))
    assert min(evaluated) >= 4 + 4, f'users evaluated while publishing was blocked: {evaluated}'


def test_consumer_timeout(rabbitmq, trials):
    """The database is away for longer than the broker lets a delivery be open, several times over."""
    def configure(timeout_ms, tick_ms):
        rabbitmq.ctl('eval', f'application:set_env(rabbit, consumer_timeout, {timeout_ms}), '
                     f'application:set_env(rabbit, channel_tick_interval, {tick_ms}).')
    configure(2000, 500)
    try:
        for one in trials:
            one.worker.kill()
            one.start()   # the interval is taken in with the channel
            one.database.refuse()
            one.send(12)
        time.sleep(20)
        for one in trials:
            one.database.restore()
        recovery_s = weathering.back(trials)
        for one in trials:
            one.wait_ended()
    finally:
        configure(1800000, 60000)
    account('consumer timeout', trials, weathering.Wait(0, 0, 0, recovery_s))
