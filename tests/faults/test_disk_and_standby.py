# SPDX-License-Identifier: Apache-2.0
"""A disk that is full, and a primary that dies and leaves the work to its standby."""
import contextlib
import os
import subprocess
import tempfile

import psycopg2
import pytest
import servers
import standby as standbys

import trial
import weathering


@pytest.fixture
def small_disk(postgres):
    """A folder of three megabytes that PostgreSQL may write to: a file system of its own, in memory."""
    if servers.server_programs.TREE:
        pytest.skip('a full disk needs a file system that the servers see, and these have their own mounts')
    if os.geteuid() != 0:
        pytest.skip('a full disk needs a small file system, and that needs root to mount it')
    with tempfile.TemporaryDirectory(prefix='trophy-disk-') as folder:
        os.chmod(folder, 0o755)
        mount = f'{folder}/mount'
        os.mkdir(mount)
        done = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', mount], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            pytest.skip(f'a full disk needs a small file system: {done.stdout.strip()}')
        try:
            postgres.own(mount)
            yield mount
        finally:
            subprocess.run(['umount', '--lazy', mount], check=True)


def fill(one):
    """Until not a page more fits."""
    one.query('create table filler (text text) tablespace small')
    for rows in (1000, 100, 10, 1):
        with contextlib.suppress(psycopg2.Error):
            while True:
                one.query("insert into filler select repeat(md5(i::text), 60) from generate_series(1, %s) i", [rows])


def test_disk_full(arena, postgres, small_disk):
    with arena.trial('quorum', 'rpc') as one:
        postgres.query('postgres', f"create tablespace small location '{small_disk}'")
        try:
            one.start()
            one.send(4)
            one.wait_ended()
            one.query('alter table trophies_usertrophy set tablespace small')
            fill(one)
            one.send(100)
            wait = weathering.measure([one], 8)
            assert '53100' in one.worker.log()
            one.query('drop table filler')
            wait = wait._replace(recovery_s=weathering.back([one]))
            one.settle()
            weathering.judge('disk full', one.account(), wait, one.logs())
        finally:
            one.query('alter table trophies_usertrophy set tablespace pg_default')
            postgres.query('postgres', 'drop tablespace small')


def test_standby_promoted(rabbitmq):
    """Both are named in the URL; the primary dies with work in the workers' hands."""
    with contextlib.ExitStack() as stack:
        primary = stack.enter_context(servers.Postgres(settings=('synchronous_commit=remote_apply',
                                                                 'wal_receiver_timeout=2s')))
        primary.create_database('trophy_template', [servers.SCHEMA / f'{name}.sql' for name in
                                                    ('host', 'trophies', 'roles', 'worker', 'initial_trophies')])
        primary.add_worker_login()
        arena = trial.Arena(primary, rabbitmq, stock=1)
        standby = stack.enter_context(standbys.Standby(primary))
        primary.query('postgres', "alter system set synchronous_standby_names = '*'")
        primary.query('postgres', 'select pg_reload_conf()')
        one = stack.enter_context(arena.trial('quorum', 'django-db'))
        url = primary.worker_url(one.name).replace(f':{primary.port}/', f':{primary.port},127.0.0.1:{standby.port}/')
        one.start(DATABASE_URL=url)
        one.send(4)
        one.wait_ended()
        one.send(60)
        primary.kill()
        wait = weathering.measure([one], 8)
        standby.query('postgres', 'select pg_promote()')
        standby.query('postgres', "alter system set synchronous_standby_names = ''")
        standby.query('postgres', 'select pg_reload_conf()')
        one.postgres = standby
        wait = wait._replace(recovery_s=weathering.back([one]))
        one.settle()
        weathering.judge('standby promoted', one.account(), wait, one.logs())
