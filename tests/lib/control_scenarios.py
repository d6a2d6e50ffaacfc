# SPDX-License-Identifier: Apache-2.0
"""The scenarios of the conformance suite about remote control: every command, what it answers and what it does.  Each
returns a row, as those of scenarios.py do.
"""
import contextlib
import re
import time

import celery

import normal
from scenarios import user
from stands import NODE, PREFIX

TASK = PREFIX + 'evaluate_user_trophies_task'
CONTROL = {}


def scenario(function):
    CONTROL[function.__name__] = function
    return function


def ask(stand, method, destination=(NODE,), **arguments):
    """The worker's reply, or 'silence'."""
    replies = stand.control.broadcast(method, arguments=arguments, reply=True, timeout=1,
                                      destination=list(destination) if destination else None)
    return answer(replies)


def answer(replies):
    if not replies:
        return 'silence'
    assert len(replies) == 1 and list(replies[0]) == [NODE], replies
    return replies[0][NODE]


def exception_only(reply):
    """Python's own words for wrong arguments are Python's: what kind of exception is enough."""
    return re.sub(r'\(.*', '(…)', reply['error'], flags=re.S) if isinstance(reply, dict) and 'error' in reply else reply


def as_it_is(reply):
    return reply


def without_clock(reply):
    return {**reply, 'clock': normal.kind(reply['clock'])}


# Commands whose answer says everything.  name: (method, arguments, what of the answer is compared)
ANSWERS = {
    'ping': ('ping', {}, as_it_is),
    'ping with more': ('ping', {'extra': 'ignored'}, as_it_is),
    'unknown command': ('frobnicate', {}, as_it_is),
    'command without a name': ('', {}, as_it_is),
    **{name: (name, {}, as_it_is) for name in (
        'active', 'reserved', 'scheduled', 'revoked', 'registered', 'active_queues', 'dump_active', 'dump_reserved',
        'dump_schedule', 'dump_revoked', 'dump_tasks')},
    'active, safe': ('active', {'safe': True}, as_it_is),
    'registered with items': ('registered', {'taskinfoitems': ['max_retries', 'acks_late', 'rate_limit', 'nothing']},
                              as_it_is),
    'stats': ('stats', {}, normal.shape),
    'clock': ('clock', {}, normal.shape),
    'memsample': ('memsample', {}, normal.shape),
    'query of unknown ids': ('query_task', {'ids': ['nobody', 'nothing']}, as_it_is),
    'query of one text': ('query_task', {'ids': 'nobody'}, as_it_is),
    'query without ids': ('query_task', {}, exception_only),
    'hello': ('hello', {'from_node': 'other@host', 'revoked': {}}, without_clock),
    'hello from ourselves': ('hello', {'from_node': NODE, 'revoked': {}}, as_it_is),
    'hello from nobody': ('hello', {}, exception_only),
    'pool_restart': ('pool_restart', {}, as_it_is),
    'add_consumer of nothing': ('add_consumer', {}, exception_only),
    'cancel_consumer of nothing': ('cancel_consumer', {}, exception_only),
    'revoke of nothing': ('revoke', {}, exception_only),
}


def answering(name):
    method, arguments, view = ANSWERS[name]
    return lambda stand: {'reply': normal.Words({}).plain(view(ask(stand, method, **arguments)))}


CONTROL.update({name: answering(name) for name in ANSWERS})


@scenario
def conf(stand):
    """What is set is each one's own affair, but it is an object, and no password is in it."""
    found = {}
    for command in ('conf', 'dump_conf'):
        reply = ask(stand, command, with_defaults=True)
        found[command] = {'type': normal.kind(reply), 'password': 'guest:guest' in str(reply),
                          'broker_url': re.sub(r':\d+/.*', '', reply['broker_url'])}
    return found


@scenario
def report(stand):
    text = ask(stand, 'report')['ok']
    return {'lines': re.findall(r'^(\w+ *->)', text, re.M), 'password': 'guest:guest' in text,
            'transport': re.findall(r'transport:\S+', text)}


@scenario
def ping_envelope(stand):
    """The reply as a message."""
    mark = stand.mark()
    ask(stand, 'ping')
    one, = stand.trace.until(lambda: stand.trace.published(mark, 'reply.celery.pidbox'), 5, 'a reply')
    words = normal.Words({})
    return {'properties': words.plain(one.properties), 'headers': words.plain(one.headers), 'body': words.plain(one.body)}


@scenario
def who_is_meant(stand):
    def found(**options):
        return answer(stand.control.broadcast('ping', reply=True, timeout=0.4, **options))
    return {'nobody': found(destination=['other@host']), 'two': found(destination=['other@host', NODE]),
            'glob': found(pattern='worker@*', matcher='glob'), 'no glob': found(pattern='other@*', matcher='glob'),
            'pcre': found(pattern='^work.*', matcher='pcre'), 'no pcre': found(pattern='ther@', matcher='pcre')}


@scenario
def no_reply_wanted(stand):
    mark = stand.mark()
    stand.control.broadcast('ping')
    ask(stand, 'clock')
    return {'replies': len(stand.trace.until(lambda: stand.trace.published(mark, 'reply.celery.pidbox'), 5, 'a reply'))}


@contextlib.contextmanager
def busy(stand, ends=True):
    """One task runs, one waits for its turn, one for its time, one for its time with priority."""
    slow, others = user(stand), stand.users(3)
    with stand.world.blocked(slow):
        active = stand.call(stand.producer.evaluate_user, (slow,), shadow='shadow')
        stand.await_event(active, 'task-started')
        calls = [active,
                 stand.call(stand.producer.evaluate_user, (others[0],)),
                 stand.call(stand.producer.update_statistics, kwargs={'user_id': others[1]}, countdown=600),
                 stand.call(stand.producer.update_statistics, (str(others[2]),), countdown=700, priority=4)]
        for call in calls[1:]:
            stand.await_event(call, 'task-received')
        yield calls, normal.Words({call.ids[0]: name for call, name in zip(calls, ('active', 'reserved', 'held', 'held2'))})
    if ends:
        for call in calls[2:]:
            stand.control.revoke(call.ids[0])
        stand.settle()


def by_id(listing):
    return sorted(listing, key=lambda one: (one.get('request') or one)['id']) if isinstance(listing, list) else listing


@scenario
def at_work(stand):
    """What the commands show while there is something to be seen."""
    found = {}
    with busy(stand) as (calls, words):
        ids = [call.ids[0] for call in calls]
        for command in ('active', 'reserved'):
            found[command] = words.plain(by_id(ask(stand, command)))
        found['safe'] = words.plain(by_id(ask(stand, 'active', safe=True)))
        scheduled = sorted((one for one in ask(stand, 'scheduled') if one['request']['id'] in ids),
                           key=lambda one: one['eta'])
        found['scheduled'] = words.plain(scheduled)
        found['query'] = words.plain(ask(stand, 'query_task', ids=[*ids, 'nobody']))
        found['one'] = words.plain(ask(stand, 'query_task', ids=ids[0]))
        found['total'] = sorted(ask(stand, 'stats')['total'])
        begin = time.monotonic()
        ask(stand, 'stats')
        found['in time'] = time.monotonic() - begin < 1
    return found


# ---- revoking


@scenario
def revoke(stand):
    ids = [celery.utils.uuid() for _ in range(3)]
    words = normal.Words(zip(ids, ('one', 'two', 'three')))
    found = {'one': ask(stand, 'revoke', task_id=ids[0]), 'two': ask(stand, 'revoke', task_id=ids[1:]),
             'none': exception_only(ask(stand, 'revoke', task_id=[])),
             'revoked': [one for one in ask(stand, 'revoked') if one in ids],
             'hello': sorted(set(ask(stand, 'hello', from_node='other@host', revoked={})['revoked']) & set(ids)) ==
             sorted(ids)}
    found['revoked'].sort(key=ids.index)
    found = words.plain(found)
    found['two'] = sorted(re.findall(r'\w+', found['two']['ok']))  # a set, in whatever order
    return found


@scenario
def revoked_by_a_neighbour(stand):
    """What a hello brings is revoked here too."""
    token = celery.utils.uuid()
    ask(stand, 'hello', from_node='other@host', revoked={token: [time.monotonic(), token]})
    return {'known': token in ask(stand, 'revoked')}


@scenario
def terminate(stand):
    words = normal.Words({})
    token = celery.utils.uuid()
    return words.plain({
        'unknown': ask(stand, 'terminate', task_id=token, signal='SIGTERM'),
        'by revoke': ask(stand, 'revoke', task_id=token, terminate=True),
        'bad signal': exception_only(ask(stand, 'terminate', task_id=token, signal='SIGFOO')),
        'no id': exception_only(ask(stand, 'terminate', signal='SIGTERM')),
    })


@scenario
def terminate_at_work(stand):
    slow = user(stand)
    with stand.world.blocked(slow):
        call = stand.call(stand.producer.evaluate_user, (slow,))
        stand.await_event(call, 'task-started')
        reply = ask(stand, 'revoke', task_id=call.ids[0], terminate=1, signal='SIGTERM')  # so says Flower
        stand.await_event(call, 'task-revoked')
    return {'reply': normal.Words({call.ids[0]: 'task'}).plain(reply), 'end': stand.row(call)['task']['states']}


# ---- limits


@scenario
def rate_limit(stand):
    found = {}
    for limit in ('10/m', '5/s', '100/h', '7', 3, '2.5/s', 'often', '1/y', '', None, 0):
        found[repr(limit)] = ask(stand, 'rate_limit', task_name=TASK, rate_limit=limit)
        found[f'listed {limit!r}'] = [one for one in ask(stand, 'registered') if one.startswith(TASK)]
    found['unknown task'] = ask(stand, 'rate_limit', task_name='no.such', rate_limit='1/s')
    found['no argument'] = exception_only(ask(stand, 'rate_limit'))
    return found


@scenario
def rate_limited(stand):
    """Four calls at two a second take a second and a half."""
    ask(stand, 'rate_limit', task_name=TASK, rate_limit='2/s')
    try:
        begin = time.monotonic()
        calls = [stand.call(stand.producer.evaluate_user, (one,)) for one in stand.users(4)]
        for call in calls:
            stand.await_event(call, 'task-received')
        for call in calls:
            stand.await_event(call, 'task-succeeded')
        took = time.monotonic() - begin
    finally:
        ask(stand, 'rate_limit', task_name=TASK, rate_limit=None)
    stand.settle()
    return {'long enough': took >= 1.4, 'soon enough': took < 4}


@scenario
def time_limit(stand):
    found = {'both': ask(stand, 'time_limit', task_name=TASK, soft=60.0, hard=120.0),
             'hard': ask(stand, 'time_limit', task_name=TASK, hard=1.0),
             'unknown task': ask(stand, 'time_limit', task_name='no.such', soft=1, hard=2),
             'no argument': exception_only(ask(stand, 'time_limit'))}
    slow = user(stand)
    with stand.world.blocked(slow):
        call = stand.call(stand.producer.evaluate_user, (slow,))
        try:
            stand.await_event(call, 'task-failed', timeout_s=2.5)
        except TimeoutError:
            pass
    found['off'] = ask(stand, 'time_limit', task_name=TASK)
    found['states'] = stand.row(call)['task']['states']
    return found


# ---- queues, events, the pool


@scenario
def queues(stand):
    found = {'add': ask(stand, 'add_consumer', queue='extra'), 'again': ask(stand, 'add_consumer', queue='extra')}
    found['active'] = ask(stand, 'active_queues')
    call = stand.call(stand.producer.evaluate_user, (user(stand),), queue='extra')
    stand.await_event(call, 'task-succeeded')
    found['cancel'] = ask(stand, 'cancel_consumer', queue='extra')
    found['left'] = [one['name'] for one in ask(stand, 'active_queues')]
    found['cancel again'] = ask(stand, 'cancel_consumer', queue='extra')
    stand.call(stand.producer.evaluate_user, (user(stand),), queue='extra')
    stand.settle()
    found['waits in extra'] = stand.world.ready('extra')
    found['no argument'] = exception_only(ask(stand, 'add_consumer'))
    return found


@scenario
def events(stand):
    found = {'enable again': ask(stand, 'enable_events'), 'disable': ask(stand, 'disable_events'),
             'disable again': ask(stand, 'disable_events')}
    mark = stand.mark()
    call = stand.call(stand.producer.evaluate_user, (user(stand),))
    call.results[0].get(timeout=10)
    time.sleep(0.2)
    stand.trace.drain()
    found['while off'] = [e for e in stand.trace.events(mark) if e['type'].startswith('task-')]
    found['enable'] = ask(stand, 'enable_events')
    stand.settle()
    return found


@scenario
def worker_events(stand):
    """What tells monitors that it lives."""
    stand.trace.until(lambda: stand.trace.events(0, 'worker-heartbeat'), 5, 'a heartbeat')
    found = {}
    for kind in ('worker-online', 'worker-heartbeat'):
        one = next(seen for seen in stand.trace.published(0, 'celeryev') if isinstance(seen.body, dict)
                   and seen.body['type'] == kind)
        found[kind] = {'key': one.key, 'properties': one.properties, 'headers': one.headers,
                       'fields': normal.Words({}).plain({**one.body, 'active': normal.kind(one.body['active']),
                                                         'processed': normal.kind(one.body['processed'])})}
    return found


@scenario
def heartbeat(stand):
    mark = stand.mark()
    begin = time.monotonic()
    reply = ask(stand, 'heartbeat')
    stand.trace.until(lambda: stand.trace.events(mark, 'worker-heartbeat'), 1, 'a heartbeat')
    stand.trace.drain()
    beat = stand.trace.events(mark, 'worker-heartbeat')[0]
    return {'reply': reply, 'at once': time.monotonic() - begin < 1.1, 'beat': normal.shape(beat)}


@scenario
def pool(stand):
    found = {'grow': ask(stand, 'pool_grow', n=1), 'shrink': ask(stand, 'pool_shrink', n=1),
             'autoscale': ask(stand, 'autoscale', max=3, min=1), 'restart': ask(stand, 'pool_restart', modules=[]),
             'wrong': exception_only(ask(stand, 'pool_grow', n='many'))}
    stand.settle()
    return found
