# SPDX-License-Identifier: Apache-2.0
"""Messages of all kinds for a random schedule, each with what may become of it.  Made from a generator of numbers alone, so
a seed makes the same ones again; moments relative to now (eta, expires) are filled in when a message is sent.

    parcel = make(random, ids, users, django=False)
    parcel.publications      # [Publication]
    parcel.expected          # {task id: Expected}
"""
import bz2
import dataclasses
import datetime
import json
import lzma
import zlib

PREFIX = 'wger.trophies.tasks.'
EVALUATE = ('evaluate_user', 'evaluate_user_trophies_task', PREFIX + 'evaluate_user_trophies_task')
UPDATE = ('update_statistics', 'update_user_statistics_task', PREFIX + 'update_user_statistics_task')
FOR_ALL = ('evaluate_all', PREFIX + 'evaluate_all_users_trophies_task', 'recalculate_all_statistics',
           PREFIX + 'recalculate_all_statistics_task')
EMBED = {'callbacks': None, 'errbacks': None, 'chain': None, 'chord': None}
SUCCESS, FAILURE, REVOKED = 'SUCCESS', 'FAILURE', 'REVOKED'


@dataclasses.dataclass(frozen=True)
class Moment:
    """So many seconds from when the message is sent."""
    seconds: float

    def text(self):
        return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=self.seconds)).isoformat()


@dataclasses.dataclass(frozen=True)
class Expected:
    """statuses: those that its result may have; silent: there need not be one; dead: it is to be a dead letter."""
    statuses: frozenset
    silent: bool = False
    dead: bool = False


GOOD = Expected(frozenset({SUCCESS}))
BAD = Expected(frozenset({FAILURE}), dead=True)
GONE = Expected(frozenset({REVOKED}))
EITHER = Expected(frozenset({SUCCESS, REVOKED}))


@dataclasses.dataclass
class Publication:
    body: bytes
    headers: dict
    properties: dict

    def filled(self):
        """The headers, with moments as text."""
        return {key: value.text() if isinstance(value, Moment) else value for key, value in self.headers.items()}


@dataclasses.dataclass
class Parcel:
    kind: str
    publications: list
    expected: dict
    revoke: tuple = ()     # ids to revoke, and when: (ids, 'before') or (ids, 'after')
    counter: tuple = ()    # of a chord: (group, ids)
    text: str = ''         # for people


def task(task_id, name, args=(), kwargs=None, headers=None, compress=None, **embed):
    body = json.dumps([list(args), kwargs or {}, {**EMBED, **embed}]).encode()
    more = {}
    if compress:
        content, pack = compress
        body, more = pack(body), {'compression': content}
    return Publication(body, {'lang': 'py', 'task': name, 'id': task_id, 'root_id': task_id, 'retries': 0,
                              'timelimit': [None, None], 'argsrepr': repr(tuple(args)), **more, **(headers or {})},
                       {'correlation_id': task_id, 'message_id': task_id})


def signature(task_id, name, args, **options):
    return {'task': name, 'args': list(args), 'kwargs': {}, 'options': {'task_id': task_id, **options},
            'subtask_type': None, 'immutable': True}


class Maker:
    def __init__(self, random, prefix, users, strange, reply_to, django):
        """users: ids that messages may name; strange: {'missing': [ids], 'overflow': id}."""
        self.random, self.prefix, self.users, self.strange = random, prefix, users, strange
        self.reply_to, self.django = reply_to, django
        self.count = 0

    def new_id(self):
        self.count += 1
        return f'{self.prefix}-{self.count}'

    def user(self):
        return self.random.choice(self.users)

    def name(self):
        return self.random.choice(EVALUATE + UPDATE)

    def call(self, user=None):
        """(name, args, kwargs) of an everyday call."""
        user = self.user() if user is None else user
        name = self.name()
        shape = self.random.randrange(6)
        if shape == 0:
            return name, (), {'user_id': user}
        if shape == 1:
            return name, (str(user),), {}
        if shape == 2:
            return name, (float(user),), {}
        return name, (user,), {}

    def one(self, kind, expected=GOOD, headers=None, **options):
        task_id = self.new_id()
        name, args, kwargs = self.call()
        return Parcel(kind, [task(task_id, name, args, kwargs, headers, **options)], {task_id: expected},
                      text=f'{task_id} {name}{args}{kwargs or ""} {headers or ""}')

    # ---- the kinds

    def plain(self):
        return self.one('plain')

    def burst(self):
        parcels = [self.one('plain') for _ in range(self.random.randrange(5, 40))]
        return Parcel('burst', [p.publications[0] for p in parcels], {i: e for p in parcels for i, e in p.expected.items()},
                      text=f'{len(parcels)} from {next(iter(parcels[0].expected))}')

    def one_user(self):
        """Ten sets logged in a minute."""
        user, ids = self.user(), [self.new_id() for _ in range(self.random.randrange(3, 12))]
        return Parcel('one user', [task(i, self.name(), (user,)) for i in ids], {i: GOOD for i in ids},
                      text=f'{user}: {len(ids)} from {ids[0]}')

    def for_all(self):
        task_id, name = self.new_id(), self.random.choice(FOR_ALL)
        return Parcel('for all', [task(task_id, name)], {task_id: GOOD}, text=f'{task_id} {name}')

    def wishes(self):
        task_id, user = self.new_id(), self.user()
        kwargs = {'force': True, 'revoke': self.random.random() < 0.5}
        return Parcel('wishes', [task(task_id, self.random.choice(EVALUATE), (user,), kwargs)], {task_id: GOOD},
                      text=f'{task_id} {user} {kwargs}')

    def eta(self):
        return self.one('eta', headers={'eta': Moment(round(self.random.uniform(-1, 5), 1))})

    def expired(self):
        return self.one('expired', GONE, {'expires': Moment(-self.random.randrange(1, 3600))})

    def expiring(self):
        return self.one('expiring', EITHER, {'expires': Moment(round(self.random.uniform(0.1, 4), 1))})

    def expires_late(self):
        return self.one('expires late', headers={'expires': Moment(3600)})

    def revoked(self):
        parcel = self.one('revoked', EITHER, {'eta': Moment(round(self.random.uniform(0.5, 4), 1))})
        parcel.revoke = (list(parcel.expected), self.random.choice(('before', 'after')))
        parcel.text += f' revoked {parcel.revoke[1]}'
        return parcel

    def twice(self):
        """The same id, the same message, a second time."""
        parcel = self.one('twice')
        parcel.publications *= self.random.randrange(2, 4)
        return parcel

    def compressed(self):
        return self.one('compressed', compress=self.random.choice([
            ('application/x-gzip', zlib.compress), ('application/x-bz2', bz2.compress),
            ('application/x-lzma', lzma.compress)]))

    def unknown_user(self):
        task_id = self.new_id()
        user = self.random.choice([*self.strange['missing'], 2**31 - 1, 2**40, -7])
        return Parcel('unknown user', [task(task_id, self.name(), (user,))], {task_id: GOOD}, text=f'{task_id} {user}')

    def overflow(self):
        task_id, user = self.new_id(), self.strange['overflow']
        return Parcel('overflow', [task(task_id, self.name(), (user,))], {task_id: BAD}, text=f'{task_id} {user}')

    def unknown_name(self):
        task_id = self.new_id()
        return Parcel('unknown name', [task(task_id, 'some.other.task', (1,))], {task_id: BAD}, text=task_id)

    def wrong_arguments(self):
        task_id = self.new_id()
        args, kwargs = self.random.choice([((), {}), ((None,), {}), (('x',), {}), ((True,), {}), ((1, 2, 3), {}),
                                           ((), {'user': 7}), ((1.5,), {})])
        return Parcel('wrong arguments', [task(task_id, self.name(), args, kwargs)], {task_id: BAD},
                      text=f'{task_id} {args}{kwargs}')

    def malformed(self):
        task_id = self.new_id()
        one = task(task_id, self.name(), (self.user(),))
        how = self.random.choice(('no json', 'no list', 'latin', 'pickle', 'cut compression', 'too large'))
        if how == 'cut compression':
            one = task(task_id, self.name(), (self.user(),), compress=('application/x-gzip', lambda b: zlib.compress(b)[:-6]))
        elif how == 'pickle':
            one.properties['content_type'] = 'application/x-python-serialize'
        else:
            one.body = {'no json': b'{"a": ', 'no list': b'{"a": 1}', 'latin': b'[["\xe4"], {}, {}]',
                        'too large': b'[["' + b'x' * 1_100_000 + b'"], {}, {}]'}[how]
        return Parcel('malformed', [one], {task_id: BAD}, text=f'{task_id} {how}')

    def chain(self):
        ids = [self.new_id() for _ in range(self.random.randrange(2, 5))]
        steps = [signature(i, self.name(), (self.user(),), reply_to=self.reply_to) for i in ids[1:]]
        bad = self.random.randrange(1, len(ids)) if self.random.random() < 0.2 else None
        expected = {i: GOOD for i in ids}
        if bad is not None:
            steps[bad - 1]['args'] = ['x']
            expected[ids[bad]] = BAD
            expected.update({i: Expected(frozenset({FAILURE}), silent=True) for i in ids[bad + 1:]})
        return Parcel('chain', [task(ids[0], self.name(), (self.user(),), chain=steps[::-1])], expected,
                      text=f'{ids[0]} to {ids[-1]}' + ('' if bad is None else f', {ids[bad]} is bad'))

    def callbacks(self):
        ids = [self.new_id() for _ in range(self.random.randrange(2, 4))]
        bad = self.random.random() < 0.3
        after = [signature(i, self.name(), (self.user(),), reply_to=self.reply_to) for i in ids[1:]]
        one = task(ids[0], self.name(), ('x' if bad else self.user(),), **{'errbacks' if bad else 'callbacks': after})
        return Parcel('errbacks' if bad else 'callbacks', [one],
                      {**{i: GOOD for i in ids}, ids[0]: BAD if bad else GOOD}, text=f'{ids[0]} to {ids[-1]}')

    def group(self):
        ids, group = [self.new_id() for _ in range(self.random.randrange(2, 8))], self.new_id()
        return Parcel('group', [task(i, self.name(), (self.user(),), headers={'group': group, 'group_index': n})
                                for n, i in enumerate(ids)], {i: GOOD for i in ids}, text=f'{ids[0]} to {ids[-1]}')

    def chord(self):
        parcel = self.group()
        ids, group, body = list(parcel.expected), self.new_id(), self.new_id()
        after = signature(body, self.name(), (self.user(),), reply_to=self.reply_to)
        after['options']['group_id'] = group
        parcel.publications = [task(i, self.name(), (self.user(),), headers={'group': group, 'group_index': n}, chord=after)
                               for n, i in enumerate(ids)]
        parcel.expected[body] = GOOD
        parcel.kind, parcel.counter = 'chord', (group, ids)
        parcel.text += f', body {body}'
        return parcel

    KINDS = {plain: 10, burst: 4, one_user: 4, for_all: 2, wishes: 3, eta: 4, expired: 1, expiring: 2, expires_late: 1,
             revoked: 2, twice: 3, compressed: 2, unknown_user: 2, overflow: 1, unknown_name: 1, wrong_arguments: 2,
             malformed: 2, chain: 4, callbacks: 3, group: 2, chord: 4}

    def make(self):
        kinds = {kind: weight for kind, weight in self.KINDS.items() if self.django or kind is not Maker.KIND_OF_TABLES}
        return self.random.choices(list(kinds), list(kinds.values()))[0](self)

    KIND_OF_TABLES = chord  # which rpc has no counter for
