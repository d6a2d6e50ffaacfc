# SPDX-License-Identifier: Apache-2.0
"""One trial of a fault: a database, a virtual host and a queue of its own, a worker behind two proxies, messages whose
outcome is known beforehand, and the account of what became of them.

    arena = Arena(postgres, rabbitmq)
    with arena.trial('quorum', 'django-db') as trial:
        trial.start()
        trial.send(20)
        trial.broker.cut('rst')
        trial.settle()                      # waits until every message has ended, or is given up as stuck
        trial.account()                     # {'lost': [], 'doubled': [], 'harmed': [], 'stuck': []}: ids and why

How it is counted.  Every message has an id, and each names users of its own, who have WORKOUTS workouts, so that it is
known what the tables must hold once it is done; a trophy that is earned again with each workout shows a second award.

    ended    there is a final result of this id (in the reply queue, or in Django's table), or its dead letter.  Over rpc
             results are published, and not awaited, before the acknowledgement: what a process that is killed has written
             may be lost with its socket.  Once one was killed (kill(worker)) it is enough that the tables show the effects.
    lost     not ended, and in no queue; or ended with SUCCESS, but statistics or awards are not there or wrong; or what was
             to follow it never ended
    doubled  more awards than owed; two results that contradict each other; more than one dead letter, or one beside a SUCCESS
    harmed   an innocent message that ended in any other way than SUCCESS
    stuck    still in the queue, ready or unacknowledged, long after everything works again
"""
import collections
import contextlib
import itertools
import json
import os
import signal
import threading
import time
import uuid

import amqp
import psycopg2

import django_results
import proxy
import servers
import worlds
from processes import wait_until

WORKOUTS = 3
EVERY = 'Every workout'   # the repeatable trophy
KINDS = [(kind, results) for kind in ('classic', 'quorum') for results in ('rpc', 'django-db')]
FINAL = ('SUCCESS', 'FAILURE', 'REVOKED')
REPLIES, DEAD = 'replies', 'dead'
LOGIN = 'trial'           # the worker's user at the broker, whose permissions can be taken
FAULTS = ('lost', 'doubled', 'harmed', 'stuck')
_numbers = itertools.count(1)


class Arena:
    """Makes trials.  Virtual hosts are made in stock: rabbitmqctl takes a second, however many there are."""

    def __init__(self, postgres, rabbitmq, stock=16):
        self.postgres, self.rabbitmq, self.stock = postgres, rabbitmq, stock
        self.template = f'trial_template{next(_numbers)}'
        self._vhosts = []
        self._lock = threading.Lock()
        with worlds.World(postgres, rabbitmq, f'{self.template}_w', vhost=False) as world:
            django_results.add_tables(world)
            world.query('insert into trophies_trophy (uuid, name, description, trophy_type, checker_class, '
                        'checker_params, is_hidden, is_progressive, is_active, is_repeatable, "order", created, updated) '
                        """values (gen_random_uuid(), %s, '', 'count', 'workout_count_based', '{"count": 1}', false,"""
                        ' false, true, true, 20, now(), now())', [EVERY])
            postgres.create_database(self.template, template=world.name)

    def vhost(self):
        """A virtual host in which rejected messages go to the queue DEAD."""
        with self._lock:
            if not self._vhosts:
                self._vhosts = [f'trial{next(_numbers)}' for _ in range(self.stock)]
                names = ', '.join(f'<<"{name}">>' for name in self._vhosts)
                self.rabbitmq.ctl('eval', f'''
                    catch rabbit_auth_backend_internal:add_user(<<"{LOGIN}">>, <<"{LOGIN}">>, <<"test">>),
                    [begin
                       ok = rabbit_vhost:add(Name, <<"test">>),
                       [ok = rabbit_auth_backend_internal:set_permissions(User, Name, <<".*">>, <<".*">>, <<".*">>,
                                                                          <<"test">>)
                        || User <- [<<"guest">>, <<"{LOGIN}">>]],
                       ok = rabbit_policy:set(Name, <<"dead">>, <<"^work">>, [{{<<"dead-letter-exchange">>, <<>>}},
                              {{<<"dead-letter-routing-key">>, <<"{DEAD}">>}}], 0, <<"queues">>, <<"test">>)
                     end || Name <- [{names}]].''')
            return self._vhosts.pop(0)

    def trial(self, kind='classic', results='rpc', **options):
        return Trial(self, kind, results, **options)


class Trial(worlds.World):
    def __init__(self, arena, kind, results, env=None, program=None):
        self.kind, self.results, self.env, self.program = kind, results, env or {}, program
        self.queue = 'work'
        super().__init__(arena.postgres, arena.rabbitmq, arena.vhost(), template=arena.template, vhost=False)
        self.broker = self._closing.enter_context(proxy.Proxy(self.rabbitmq.port, 'amqp'))
        self.database = self._closing.enter_context(proxy.Proxy(self.postgres.port, 'postgres'))
        self.rabbitmq.declare(self.queue, self.name, arguments={'x-queue-type': kind})
        for queue in (REPLIES, DEAD):
            self.rabbitmq.declare(queue, self.name)
        self.workers = []
        self.expected = {}                                # id: users, for messages of ours and what follows them
        self.follows = {}                                 # id: the id of the task that follows it
        self.users = {}                                   # user: the state its messages come to
        self.guilty = set()                               # ids that are to end in the dead letters
        self.outcomes = collections.defaultdict(list)     # id: final states, in their order
        self.dead = collections.Counter()                 # id: dead letters
        self.requeued = 0
        self.notes = []
        self.unanswered_counts = False                    # a result may have gone with its process
        self._collector = None

    def __exit__(self, *_):
        for one in self.workers:
            one.end(2)
            one.close()
        self._drop_collector()
        self._closing.close()
        self.postgres.drop_database(self.name)

    # ---- workers

    @property
    def worker(self):
        return self.workers[-1]

    def start(self, ready=True, broker=None, database=None, **env):
        """One more worker, behind the trial's proxies or behind others."""
        broker_url = self.rabbitmq.url(self.name).replace('guest:guest', f'{LOGIN}:{LOGIN}')
        database_url = self.postgres.worker_url(self.name)
        settings = {'BROKER_QUEUE_TYPE': self.kind, 'CELERY_RESULTS': self.results, 'CELERY_RESULT_PERSISTENT': 'true',
                    'WORKER_NAME': f'w{len(self.workers)}@trial', **self.env, **env}
        one = servers.Worker((broker or self.broker).through(broker_url),
                             (database or self.database).through(database_url), self.queue,
                             env={f'TROPHY_{key}': str(value) for key, value in settings.items()}, binary=self.program)
        self.workers.append(one)
        return one.wait_ready() if ready else one

    def enter(self, context):
        """A context manager that ends with the trial."""
        return self._closing.enter_context(context)

    def kill(self, worker):
        """SIGKILL: true, so that an action can go on with `and CUT`."""
        self.unanswered_counts = True
        worker.kill()
        return True

    def cpu_s(self):
        """Seconds of processor time that the running workers have taken."""
        total = 0
        for one in self.workers:
            with contextlib.suppress(OSError):
                with open(f'/proc/{one.process.pid}/stat') as file:
                    fields = file.read().rpartition(')')[2].split()
                total += (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')
        return total

    def log_lines(self):
        return sum(one.log().count('\n') for one in self.workers)

    def logs(self):
        return ''.join(f'--- {one.name} {one.process.pid} ---\n{one.log()[-6000:]}\n' for one in self.workers)

    # ---- messages

    def send(self, count, task='evaluate_user', follow_up=False, users=None, headers=None):
        """So many messages for a new user each (or one for each of these), confirmed; their ids."""
        users = self.add_users(count, workouts=WORKOUTS) if users is None else users
        ids = []
        with self.rabbitmq.connect(self.name) as connection:
            channel = connection.channel()
            for user in users:
                token = str(uuid.uuid4())
                embed = {'callbacks': None, 'errbacks': None, 'chain': None, 'chord': None}
                if follow_up:
                    follower, = self.add_users(1, workouts=WORKOUTS)
                    self.follows[token] = f'{token}-next'
                    self._expect(self.follows[token], follower, task)
                    embed['callbacks'] = [django_results.signature(task, [follower], task_id=self.follows[token],
                                                                   reply_to=REPLIES)]
                self._expect(token, user, task)
                given = {'lang': 'py', 'task': task, 'id': token, 'root_id': token, 'retries': 0,
                           'timelimit': [None, None], 'argsrepr': repr((user,)), **(headers or {})}
                channel.basic_publish(amqp.Message(
                    json.dumps([[user], {}, embed]), content_type='application/json', content_encoding='utf-8',
                    delivery_mode=2, correlation_id=token, message_id=token, reply_to=REPLIES,
                    application_headers=given), routing_key=self.queue)
                ids.append(token)
        return ids

    def _expect(self, token, user, task):
        self.expected[token] = user
        self.users[user] = 'evaluated' if task == 'evaluate_user' or self.users.get(user) == 'evaluated' else 'updated'

    # ---- what came of them

    def _drop_collector(self):
        if self._collector is not None:
            with contextlib.suppress(OSError, amqp.AMQPError):
                self._collector.close()
            self._collector = None

    def _collect_queues(self):
        if self._collector is None:
            self._collector = self.rabbitmq.connect(self.name)
            channel = self._collector.channel()
            channel.basic_consume(REPLIES, callback=self._keep_reply)
            channel.basic_consume(DEAD, callback=self._keep_dead)
        with contextlib.suppress(TimeoutError):
            while True:
                self._collector.drain_events(timeout=0.01)

    def _keep_reply(self, message):
        reply = json.loads(message.body)
        if reply['status'] in FINAL:
            self.outcomes[reply['task_id']].append(reply['status'])
        message.channel.basic_ack(message.delivery_tag)

    def _keep_dead(self, message):
        self.dead[message.headers.get('id') or message.properties.get('correlation_id')] += 1
        message.channel.basic_ack(message.delivery_tag)

    def collect(self):
        """Take in what there is by now; a server that is away has nothing to say."""
        try:
            self._collect_queues()
        except (OSError, amqp.AMQPError, AttributeError):
            self._drop_collector()
        if self.results == 'django-db':
            with contextlib.suppress(psycopg2.Error):
                for token, state in self.query(f'select task_id, status from {django_results.RESULTS} '
                                               'where status = any(%s)', [list(FINAL)]):
                    if self.outcomes[token][-1:] != [state]:
                        self.outcomes[token].append(state)

    def ended(self):
        """The ids that have ended by now."""
        self.collect()
        ended = {token for token in self.expected if self.outcomes.get(token) or self.dead[token]}
        if self.unanswered_counts and len(ended) < len(self.expected):
            done = self._done_users()
            ended |= {token for token, user in self.expected.items() if user in done}
        return ended

    def _done_users(self):
        """Whose messages have had their effect, as the tables show it."""
        try:
            done = dict(self.query('select user_id, count(*) filter (where u.id is not null) from '
                                   'trophies_userstatistics s left join trophies_usertrophy u using (user_id) '
                                   'where total_workouts = %s group by 1', [WORKOUTS]))
        except psycopg2.Error:
            return set()
        return {user for user, awards in done.items() if awards > WORKOUTS or self.users.get(user) == 'updated'}

    def wait_ended(self, ids=None, timeout_s=90, what='all have ended'):
        """Until these (default: all) have ended."""
        ids = set(self.expected if ids is None else ids)
        wait_until(lambda: ids <= self.ended(), timeout_s, what, every_s=0.02)

    def settle(self, timeout_s=90):
        """Wait for the end of all, then end the workers politely and count what is left in the queue."""
        with contextlib.suppress(TimeoutError):
            self.wait_ended(timeout_s=timeout_s)
            self.wait_acknowledged()
        for one in self.workers:
            if one.process.running():
                one.process.signal(signal.SIGCONT)
                one.process.signal(signal.SIGTERM)
        for one in self.workers:
            with contextlib.suppress(Exception):
                one.process.wait(40)
            one.kill()
        self.collect()
        self.requeued = wait_until(lambda: [self.ready(self.queue)], 30, 'the queue answers')[0]

    def wait_acknowledged(self, timeout_s=60):
        """Until nothing is left in the queue or in the hands of those who consume it through the trial's proxy."""
        def empty():
            try:
                return self.ready(self.queue) == 0 and not self.in_hand()
            except (OSError, amqp.AMQPError):
                return False
        wait_until(empty, timeout_s, 'all are acknowledged', every_s=0.05)

    def in_hand(self):
        return sum(list(link.unsettled.values()).count(self.queue) for link in list(self.broker.links))

    # ---- the account

    def account(self):
        """{'lost': ids or users with why, …} after settle()."""
        found = {name: [] for name in FAULTS}
        ended = self.ended()
        awards = collections.defaultdict(collections.Counter)
        for user, name, count in self.query('select user_id, name, count(*) from trophies_usertrophy u join '
                                            'trophies_trophy t on t.id = u.trophy_id group by 1, 2'):
            awards[user][name] = count
        open_ids = [token for token in self.expected if token not in ended]
        found['stuck'] = open_ids[:self.requeued]
        found['stuck'] += ['ended, but in the queue'] * max(0, self.requeued - len(open_ids))
        found['lost'] = [f'{token}: no outcome, in no queue' for token in open_ids[self.requeued:]]
        for token in ended:
            self._judge(token, found)
        for user, state in self.users.items():
            if all(token in ended and set(self.outcomes[token]) <= {'SUCCESS'} and not self.dead[token]
                   for token, one in self.expected.items() if one == user):
                self._check_user(user, state, awards[user], found)
        return found

    def _judge(self, token, found):
        states, dead = set(self.outcomes[token]), self.dead[token]
        wanted = 'FAILURE' if token in self.guilty else 'SUCCESS'
        if len(states) > 1 or dead > 1 or (dead and 'SUCCESS' in states):
            found['doubled'].append(f'{token}: {sorted(states)}, {dead} dead letters')
        if states and wanted not in states or (dead and token not in self.guilty):
            found['harmed'].append(f'{token}: {sorted(states)}, {dead} dead letters')
        if not states and not (self.unanswered_counts and self.results == 'rpc'):
            found['lost'].append(f'{token}: no result')
        if token in self.guilty and not dead:
            found['lost'].append(f'{token}: no dead letter')

    def _check_user(self, user, state, awards, found):
        statistics = self.statistics(user)
        wanted = (WORKOUTS * worlds.LOGS * 500, WORKOUTS, WORKOUTS)
        if statistics is None or tuple(map(int, statistics)) != wanted:
            found['lost'].append(f'user {user}: statistics {statistics}, not {wanted}')
        owed = {'Beginner': 1, EVERY: WORKOUTS} if state == 'evaluated' else {}
        for name in set(owed) | set(awards):
            if awards[name] > owed.get(name, 0):
                found['doubled'].append(f'user {user}: {awards[name]} × {name}')
            elif awards[name] < owed.get(name, 0):
                found['lost'].append(f'user {user}: {awards[name]} × {name}')

    def forget(self):
        """Begin anew, whatever there was: nothing is expected, the queue is empty, there is no worker."""
        for one in self.workers:
            one.end(2)
            one.close()
        self.workers.clear()
        self.rabbitmq.purge(self.queue, self.name)
        self.collect()
        for those in (self.expected, self.follows, self.users, self.guilty, self.outcomes, self.dead, self.notes):
            those.clear()
        self.requeued = 0
        self.unanswered_counts = False
