# SPDX-License-Identifier: Apache-2.0
"""A stand: a virtual host, a database, one worker in them, and everything that is seen of it.  The conformance suite has
two, which differ in nothing but the worker: Celery's own, or ours.

    with Stand('ours', postgres, rabbitmq) as stand:
        user, = stand.users(1)
        call = stand.call(stand.producer.evaluate_user, [user])
        row = stand.row(call)
"""
import concurrent.futures
import contextlib
import itertools
import os
import pathlib
import sys
import uuid

import firehose
import normal
import processes
import servers
import worlds

LIB = pathlib.Path(__file__).resolve().parent
QUEUE, DEAD = 'trophies', 'dead'
NODE = 'worker@conform'
PREFIX = 'wger.trophies.tasks.'
FINAL_EVENTS = 'task-succeeded', 'task-failed', 'task-revoked'


class NativeWorker:
    """Celery's own worker, of the Python that runs the tests."""

    def __init__(self, broker_url, database_url, queue=QUEUE, node=NODE, options=(), env=None):
        self._folder = processes.Folder('trophy-native-')
        self.log_file = self._folder.path / 'worker.log'
        self.process = processes.Process(
            [sys.executable, '-m', 'celery', '-A', 'native_app', 'worker', '-n', node, '-Q', queue, '-c', 1,
             '--loglevel', 'INFO', *options],
            self.log_file, cwd=self._folder.path, env={**celery_environment(broker_url, database_url, queue), **(env or {})})
        processes.open_things.append(self)

    def log(self):
        return self.log_file.read_text(errors='replace')

    def wait_log(self, text, timeout_s=30):
        def there():
            if not self.process.running():
                raise RuntimeError(f'native worker ended:\n{self.log()[-3000:]}')
            return text in self.log()
        processes.wait_until(there, timeout_s, f'native worker logs "{text}"', every_s=0.05)
        return self

    def wait_ready(self):
        return self.wait_log(' ready.')

    def kill(self):
        self.process.signal(9, group=True)
        return self.process.wait(10)

    def close(self):
        if self in processes.open_things:
            processes.open_things.remove(self)
            self.kill()
            self._folder.close()


def celery_environment(broker_url, database_url, queue=QUEUE):
    """For a Celery process that is to find native_app."""
    return {'PATH': os.environ['PATH'], 'LC_ALL': 'C.UTF-8', 'TZ': 'UTC', 'HOME': '/nonexistent', 'C_FORCE_ROOT': '1',
            'PYTHONPATH': str(LIB), 'PYTHONDONTWRITEBYTECODE': '1', 'COLUMNS': '200',
            'CONFORM_BROKER': broker_url, 'CONFORM_DATABASE': database_url, 'CONFORM_QUEUE': queue}


class Stand:
    def __init__(self, kind, postgres, rabbitmq, track_started=False):
        self.kind = kind
        self.track_started = track_started
        self.ids = itertools.count(1000)       # of the users of scenarios
        self._others = itertools.count(10**6)  # of those of settle()
        self.postgres, self.rabbitmq = postgres, rabbitmq
        self._closing = contextlib.ExitStack()
        self.thread = concurrent.futures.ThreadPoolExecutor(1)  # Celery's clients belong to the thread they began in
        self._closing.callback(self.thread.shutdown)
        try:
            self.world = self._closing.enter_context(worlds.World(postgres, rabbitmq, f'{kind}{uuid.uuid4().hex[:6]}'))
            rabbitmq.ctl('set_policy', '-p', self.world.name, 'dead', f'^{QUEUE}$', normal.as_json(
                {'dead-letter-exchange': '', 'dead-letter-routing-key': DEAD}), '--apply-to', 'queues')
            self.trace = firehose.Trace(rabbitmq, self.world.name, DEAD)
            self._closing.callback(self.trace.close)
            self.worker = self.start_worker()
            self.thread.submit(self._connect).result()
        except BaseException:
            self.close()
            raise

    def _connect(self):
        self.producer = self.world.producer(QUEUE, event_serializer='json')
        self.control = self.producer.app.control
        self.trace.until(lambda: self.trace.events(0, 'worker-online', 'worker-heartbeat'), 30, 'a sign of life')
        self.control.enable_events(reply=True, timeout=1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._closing.close()

    @property
    def reply_queue(self):
        """Of the producer; there only in the stand's own thread."""
        return self.producer.app.thread_oid

    @property
    def native(self):
        return self.kind == 'native'

    def start_worker(self):
        urls = self.world.broker_url, self.postgres.worker_url(self.world.name)
        if self.native:
            worker = NativeWorker(*urls, env={'CONFORM_TRACK_STARTED': '1'} if self.track_started else {})
        else:
            worker = servers.Worker(*urls, queue=QUEUE, env={
                'TROPHY_WORKER_NAME': NODE, 'TROPHY_DATABASE_LOCK_TIMEOUT': '60000',
                'TROPHY_DATABASE_STATEMENT_TIMEOUT': '120000',
                'TROPHY_CELERY_TRACK_STARTED': str(self.track_started).lower()})
        self._closing.callback(worker.close)
        return worker.wait_ready()

    def mark(self):
        """The place in the trace behind everything that has happened."""
        self.trace.drain(0.2)
        return len(self.trace.seen)

    # ---- calls

    def users(self, count):
        """New ones with a workout and an empty row of statistics; their ids."""
        return self.world.add_users(count, statistics=True, ids=self.ids)

    def call(self, task, args=(), kwargs=None, **options):
        """Send it by Celery; what is known of the call."""
        mark = len(self.trace.seen)
        options.setdefault('task_id', str(uuid.uuid4()))
        return Call(mark, [task.apply_async(args, kwargs, **options)])

    def canvas(self, make):
        """Send a chain, a group, …: make() gives its results, the first one's first."""
        return Call(len(self.trace.seen), make())

    def raw(self, body, headers=None, **properties):
        """Send any message; its id is the correlation id."""
        mark = len(self.trace.seen)
        token = str(uuid.uuid4())
        headers = {key: token if value is ID else value for key, value in (headers or {}).items()}
        body = body.replace('ID', token) if isinstance(body, str) else body
        properties = {'reply_to': self.reply_queue, 'correlation_id': token, **properties}
        self.world.wire.put(QUEUE, body, headers, message_id=None, **properties)
        return Call(mark, [self.producer.app.AsyncResult(token)])

    def await_event(self, call, kind, place=0, timeout_s=15):
        """Until the task has had this event."""
        def there():
            return [e for e in self.trace.events(call.mark, kind) if e['uuid'] == call.ids[place]]
        return self.trace.until(there, timeout_s, f'{self.kind}: {kind}')

    def settle(self):
        """Until all before is over: a good task has ended, then a rejected one has come to the dead letters."""
        user, = self.world.add_users(1, ids=self._others)
        good = self.call(self.producer.update_statistics, [user])
        self.await_event(good, 'task-succeeded')
        bad = self.call(self.producer.task('nobody.knows', prefix=''))
        self.trace.until(lambda: any(one.headers.get('id') == bad.ids[0] for one in self.trace.dead(bad.mark)), 15,
                         f'{self.kind}: the unknown task is dead')

    def is_over(self, call, task_id):
        return any(one.body['task_id'] == task_id and one.body['status'] in normal.FINAL
                   for one in self.trace.results(call.mark)) or \
            any(e['uuid'] == task_id for e in self.trace.events(call.mark, *FINAL_EVENTS))

    def row(self, call, over=None):
        """What there is to be seen of the call, once these of its tasks are over (all, if not said otherwise), in words
        that are the same wherever it happens."""
        for task_id in call.ids if over is None else over:
            self.trace.until(lambda: self.is_over(call, task_id), 15, f'{self.kind}: the end of {task_id}')
        self.settle()
        return normal.row(self, call)


ID = object()  # in the headers of raw(): the id's place


class Call:
    def __init__(self, mark, results):
        self.mark, self.results = mark, results
        self.ids = [result.id for result in results]
