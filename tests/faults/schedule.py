# SPDX-License-Identifier: Apache-2.0
"""A random schedule: which workers, which messages, which changes of the history, which faults, and when.  The seed decides
all of it; only how it interleaves in time differs from run to run.

    plan = schedule.make(17)
    print(plan.text())
"""
import dataclasses
import datetime
import decimal
import random
import uuid

import messages

SECONDS = 9.0             # in which things happen
KILLS = 4                 # fewer than worker.delivery_limit: nobody is to be taken for a killer
REPLIES, DEAD, QUEUE = 'replies', 'dead', 'trophies'


@dataclasses.dataclass(frozen=True)
class Step:
    at: float
    do: str
    what: dict

    def text(self):
        parcel = self.what.get('parcel')
        words = f'{parcel.kind}: {parcel.text}' if parcel else ' '.join(f'{k}={v}' for k, v in self.what.items())
        return f'{self.at:6.2f}  {self.do:9} {words}'


@dataclasses.dataclass
class Schedule:
    seed: int
    servers: bool         # are the servers themselves restarted?
    workers: int
    quorum: bool
    django: bool
    indexes: bool
    environment: dict
    users: dict           # id: {'growing', 'opted_out', 'last_login', 'sessions'}
    steps: list
    expected: dict        # task id: messages.Expected
    strange: dict

    @property
    def name(self):
        """The seed as a person gives it."""
        return f'{self.seed}{"s" if self.servers else ""}'

    def expected_of(self, prefix):
        return [task_id for task_id in self.expected if task_id.startswith(prefix + '-')]

    def environment_text(self):
        return {key: str(value) for key, value in self.environment.items()}

    def text(self):
        kinds = f'{self.workers} workers, {"quorum" if self.quorum else "classic"}, ' \
                f'{"django-db" if self.django else "rpc"}{", unique index" if self.indexes else ""}' \
                f'{", servers restarted" if self.servers else ""}'
        settings = ' '.join(f'{key.removeprefix("TROPHY_")}={value}' for key, value in self.environment.items())
        return '\n'.join([f'seed {self.name}: {kinds}; {settings}', *(step.text() for step in self.steps)])


# ---- the users and what they did

class Life:
    """Workouts, in plain values."""

    def __init__(self, rnd):
        self.random = rnd

    def new_uuid(self):
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def weight(self):
        return decimal.Decimal(self.random.randrange(0, 30000)) / 100

    def log(self):
        weight = None if self.random.random() < 0.05 else self.weight()
        repetitions = None if self.random.random() < 0.05 else decimal.Decimal(self.random.randrange(1, 25))
        return self.new_uuid(), weight, repetitions, self.random.choice((1, 1, 1, 2, 2, 3, None))

    def workout(self, days_ago):
        start = None if self.random.random() < 0.2 else datetime.time(self.random.randrange(24), self.random.randrange(60),
                                                                      0, self.random.choice((0, 0, 1, 999999)))
        return {'id': self.new_uuid(), 'days_ago': days_ago, 'start': start,
                'logs': [self.log() for _ in range(self.random.randrange(0, 5))]}

    def days(self, count):
        """So many of the last days: in runs, on week-ends, or anywhere."""
        kind = self.random.randrange(3)
        if kind == 0:
            first = self.random.randrange(0, 40)
            return [first + n for n in range(count)]
        if kind == 1:
            return [self.random.choice((1, 2)) + 7 * (n // 2) + n % 2 for n in range(count)]
        return [self.random.randrange(0, 400) for _ in range(count)]

    def user(self):
        return {'growing': self.random.random() < 0.6, 'opted_out': self.random.random() < 0.1,
                'logged_in': self.random.choices(('now', 'never', 'long ago'), (8, 1, 1))[0],
                'statistics': self.random.random() < 0.5,
                'sessions': [self.workout(day) for day in self.days(self.random.randrange(0, 12))]}


def change(rnd, life, users, deleted):
    """One change of the history."""
    living = [user for user in users if user not in deleted]
    user = rnd.choice(living)
    if users[user]['growing'] or rnd.random() < 0.4:
        return {'op': 'add', 'user': user, 'workout': life.workout(rnd.randrange(0, 45))}
    op = rnd.choices(('weigh', 'move_day', 'move_user', 'delete', 'delete_all', 'opt', 'delete_user'),
                     (4, 3, 2, 3, 1, 1, 1))[0]
    what = {'op': op, 'user': user, 'pick': round(rnd.random(), 3)}
    if op == 'weigh':
        what['weight'] = life.weight()
    elif op == 'move_day':
        what['days_ago'] = rnd.randrange(0, 60)
    elif op == 'move_user':
        what['to'] = rnd.choice([one for one in living if not users[one]['growing']] or [user])
    elif op == 'delete_user':
        if len(deleted) >= 3:
            return {'op': 'delete_all', 'user': user}
        deleted.add(user)
    return what


# ---- faults

def fault(rnd, plan, left):
    """[(after how many seconds, do, what)] of one fault and its end; left: how many kills there may still be."""
    worker = rnd.randrange(plan.workers)
    side = rnd.choice(('broker', 'database'))
    seconds = round(rnd.choice((0.3, 1, 2, 4)) * rnd.uniform(0.5, 1.3), 2)
    kinds = {'kill': 4, 'term': 3, 'pause': 2, 'cut': 6, 'stall': 4, 'delay': 2, 'throttle': 1, 'refuse': 3, 'lock': 4,
             'insert': 2, 'rights': 1, 'terminate': 2, 'at': 6, 'flaps': 1}
    if left['kills'] <= 0:
        kinds = {**kinds, 'kill': 0, 'term': 0}
    kind = rnd.choices(list(kinds), list(kinds.values()))[0]
    on = {'worker': worker, 'side': side}
    if kind == 'kill':
        left['kills'] -= 1
        return [(0, 'kill', {'worker': worker}), (seconds / 2, 'start', {'worker': worker})]
    if kind == 'term':
        left['kills'] -= 1
        second = [(0.2, 'term', {'worker': worker})] if rnd.random() < 0.2 else []
        return [(0, 'term', {'worker': worker}), *second, (seconds, 'start', {'worker': worker})]
    if kind == 'pause':
        return [(0, 'pause', {'worker': worker}), (seconds, 'continue', {'worker': worker})]
    if kind == 'cut':
        how = rnd.choice(('rst', 'fin', 'half', 'half_up'))
        return [(n * 0.4, 'cut', {**on, 'how': how}) for n in range(rnd.choice((1, 1, 1, 3)))]
    if kind == 'stall':
        return [(0, 'stall', {**on, 'way': rnd.choice(('up', 'down', 'both'))}), (seconds, 'restore', on)]
    if kind == 'delay':
        return [(0, 'delay', {**on, 'seconds': rnd.choice((0.01, 0.05, 0.15))}), (seconds, 'restore', on)]
    if kind == 'throttle':
        return [(0, 'throttle', {**on, 'rate': rnd.choice((5000, 50000))}), (seconds, 'restore', on)]
    if kind == 'refuse':
        return [(0, 'refuse', on), (seconds, 'restore', on)]
    if kind == 'lock':
        users = sorted(rnd.sample(sorted(plan.users), rnd.randrange(1, 5)))
        return [(0, 'lock', {'users': users, 'name': (name := rnd.random())}), (seconds, 'unlock', {'name': name})]
    if kind == 'insert':
        users = sorted(rnd.sample(sorted(plan.users), 3), reverse=True)
        return [(0, 'insert', {'users': users[:1], 'name': (name := rnd.random())}),
                (0.3, 'insert', {'users': users[1:], 'name': name}), (min(seconds, 3), 'unlock', {'name': name})]
    if kind == 'rights':
        right = rnd.choice(('insert on trophies_usertrophy', 'update on trophies_userstatistics',
                            'select on trophies_trophy'))
        return [(0, 'revoke', {'right': right}), (seconds, 'grant', {'right': right})]
    if kind == 'terminate':
        return [(0, 'terminate', {})]
    if kind == 'flaps':
        return flaps(plan, cut=rnd.random() < 0.6)
    where = rnd.choice(('commit', 'committed', 'committed', 'ack', 'publish', 'confirm', 'deliver'))
    then = rnd.choices(('hold', 'cut', 'kill'), (2, 2, 2 if left['kills'] > 0 else 0))[0]
    left['kills'] -= then == 'kill'
    return [(0, 'at', {'worker': worker, 'where': where, 'then': then, 'seconds': min(seconds, 2)}),
            (seconds + 1, 'start', {'worker': worker})]


def flaps(plan, cut):
    """With the database away all workers lose the broker, or are stopped, again and again: which is no attempt."""
    steps = []
    for worker in range(plan.workers):
        on = {'worker': worker, 'side': 'database'}
        steps += [(0, 'refuse', on), (4.5, 'restore', on)]
        for n in range(KILLS + 3):
            at = 0.2 + n * 0.5
            steps += [(at, 'cut', {'worker': worker, 'side': 'broker', 'how': 'rst'})] if cut else \
                [(at, 'term', {'worker': worker}), (at + 0.3, 'start', {'worker': worker})]
    return steps


def restart(rnd):
    if rnd.random() < 0.6:
        return [(0, 'postgres', {'fast': rnd.random() < 0.5})]
    return [(0, 'rabbitmq', {'clean': rnd.random() < 0.5})]


# ---- the whole

def environment(rnd):
    return {
        'TROPHY_BROKER_PREFETCH': rnd.choice((2, 8, 64, 256)), 'TROPHY_BROKER_HEARTBEAT': rnd.choice((4, 10)),
        'TROPHY_WORKER_BATCH_USERS': rnd.choice((3, 20, 200)), 'TROPHY_WORKER_RANGE_USERS': rnd.choice((4, 9, 1000)),
        'TROPHY_WORKER_DRAIN_SECONDS': rnd.choice((1, 3)), 'TROPHY_DATABASE_LOCK_TIMEOUT': rnd.choice((300, 1000, 5000)),
        'TROPHY_CELERY_TRACK_STARTED': str(rnd.random() < 0.2).lower(),
        'TROPHY_CELERY_EVENTS': str(rnd.random() < 0.5).lower(),
        'TROPHY_CELERY_RESULT_PERSISTENT': 'true', 'TROPHY_WORKER_DELIVERY_LIMIT': KILLS + 1,
    }


def make(seed, servers=False, seconds=SECONDS):
    rnd = random.Random(f'{seed} {servers}')
    life = Life(rnd)
    users = {user: life.user() for user in range(1, rnd.randrange(12, 40))}
    strange = {'missing': [9001, 9002], 'overflow': 8000}
    django = rnd.random() < 0.5
    plan = Schedule(seed, servers, rnd.randrange(1, 4), rnd.random() < 0.5, django, rnd.random() < 0.3, environment(rnd),
                    users, [], {}, strange)
    if django:
        plan.environment['TROPHY_CELERY_RESULTS'] = 'django-db'
    maker = messages.Maker(rnd, f's{seed}', sorted(users), strange, REPLIES, django)
    steps, deleted, left = [], set(), {'kills': KILLS}
    for _ in range(rnd.randrange(25, 60)):
        parcel = maker.make()
        plan.expected.update(parcel.expected)
        steps.append((rnd.uniform(0, seconds), 'send', {'parcel': parcel}))
    moments = sorted(rnd.uniform(0, seconds) for _ in range(rnd.randrange(15, 50)))
    steps += [(at, 'change', change(rnd, life, users, deleted)) for at in moments]
    for _ in range(rnd.randrange(3, 10)):
        at = rnd.uniform(0, seconds)
        steps += [(at + after, do, what) for after, do, what in fault(rnd, plan, left)]
    if servers:
        for _ in range(rnd.randrange(1, 3)):
            at = rnd.uniform(1, seconds)
            steps += [(at + after, do, what) for after, do, what in restart(rnd)]
    plan.steps = [Step(round(at, 2), do, what) for at, do, what in sorted(steps, key=lambda step: step[0])]
    return plan
