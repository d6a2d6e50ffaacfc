# SPDX-License-Identifier: Apache-2.0
"""Where a random schedule is played: a database and a virtual host of its own in the servers that all share, and its
workers, each with proxies of its own before both servers.

    with Stage(postgres, rabbitmq, plan, folder) as stage:
        stage.seats[0].kill()
        stage.send(publication)
"""
import collections
import contextlib
import datetime
import itertools
import json
import os
import signal
import time

import amqp
import django_results
import history
import psycopg2
import servers
from processes import wait_until
from proxy import Proxy
from schedule import DEAD, QUEUE, REPLIES

numbers = itertools.count(1)
TEMPLATE = 'random_template'
MARKS = 'trophy_worker.attempt'
FINAL = 'SUCCESS', 'FAILURE', 'REVOKED'


def make_template(postgres):
    """The database that each schedule gets a copy of."""
    postgres.create_database(TEMPLATE, [servers.SCHEMA / f'{name}.sql' for name in ('host', 'trophies', 'initial_trophies')])
    for name in ('tables-2.0', 'tables-2.6'):
        postgres.psql(TEMPLATE, django_results.DATA / f'{name}.sql')
    for name in ('roles', 'worker'):
        if (servers.SCHEMA / f'{name}.sql').exists():
            postgres.psql(TEMPLATE, servers.SCHEMA / f'{name}.sql')
    connection = postgres.connect(TEMPLATE)
    with connection.cursor() as cursor:
        history.add_trophies(cursor)
    connection.close()


class Seat:
    """A worker's place: the process changes, its proxies and its name stay."""

    def __init__(self, stage, number):
        self.stage, self.number = stage, number
        self.broker = Proxy(stage.rabbitmq.port, 'amqp')
        self.database = Proxy(stage.postgres.port, 'postgres')
        self.worker = None
        self.told_to_end = None     # 'kill' or 'term', and when
        self.cut_at = float('-inf')  # when its link to the broker was cut last
        self.logs = []              # of the processes before
        self.lossy_logs = []        # of those among them that could not bring every result on its way
        self.complaints = []

    def side(self, name):
        return {'broker': self.broker, 'database': self.database}[name]

    def start(self):
        if self.worker is not None and not self.is_over():
            return
        self.worker = servers.Worker(
            self.broker.through(self.stage.rabbitmq.url(self.stage.name)),
            self.database.through(self.stage.postgres.worker_url(self.stage.name)), queue=QUEUE,
            env={**self.stage.plan.environment_text(), 'TROPHY_WORKER_NAME': f'w{self.number}@{self.stage.name}'},
            binary=self.stage.binary)
        self.told_to_end = None

    def is_over(self):
        """Has the process ended?  Then what it left is looked at and kept."""
        if self.worker is None:
            return True
        process = self.worker.process
        if process.running():
            if self.told_to_end and self.told_to_end[0] == 'term' and time.monotonic() - self.told_to_end[1] > 30:
                self.complaints.append(f'worker {self.number} does not end: 30 s after SIGTERM')
                self.worker.kill()
            return False
        code, told = process.popen.returncode, self.told_to_end and self.told_to_end[0]
        early = code == -signal.SIGTERM and ' starts as ' not in self.worker.log()  # before it could say otherwise
        if not early and code not in {'kill': (-signal.SIGKILL,), 'term': (0, -signal.SIGKILL)}.get(told, ()):
            self.complaints.append(f'worker {self.number} ended by itself with {code} (told: {told})')
        self.logs.append(self.worker.log())
        if told == 'kill' or code != 0 or self.broker.is_disturbed() or self.was_cut():
            self.lossy_logs.append(self.logs[-1])
        self.worker.close()
        self.worker = None
        return True

    def was_cut(self):
        """Was it told to end within the time in which a link comes back?  Over rpc a stop does not wait for that."""
        return self.told_to_end is not None and self.told_to_end[1] - self.cut_at < 10

    def end(self, how):
        if self.worker is not None and self.worker.process.running():
            self.told_to_end = self.told_to_end if self.told_to_end and how == 'term' else (how, time.monotonic())
            self.worker.process.signal(signal.SIGCONT)
            self.worker.process.signal({'kill': signal.SIGKILL, 'term': signal.SIGTERM}[how])

    def signal(self, number):
        if self.worker is not None:
            self.worker.process.signal(number)

    def restore(self):
        for proxy in (self.broker, self.database):
            for watch in list(proxy.watches):
                watch.remove()
            proxy.restore()
        self.signal(signal.SIGCONT)

    def log(self):
        return '\n'.join([*self.logs, *([self.worker.log()] if self.worker else [])])

    def close(self):
        self.signal(signal.SIGCONT)
        if self.worker is not None:
            self.worker.close()
        for proxy in (self.broker, self.database):
            proxy.close()


class Stage:
    def __init__(self, postgres, rabbitmq, plan, binary=None):
        self.postgres, self.rabbitmq, self.plan, self.binary = postgres, rabbitmq, plan, binary
        self.name = f'random{os.getpid()}_{next(numbers)}'
        self._closing = contextlib.ExitStack()
        self.transactions = {}      # of faults: name: connection that holds rows
        self.log = []               # what the driver itself met
        self.seats = []
        self.replies = collections.defaultdict(list)
        self._last_eta = 0.0  # of all that was sent, in seconds since 1970
        self._connection = self._channel = None

    def __enter__(self):
        try:
            self.postgres.create_database(self.name, template=TEMPLATE)
            self._closing.callback(self.postgres.drop_database, self.name)
            self.make_vhost()
            self._closing.callback(self.rabbitmq.delete_vhost, self.name)
            self.rabbitmq.declare(QUEUE, self.name,
                                  arguments={'x-queue-type': 'quorum' if self.plan.quorum else 'classic'})
            for queue in (DEAD, REPLIES):
                self.rabbitmq.declare(queue, self.name)
            self.seats = [Seat(self, number) for number in range(self.plan.workers)]
            for seat in self.seats:
                self._closing.callback(seat.close)
            with self.transaction() as cursor:
                for user, life in self.plan.users.items():
                    history.add_user(cursor, user, life)
                history.add_overflow(cursor, self.plan.strange['overflow'])
                history.add_unjudged(cursor, list(self.plan.users)[:3])
                self.trophies = history.read_trophies(cursor)
            if self.plan.indexes:
                self.postgres.psql(self.name, servers.SCHEMA / 'optional_indexes.sql')
            return self
        except BaseException:
            self._closing.close()
            raise

    def __exit__(self, *_):
        for connection in self.transactions.values():
            connection.close()
        self.forget_connection()
        self._closing.close()

    def make_vhost(self):
        """In one call, as each takes seconds: what is rejected goes to the queue DEAD."""
        self.rabbitmq.ctl('eval', f'''
            Name = <<"{self.name}">>, By = <<"test">>, All = <<".*">>,
            ok = rabbit_vhost:add(Name, By),
            ok = rabbit_auth_backend_internal:set_permissions(<<"guest">>, Name, All, All, All, By),
            ok = rabbit_policy:set(Name, <<"dead">>, <<"^{QUEUE}$">>, [{{<<"dead-letter-exchange">>, <<>>}},
                                   {{<<"dead-letter-routing-key">>, <<"{DEAD}">>}}], 0, <<"queues">>, By).''')

    # ---- the database

    @contextlib.contextmanager
    def transaction(self):
        connection = self.postgres.connect(self.name)
        try:
            connection.autocommit = False
            with connection.cursor() as cursor:
                cursor.execute("set lock_timeout = '5s'")
                yield cursor
            connection.commit()
        finally:
            connection.close()

    def hold_rows(self, name, sql, params):
        """In a transaction of this name, which stays open."""
        try:
            if name not in self.transactions:
                self.transactions[name] = self.postgres.connect(self.name)
                self.transactions[name].autocommit = False
            with self.transactions[name].cursor() as cursor:
                cursor.execute("set local lock_timeout = '3s'")
                cursor.execute(sql, params)
        except psycopg2.Error as error:
            self.log.append(f'{sql[:40]}: {error}'.strip())
            self.free_rows(name)

    def free_rows(self, name):
        connection = self.transactions.pop(name, None)
        if connection is not None:
            with contextlib.suppress(psycopg2.Error):
                connection.rollback()
            connection.close()

    def marks(self):
        """What is left in the table of attempts; empty where it does not exist."""
        with self.transaction() as cursor:
            cursor.execute('select to_regclass(%s) is not null', [MARKS])
            if not cursor.fetchone()[0]:
                return []
            cursor.execute(f'select * from {MARKS}')
            return cursor.fetchall()

    # ---- the broker

    def forget_connection(self):
        if self._connection is not None:
            with contextlib.suppress(OSError, amqp.AMQPError):
                self._connection.close()
        self._connection = self._channel = None

    def on_channel(self, do):
        """Again on a new connection where the old one went with the broker."""
        for last in (False, True):
            try:
                if self._connection is None:
                    self._connection = self.rabbitmq.connect(self.name)
                    self._channel = self._connection.channel()
                return do(self._channel)
            except (OSError, amqp.AMQPError):
                self.forget_connection()
                if last:
                    raise

    def publish(self, body, headers, properties, routing_key=QUEUE, exchange=''):
        if headers.get('eta'):
            self._last_eta = max(self._last_eta, datetime.datetime.fromisoformat(headers['eta']).timestamp())
        message = amqp.Message(body, **{
            'content_type': 'application/json', 'content_encoding': 'utf-8', 'delivery_mode': 2, 'reply_to': REPLIES,
            'application_headers': headers, **properties})
        self.on_channel(lambda channel: channel.basic_publish(message, exchange=exchange, routing_key=routing_key))

    def revoke(self, ids):
        """As celery control does.  Without a worker that has made the exchange there is nobody to be told."""
        try:
            self.publish(json.dumps({'method': 'revoke', 'arguments': {'task_id': ids, 'terminate': False},
                                     'destination': None, 'pattern': None, 'matcher': None}).encode(),
                         {'clock': 1}, {'delivery_mode': 1}, routing_key='', exchange='celery.pidbox')
        except amqp.NotFound:
            self.log.append('nobody has made celery.pidbox yet')

    def take_all(self, queue):
        """All messages of a queue, which is empty then."""
        found = []
        while True:
            message = self.on_channel(lambda channel: channel.basic_get(queue, no_ack=True))
            if message is None:
                return found
            found.append(message)

    def ready(self, queue=QUEUE):
        return self.on_channel(lambda channel: channel.queue_declare(queue, passive=True).message_count)

    def unsettled(self):
        """{queue: (ready, unacknowledged)} of those that work is or may be in."""
        rows = self.rabbitmq.queues(self.name)
        return {name: (row['ready'], row['unacked']) for name, row in rows.items()
                if name not in (DEAD, REPLIES) and not name.endswith('.pidbox') and row['ready'] + row['unacked'] > 0}

    def collect(self):
        """Take in the results that there are by now: {id: final states}."""
        for message in self.take_all(REPLIES):
            result = json.loads(message.body)
            if result['status'] in FINAL:
                self.replies[result['task_id']].append(result['status'])
        found = {task_id: list(states) for task_id, states in self.replies.items()}
        if self.plan.django:
            with self.transaction() as cursor:
                cursor.execute('select task_id, status from django_celery_results_taskresult where status = any(%s)',
                               [list(FINAL)])
                for task_id, status in cursor:
                    found.setdefault(task_id, []).append(status)
        return found

    def wait_results(self, ids, timeout_s):
        """Until all of these have one; those that have none, after the time."""
        end = time.monotonic() + timeout_s
        while True:
            self.tend()
            left = set(ids) - self.collect().keys()
            if not left or time.monotonic() > end:
                return left
            time.sleep(0.2)

    def wait_quiet(self, timeout_s):
        """Until no message is on its way any more; what is left, after the time."""
        with contextlib.suppress(TimeoutError):
            # the broker counts what a worker holds with a delay only
            wait_until(lambda: self.tend() and self.ready() == 0 and time.time() > self._last_eta, timeout_s, 'empty',
                       every_s=0.2)
        end = time.monotonic() + timeout_s
        while True:
            self.tend()
            left = self.unsettled()
            if not left or time.monotonic() > end:
                return left
            time.sleep(0.5)

    def tend(self):
        """Who has ended though not told so is found, and replaced."""
        for seat in self.seats:
            seat.start()
        return True
