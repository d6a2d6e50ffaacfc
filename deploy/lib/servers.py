# SPDX-License-Identifier: Apache-2.0
"""Private servers for tests and the demonstration: a PostgreSQL, a RabbitMQ node, trophy-worker and trophy-shim processes.

Each lives in a temporary folder, listens on the loopback only, on free ports below 32768, and ends with the Python
process that started it (processes.py).  No system service is touched, and only processes started here are ended, each
by its own id.

    with Postgres() as pg, RabbitMQ() as rabbit:
        pg.create_database('demo', [SCHEMA / 'host.sql', SCHEMA / 'trophies.sql', SCHEMA / 'roles.sql'])
        worker = Worker(rabbit.url(), pg.worker_url('demo'))
        worker.wait_ready()
"""
import glob
import json
import os
import pathlib
import secrets
import signal
import socket
import subprocess

import amqp
import psycopg2

import server_programs
from processes import (Folder, Process, claimed_port, close_all, free_port, open_things, stop_on_signals, undisturbed,  # noqa: F401
                       wait_until)

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = ROOT / 'schema'
WORKER_LOGIN = 'trophy_worker_login'
SHIM_LOGIN = 'trophy_shim_login'


class Server:
    """What the two servers share: a folder, a process, an end."""

    name = None

    def __init__(self, parent=None):
        self._folder = Folder(f'trophy-{self.name}-', parent)
        self.folder = self._folder.path
        self.log = self.folder / f'{self.name}.log'
        self.process = None
        open_things.append(self)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def await_ready(self, probe, errors, timeout_s):
        def ready():
            if not self.process.running():
                raise RuntimeError(f'{self.name} ended:\n{self.log.read_text(errors="replace")[-3000:]}')
            try:
                probe()
                return True
            except errors:
                return False
        wait_until(ready, timeout_s, f'{self.name} ready')

    def kill(self):
        """As a power failure would: an orphan could go on, and keep what the next start needs."""
        if self.process:
            self.process.kill_all()
            self.process.wait(30)
            self.process = None

    def close(self):
        """End it for good and remove its folder."""
        if self in open_things:
            open_things.remove(self)
            self.kill()
            self._folder.close()


class Postgres(Server):
    name = 'postgres'

    def __init__(self, shared_buffers='128MB', settings=(), parent=None):
        super().__init__(parent)
        self.port = claimed_port()
        self.password = secrets.token_hex(8)
        self.worker_password = secrets.token_hex(8)
        self.shim_password = secrets.token_hex(8)
        self.settings = ['fsync=off', f'shared_buffers={shared_buffers}', 'listen_addresses=127.0.0.1',
                         f'unix_socket_directories={self.folder}', *settings]
        binaries = server_programs.find('/usr/lib/postgresql/*/bin/initdb')
        if not binaries:
            raise RuntimeError('PostgreSQL is not installed')
        self.bin = pathlib.Path(max(binaries, key=lambda p: int(p.split('/')[4]))).parent
        self.user = server_programs.owner('postgres')  # initdb and postgres refuse root
        self.env = {'PATH': '/usr/bin:/bin', 'LC_ALL': 'C.UTF-8', 'HOME': str(self.folder)}
        self.own(self.folder)
        password = self.folder / 'password'
        password.write_text(self.password)
        self.own(password)
        self.run('initdb', '--no-sync', '-D', self.folder / 'data', '-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8',
                 '-A', 'scram-sha-256', f'--pwfile={password}')
        self.start()

    def own(self, path):
        """Give a file to the user whom the server runs as."""
        if self.user:
            os.chown(path, *self.user)

    def run(self, program, *arguments):
        """Run one of the server's programs to its end."""
        argv, options = server_programs.command([self.bin / program, *arguments], self.folder, self.user)
        subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=self.env, **options)

    def start(self):
        settings = [word for s in self.settings for word in ('-c', s)]
        argv, options = server_programs.command(
            [self.bin / 'postgres', '-D', self.folder / 'data', '-p', self.port, *settings], self.folder, self.user)
        with undisturbed():
            self.process = Process(argv, self.log, env=self.env, **options)
        self.await_ready(lambda: self.connect('postgres').close(), psycopg2.OperationalError, 60)

    def stop(self, fast=True):
        """SIGINT is PostgreSQL's fast shutdown: it ends all sessions; SIGQUIT ends without a checkpoint."""
        self.process.signal(signal.SIGINT if fast else signal.SIGQUIT)
        self.process.wait(60)
        self.process = None

    def close(self):
        if self in open_things and self.process:
            self.stop(fast=False)
        super().close()

    def url(self, database, user='postgres', password=None):
        return f'postgresql://{user}:{password or self.password}@127.0.0.1:{self.port}/{database}'

    def worker_url(self, database):
        """The URL of a login that is only a member of trophy_worker (see add_worker_login)."""
        return self.url(database, WORKER_LOGIN, self.worker_password)

    def shim_url(self, database):
        """The URL of a login that is only a member of trophy_shim (see add_shim_login)."""
        return self.url(database, SHIM_LOGIN, self.shim_password)

    def connect(self, database, url=None):
        """A psycopg2 connection in autocommit, by default the superuser's."""
        connection = psycopg2.connect(url or self.url(database), connect_timeout=5)
        connection.autocommit = True
        return connection

    def query(self, database, sql, params=None, url=None):
        """Run one statement (by default as superuser); its rows, or None where it has none."""
        connection = self.connect(database, url)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, params)
                return cursor.fetchall() if cursor.description else None
        finally:
            connection.close()

    def psql(self, database, file, *options, url=None):
        """Run a file as users would: psql -v ON_ERROR_STOP=1 -f FILE.  Returns what it printed."""
        done = subprocess.run(['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', *options, '-f', str(file),
                               url or self.url(database)], stdin=subprocess.DEVNULL, text=True,
                              env={**os.environ, 'PGOPTIONS': '-c client_min_messages=warning'},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            raise RuntimeError(f'{file}: {done.stdout}')
        return done.stdout

    def create_database(self, name, files=(), template='template1'):
        self.query('postgres', f'create database "{name}" template "{template}"')
        for file in files:
            self.psql(name, file)

    def drop_database(self, name):
        self.query('postgres', f'drop database if exists "{name}" with (force)')

    def add_worker_login(self):
        """After schema/roles.sql has run in some database: the login of worker_url()."""
        self.query('postgres', f'create role {WORKER_LOGIN} login password %s in role trophy_worker',
                   [self.worker_password])

    def add_shim_login(self):
        """The same for shim_url()."""
        self.query('postgres', f'create role {SHIM_LOGIN} login password %s in role trophy_shim', [self.shim_password])


class RabbitMQ(Server):
    name = 'rabbitmq'
    epmd = None

    def __init__(self, parent=None):
        super().__init__(parent)
        self.port = claimed_port()
        epmd_port = claimed_port()
        self.env = {
            'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL': 'C.UTF-8', 'HOME': str(self.folder),
            'RABBITMQ_NODENAME': f'trophy{self.port}@localhost',
            'RABBITMQ_NODE_IP_ADDRESS': '127.0.0.1', 'RABBITMQ_NODE_PORT': str(self.port),
            'RABBITMQ_DIST_PORT': str(claimed_port()),
            'RABBITMQ_MNESIA_BASE': str(self.folder / 'mnesia'), 'RABBITMQ_LOG_BASE': str(self.folder / 'log'),
            'RABBITMQ_ENABLED_PLUGINS_FILE': str(self.folder / 'plugins'),
            'RABBITMQ_CONFIG_FILE': str(self.folder / 'rabbitmq'),
            'ERL_EPMD_PORT': str(epmd_port), 'ERL_EPMD_ADDRESS': '127.0.0.1',
            'RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS': '-kernel inet_dist_use_interface {127,0,0,1}',
        }
        (self.folder / 'plugins').write_text('[].\n')
        (self.folder / 'rabbitmq.conf').write_text('vm_memory_high_watermark.relative = 0.4\n'
                                                   'disk_free_limit.absolute = 50MB\n')
        # A node would start this port mapper itself and leave it behind: ours is a child that can be ended.
        argv, options = server_programs.command(['/usr/bin/epmd', '-port', epmd_port, '-address', '127.0.0.1'],
                                                self.folder)
        with undisturbed():
            self.epmd = Process(argv, self.folder / 'epmd.log', **options)
        self.start()

    def start(self):
        argv, options = server_programs.command(['/usr/lib/rabbitmq/bin/rabbitmq-server'], self.folder)
        with undisturbed():
            self.process = Process(argv, self.log, env=self.env, **options)
        self.await_ready(lambda: self.connect().close(), (OSError, amqp.exceptions.AMQPError), 120)

    def stop(self):
        """A clean stop; what is durable is there again after start()."""
        self.ctl('stop')
        self.process.wait(60)
        self.process = None

    def kill(self):
        super().kill()
        wait_until(self.silent, 30, 'rabbitmq gone')

    def silent(self):
        with socket.socket() as s:
            return s.connect_ex(('127.0.0.1', self.port)) != 0

    def close(self):
        if self in open_things:
            self.kill()
            if self.epmd is not None:
                self.epmd.signal(signal.SIGKILL)
                self.epmd.wait(10)
        super().close()

    def ctl(self, *args):
        """Run rabbitmqctl on this node; what it printed."""
        argv, options = server_programs.command(['/usr/lib/rabbitmq/bin/rabbitmqctl', '-q', *args], self.folder)
        done = subprocess.run(argv, env=self.env, stdin=subprocess.DEVNULL, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, **options)
        if done.returncode:
            raise RuntimeError(f'rabbitmqctl {args}: {done.stderr}{done.stdout}')
        return done.stdout

    def add_vhost(self, name):
        self.ctl('eval', f'ok = rabbit_vhost:add(<<"{name}">>, <<"test">>), '
                 f'rabbit_auth_backend_internal:set_permissions(<<"guest">>, <<"{name}">>, '
                 '<<".*">>, <<".*">>, <<".*">>, <<"test">>).')

    def delete_vhost(self, name):
        self.ctl('delete_vhost', name)

    def url(self, vhost='/'):
        return f'amqp://guest:guest@127.0.0.1:{self.port}/{vhost}'

    def connect(self, vhost='/'):
        """An open connection of the amqp library."""
        connection = amqp.Connection(f'127.0.0.1:{self.port}', virtual_host=vhost, confirm_publish=True,
                                     connect_timeout=5)
        connection.connect()
        return connection

    def queues(self, vhost='/'):
        """{queue: {'ready', 'unacked', 'consumers'}} as the broker itself counts them (takes a second)."""
        rows = json.loads(self.ctl('list_queues', '-p', vhost, '--formatter', 'json', 'name', 'messages_ready',
                                   'messages_unacknowledged', 'consumers'))
        return {r['name']: {'ready': r['messages_ready'], 'unacked': r['messages_unacknowledged'],
                            'consumers': r['consumers']} for r in rows}

    def ready(self, queue, vhost='/'):
        """Messages waiting in the queue, by a passive declare (quick, does not count the unacknowledged)."""
        with self.connect(vhost) as connection:
            return connection.channel().queue_declare(queue, passive=True).message_count

    def purge(self, queue, vhost='/'):
        with self.connect(vhost) as connection:
            return connection.channel().queue_purge(queue)

    def declare(self, queue, vhost='/', **options):
        """A durable queue; arguments={...} for x-… ones."""
        with self.connect(vhost) as connection:
            connection.channel().queue_declare(queue, **{'durable': True, 'auto_delete': False, **options})

    def publish(self, body, queue, vhost='/', headers=None, exchange='', **properties):
        """One message, confirmed by the broker: any body, headers and properties (content_type=…, correlation_id=…)."""
        if headers is not None:
            properties['application_headers'] = headers
        with self.connect(vhost) as connection:
            connection.channel().basic_publish(amqp.Message(body, **properties), exchange=exchange, routing_key=queue)


class Daemon:
    """One process of ours.  clock: an instant such as '2025-10-25T21:59:59.999999Z' at which its time stands still
    (the monotonic clock goes on)."""

    name = binary = None

    def __init__(self, settings, clock=None, env=None, args=('run',), binary=None, parent=None):
        self._folder = Folder(f'trophy-{self.name}-', parent)
        self.folder = self._folder.path
        self.log_file = self.folder / f'{self.name}.log'
        self.clock = clock
        settings = {'PATH': '/usr/bin:/bin', 'HOME': str(self.folder), 'TZ': 'UTC', **settings}
        if clock:
            settings.update(frozen_clock(clock))
        settings.update(env or {})
        with undisturbed():
            self.process = Process([binary or self.binary, *args], self.log_file, cwd=self.folder, env=settings)
            open_things.append(self)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def log(self):
        return self.log_file.read_text(errors='replace')

    def wait_log(self, text, timeout_s=30, times=1):
        """Wait until the text has stood in the log so many times."""
        def there():
            if self.log().count(text) >= times:
                return True
            if not self.process.running():
                raise RuntimeError(f'{self.name} ended with {self.process.popen.returncode}:\n{self.log()[-3000:]}')
            return False
        wait_until(there, timeout_s, f'{self.name} logs "{text}"', every_s=0.01)
        return self

    def stop(self, timeout_s=30):
        """SIGTERM: drain and leave.  The exit code."""
        self.process.signal(signal.SIGTERM)
        return self.process.wait(timeout_s)

    def kill(self):
        """SIGKILL: no farewell.  The (negative) exit code."""
        self.process.signal(signal.SIGKILL)
        return self.process.wait(10)

    def memory(self, field='VmHWM'):
        """Bytes of resident memory: the peak, or VmRSS for now, or RssAnon, without the files mapped."""
        for line in pathlib.Path(f'/proc/{self.process.pid}/status').read_text().splitlines():
            if line.startswith(field + ':'):
                return int(line.split()[1]) * 1024
        raise RuntimeError(f'no {field}')

    def end(self, patience_s=5):
        """End it politely if that is possible, so that what looks at its exit (LeakSanitizer) has its say in the log."""
        return self.process.end(patience_s)

    def close(self):
        if self in open_things:
            self.end()
            open_things.remove(self)
            self._folder.close()


class Worker(Daemon):
    """A trophy-worker."""

    name = 'worker'
    binary = pathlib.Path(os.environ.get('TROPHY_TEST_WORKER', ROOT / 'build/release/worker/trophy-worker')).resolve()

    def __init__(self, broker_url, database_url, queue='trophies', **options):
        super().__init__({'TROPHY_BROKER_URL': broker_url, 'TROPHY_BROKER_QUEUE': queue,
                          'TROPHY_DATABASE_URL': database_url, 'TROPHY_ADMIN_LISTEN': ''}, **options)

    def wait_ready(self, timeout_s=30):
        return self.wait_log('consuming', timeout_s)


class Shim(Daemon):
    """A trophy-shim: its API at url, its admin listener at admin_url."""

    name = 'shim'
    binary = pathlib.Path(os.environ.get('TROPHY_TEST_SHIM', ROOT / 'build/release/shim/trophy-shim')).resolve()

    def __init__(self, database_url, port=None, **options):
        self.port = port or free_port()
        self.admin_port = free_port()
        self.url = f'http://127.0.0.1:{self.port}'
        self.admin_url = f'http://127.0.0.1:{self.admin_port}'
        super().__init__({'TROPHY_DATABASE_URL': database_url, 'TROPHY_SHIM_LISTEN': f'127.0.0.1:{self.port}',
                          'TROPHY_SHIM_ADMIN_LISTEN': f'127.0.0.1:{self.admin_port}'}, **options)

    def wait_listening(self, timeout_s=30):
        return self.wait_log('api: listening', timeout_s)

    def wait_ready(self, timeout_s=30):
        return self.wait_listening(timeout_s).wait_log('db: connected', timeout_s)


def frozen_clock(instant):
    """The environment in which libfaketime stops the wall clock.  The faketime command does the same but stays as the
    parent, where signals meant for the program would end."""
    library = glob.glob('/usr/lib/*/faketime/libfaketime.so.1')
    if not library:
        raise RuntimeError('libfaketime is not installed')
    return {'LD_PRELOAD': library[0], 'FAKETIME': instant.rstrip('Z').replace('T', ' '), 'TZ': 'UTC',
            'FAKETIME_DONT_FAKE_MONOTONIC': '1', 'DONT_FAKE_MONOTONIC': '1',
            'ASAN_OPTIONS': 'verify_asan_link_order=0'}
