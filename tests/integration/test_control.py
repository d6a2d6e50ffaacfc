# SPDX-License-Identifier: Apache-2.0
"""Remote control: Celery's own client and command line, asking a worker of ours."""
import datetime
import json
import re
import time

import processes
import pytest
import servers
from controlling import Controller

NODE = 'w1@here'
USER_TASK = 'wger.trophies.tasks.evaluate_user_trophies_task'
TASKS = ['trophy_worker.evaluate_range', 'trophy_worker.recalculate_range',
         'wger.trophies.tasks.evaluate_all_users_trophies_task', USER_TASK,
         'wger.trophies.tasks.recalculate_all_statistics_task', 'wger.trophies.tasks.update_user_statistics_task']
ENV = {'TROPHY_WORKER_NAME': NODE, 'TROPHY_DATABASE_LOCK_TIMEOUT': '60000', 'TROPHY_DATABASE_STATEMENT_TIMEOUT': '120000'}


@pytest.fixture(scope='module')
def queue(world):
    return world.new_queue()


@pytest.fixture(scope='module')
def worker(world, postgres, queue):
    with servers.Worker(world.broker_url, postgres.worker_url(world.name), queue=queue, env=ENV) as one:
        yield one.wait_ready()
        assert one.process.running()


@pytest.fixture(scope='module')
def control(world, worker):
    with Controller(world.broker_url) as one:
        yield one


@pytest.fixture
def own(postgres, rabbitmq, vhost, database, request):
    """own(**options) -> worker, controller: on a virtual host of its own."""
    open_things = []

    def make(env=None, queue='trophies', url=None, ready=True):
        one = servers.Worker(url or rabbitmq.url(vhost), postgres.worker_url(database), queue=queue,
                             env={**ENV, **(env or {})})
        open_things.append(one)
        if ready:
            one.wait_ready()
        controller = Controller(rabbitmq.url(vhost))
        open_things.append(controller)
        return one, controller

    yield make
    for one in reversed(open_things):
        if getattr(request.node, 'failed', False) and isinstance(one, servers.Worker):
            print(one.log()[-6000:])
        one.close()


# ---- what is said

ANSWERS = [
    ('ping', {}, {'ok': 'pong'}),
    ('active', {}, []),
    ('dump_active', {'safe': True}, []),
    ('reserved', {}, []),
    ('dump_reserved', {}, []),
    ('scheduled', {}, []),
    ('dump_schedule', {}, []),
    ('revoked', {}, []),
    ('registered', {}, TASKS),
    ('dump_tasks', {'taskinfoitems': []}, TASKS),
    ('registered', {'taskinfoitems': ['rate_limit', 'acks_late', 'nope']}, [f'{task} [acks_late=True]' for task in TASKS]),
    ('query_task', {'ids': ['a', 'b']}, {}),
    ('query_task', {'ids': 'a'}, {}),
    ('election', {'id': '1', 'topic': 'task'}, None),
    ('heartbeat', {}, None),
    ('rate_limit', {'task_name': 'nope', 'rate_limit': '1/s'}, {'error': 'unknown task'}),
    ('rate_limit', {'task_name': USER_TASK, 'rate_limit': '1/q'}, {'error': "KeyError('q')"}),
    ('rate_limit', {'task_name': USER_TASK, 'rate_limit': 'x/s'},
     {'error': '''Invalid rate limit string: ValueError("could not convert string to float: 'x'")'''}),
    ('rate_limit', {'x': 1}, {'error': 'TypeError("rate_limit() missing 2 required positional arguments: '
                                       '\'task_name\' and \'rate_limit\'")'}),
    ('rate_limit', {'task_name': USER_TASK, 'rate_limit': 0}, {'ok': 'rate limit disabled successfully'}),
    ('time_limit', {'task_name': 'nope', 'hard': 120, 'soft': 60}, {'error': 'unknown task'}),
    ('time_limit', {'task_name': USER_TASK, 'hard': None, 'soft': None}, {'ok': 'time limits set successfully'}),
    ('pool_grow', {'n': 1}, {'ok': 'pool will grow'}),
    ('pool_shrink', {'n': 1}, {'ok': 'pool will shrink'}),
    ('autoscale', {'max': 3, 'min': 1}, {'error': "ValueError('Autoscale not enabled')"}),
    ('pool_restart', {'modules': None}, {'error': "ValueError('Pool restarts not enabled')"}),
    ('objgraph', {}, {'error': "ImportError('Requires the objgraph library')"}),
    ('terminate', {'task_id': 'zzz', 'signal': 'SIGFOO'},
     {'error': 'AttributeError("module \'signal\' has no attribute \'SIGFOO\'")'}),
    ('frobnicate', {}, {'error': "KeyError('frobnicate')"}),
    ("it's", {}, {'error': 'KeyError("it\'s")'}),
    ('hello', {'from_node': NODE, 'revoked': {}}, None),
    ('add_consumer', {'queue': 'celery'}, {'error': 'celery: other tasks share this queue, see broker.allow_celery_queue'}),
    ('cancel_consumer', {'queue': 'never'}, {'ok': 'no longer consuming from never'}),
]


@pytest.mark.parametrize('method, arguments, expected', ANSWERS, ids=lambda value: value if isinstance(value, str) else '')
def test_answer(control, method, arguments, expected):
    assert control.ask(method, **arguments) == expected
    assert control.seconds < 1


def test_clock_ticks(control):
    first = control.ask('clock')['clock']
    assert control.ask('clock')['clock'] > first


def test_events(control):
    assert control.ask('disable_events') in ({'ok': 'task events disabled'}, {'ok': 'task events already disabled'})
    assert control.ask('enable_events') == {'ok': 'task events enabled'}
    assert control.ask('enable_events') == {'ok': 'task events already enabled'}
    assert control.ask('disable_events') == {'ok': 'task events disabled'}
    assert control.ask('disable_events') == {'ok': 'task events already disabled'}


def test_rate_limit_is_shown(control):
    assert control.ask('rate_limit', task_name=USER_TASK, rate_limit='10/m') == {'ok': 'new rate limit set successfully'}
    assert f'{USER_TASK} [rate_limit=10/m]' in control.ask('registered')
    assert control.ask('rate_limit', task_name=USER_TASK, rate_limit='') == {'ok': 'rate limit disabled successfully'}
    assert control.ask('registered') == TASKS


def test_stats(control, world, queue, worker):
    user, = world.add_users(1)
    before = control.ask('stats')['total'].get(USER_TASK, 0)
    world.producer(queue).evaluate_user.delay(user).get(timeout=30)
    stats = control.ask('stats')
    assert list(stats) == ['total', 'pid', 'clock', 'uptime', 'pool', 'broker', 'prefetch_count', 'rusage']
    assert stats['total'] == {USER_TASK: before + 1}
    assert stats['pid'] == worker.process.pid
    assert int(stats['clock']) > 0 and isinstance(stats['clock'], str)
    assert stats['pool']['max-concurrency'] == 1 and stats['pool']['processes'] == [worker.process.pid]
    assert stats['broker'] == {
        'hostname': '127.0.0.1', 'userid': 'guest', 'virtual_host': world.name, 'port': world.rabbitmq.port, 'insist': False,
        'ssl': False, 'transport': 'amqp', 'connect_timeout': 5, 'transport_options': {}, 'login_method': 'PLAIN',
        'uri_prefix': None, 'heartbeat': 60.0, 'failover_strategy': 'round-robin', 'alternates': []}
    assert stats['prefetch_count'] == 256
    assert stats['rusage']['maxrss'] > 1000 and set(stats['rusage']) == {
        'utime', 'stime', 'maxrss', 'ixrss', 'idrss', 'isrss', 'minflt', 'majflt', 'nswap', 'inblock', 'oublock', 'msgsnd',
        'msgrcv', 'nsignals', 'nvcsw', 'nivcsw'}
    assert re.fullmatch(r'[\d.]+MB', control.ask('memsample'))


def test_conf_hides_passwords(control, world):
    masked = f'amqp://guest:********@127.0.0.1:{world.rabbitmq.port}/{world.name}'
    conf = control.ask('conf')
    assert conf['deprecated_settings'] is None
    assert conf['broker_url'] == masked
    assert conf['result_backend'] == 'rpc:///'
    assert conf['database_url'] == '********'
    assert 'broker_heartbeat' not in conf
    everything = control.ask('dump_conf', with_defaults=True)
    assert everything['broker_heartbeat'] == 60
    assert everything['task_time_limit'] is None and everything['accept_content'] == ['json']
    assert not any(name.startswith('shim') for name in everything)
    report = control.ask('report')['ok']
    assert report.startswith('\nsoftware -> trophy-worker:')
    assert f"broker_url: '{masked}'\n" in report
    for text in (json.dumps(everything), report):
        assert world.postgres.worker_password not in text


def test_active_queues(control, queue):
    assert control.ask('active_queues') == [{
        'name': queue,
        'exchange': {'name': queue, 'type': 'direct', 'arguments': None, 'durable': True, 'passive': False,
                     'auto_delete': False, 'delivery_mode': None, 'no_declare': False},
        'routing_key': queue, 'queue_arguments': None, 'binding_arguments': None, 'consumer_arguments': None,
        'durable': True, 'exclusive': False, 'auto_delete': False, 'no_ack': False, 'alias': None, 'bindings': [],
        'no_declare': None, 'expires': None, 'message_ttl': None, 'max_length': None, 'max_length_bytes': None,
        'max_priority': None}]


# ---- who answers

@pytest.mark.parametrize('selection, answers', [
    ({'destination': [NODE]}, True),
    ({'destination': ['other@here', NODE]}, True),
    ({'destination': ['other@here']}, False),
    ({'pattern': 'w*', 'matcher': 'glob'}, True),
    ({'pattern': 'w[2-9]@*', 'matcher': 'glob'}, False),
    ({'pattern': r'w\d@', 'matcher': 'pcre'}, True),
    ({'pattern': r'here', 'matcher': 'pcre'}, False),
    ({'pattern': '(((((', 'matcher': 'pcre'}, False),
])
def test_selection(control, selection, answers):
    assert bool(control.ask_all('ping', **selection)) is answers


def test_rubbish_is_dropped(control, worker, world):
    with world.rabbitmq.connect(world.name) as connection:
        channel = connection.channel()
        for body in (b'', b'nope', b'[]', b'{}', b'{"method": 7}', b'{"method": "ping", "arguments": []}', b'\xff',
                     b'{"method": "ping", "pad": "' + b'x' * (2 << 20) + b'"}', b'[' * 100000):
            for content_type in ('application/json', 'application/x-python-serialize'):
                message = servers.amqp.Message(body, content_type=content_type, application_headers={'clock': 'x'})
                channel.basic_publish(message, exchange='celery.pidbox', routing_key='')
    assert control.ask('ping') == {'ok': 'pong'}
    assert worker.log().count('requests dropped') == 1


# ---- the command line

CLI = [
    (['status'], 0, f'->  {NODE}: OK\n\n1 node online.\n'),
    (['inspect', 'ping'], 0, f'->  {NODE}: OK\n        pong\n\n1 node online.\n'),
    (['inspect', 'ping', '--json'], 0, f'{{"{NODE}": {{"ok": "pong"}}}}\n'),
    (['inspect', 'active'], 0, f'->  {NODE}: OK\n    - empty -\n\n1 node online.\n'),
    (['inspect', 'reserved'], 0, f'->  {NODE}: OK\n    - empty -\n\n1 node online.\n'),
    (['inspect', 'registered'], 0, f'->  {NODE}: OK\n' + ''.join(f'    * {task}\n' for task in TASKS) + '\n1 node online.\n'),
    (['inspect', 'query_task', 'aaa', 'bbb'], 0, f'->  {NODE}: OK\n    {{}}\n\n1 node online.\n'),
    (['inspect', 'ping', '-d', 'nosuch@host'], 69, 'Error: No nodes replied within time constraint\n'),
    (['control', 'rate_limit', USER_TASK, '10/m'], 0, f'->  {NODE}: OK\n        new rate limit set successfully\n'),
    (['control', 'rate_limit', USER_TASK, '0'], 0, f'->  {NODE}: OK\n        new rate limit set successfully\n'),
    (['control', 'time_limit', USER_TASK, '60', '120'], 0, f'->  {NODE}: OK\n        time limits set successfully\n'),
    (['control', 'autoscale', '3', '1'], 0, f"->  {NODE}: ERROR\n        ValueError('Autoscale not enabled')\n"),
    (['control', 'heartbeat'], 0, f'->  {NODE}: OK\n    None\n'),
    (['control', 'terminate', 'SIGTERM', 'aaa'], 0, f'->  {NODE}: OK\n        terminate: tasks unknown\n'),
]


@pytest.mark.parametrize('words, code, output', CLI, ids=[' '.join(row[0][:2]) for row in CLI])
def test_command_line(control, words, code, output):
    assert control.cli(*words) == (code, output)


# ---- tasks

def at(text):
    return datetime.datetime.fromisoformat(text).timestamp()


def test_tasks_in_every_stage(own, rabbitmq, vhost, database, postgres):
    """One runs and waits for a lock, one waits for it, one is for later."""
    import producer
    import worlds
    here = worlds.World.__new__(worlds.World)
    here.postgres, here.rabbitmq, here.name = postgres, rabbitmq, database
    import itertools
    here._ids = itertools.count(1)
    here.query(worlds.GATE)
    running, waiting, later = here.add_users(3, statistics=True)
    with producer.Producer(rabbitmq.url(vhost)) as p:
        one, controller = own()
        with here.blocked(running):
            ids = {'active': p.evaluate_user.delay(running).id}
            here.wait_blocked()
            ids['reserved'] = p.evaluate_user.apply_async((waiting,), priority=3).id
            sent = time.time()
            ids['scheduled'] = p.evaluate_user.apply_async(kwargs={'user_id': later}, countdown=3600).id
            processes.wait_until(lambda: controller.ask('scheduled'), 10, 'the third message')
            expected = {'id': ids['active'], 'name': USER_TASK, 'args': [running], 'kwargs': {}, 'type': USER_TASK,
                        'hostname': NODE, 'acknowledged': False, 'worker_pid': one.process.pid,
                        'delivery_info': {'exchange': '', 'routing_key': 'trophies', 'priority': 0, 'redelivered': False}}
            active, = controller.ask('active')
            assert sent - 60 < active.pop('time_start') <= time.time()
            assert active == expected
            safe, = controller.ask('active', safe=True)
            assert (safe['args'], safe['kwargs']) == (f'({running},)', '{}')
            not_begun = {'time_start': None, 'worker_pid': None}
            reserved, = controller.ask('reserved')
            assert reserved == {**expected, **not_begun, 'id': ids['reserved'], 'args': [waiting],
                                'delivery_info': {**expected['delivery_info'], 'priority': 3}}
            scheduled, = controller.ask('scheduled')
            assert abs(at(scheduled.pop('eta')) - sent - 3600) < 5
            assert scheduled == {'priority': 6, 'request': {
                **expected, **not_begun, 'id': ids['scheduled'], 'args': [], 'kwargs': {'user_id': later}}}
            asked = controller.ask('query_task', ids=[*ids.values(), 'x'])
            assert {id: row[0] for id, row in asked.items()} == {ids['active']: 'active', ids['reserved']: 'reserved'}
            assert asked[ids['reserved']][1] == reserved
        processes.wait_until(lambda: not controller.ask('active') and not controller.ask('reserved'), 20, 'both done')


def test_revoke(own, rabbitmq, vhost):
    _, controller = own()
    assert controller.ask('revoke', task_id='a') == {'ok': 'tasks a flagged as revoked'}
    assert controller.ask('revoke', task_id=['x', 'y', 'x']) == {'ok': 'tasks x, y flagged as revoked'}
    assert controller.ask('revoke', task_id=['z'], terminate=True) == {'ok': 'terminate: tasks unknown'}
    assert controller.ask('terminate', task_id=['z'], signal='SIGKILL') == {'ok': 'terminate: tasks unknown'}
    assert controller.ask('revoked') == ['a', 'x', 'y', 'z']
    assert controller.ask('revoke_by_stamped_headers', headers={'k': ['v', 'w']}) == {
        'ok': "headers {'k': ['v', 'w']} flagged as revoked, but not terminated"}
    assert controller.ask('revoke_by_stamped_headers', headers=['k=v'], terminate=True) == {
        'ok': "headers {'k': 'v'} were not terminated"}


# ---- the neighbours

def test_hello(own):
    _, controller = own()
    controller.ask('revoke', task_id='one')
    answer = controller.ask('hello', from_node='me@x', revoked={'two': [12.5, 'two']})
    assert set(answer) == {'revoked', 'clock'} and answer['clock'] > 0
    assert {id: row[1] for id, row in answer['revoked'].items()} == {'one': 'one', 'two': 'two'}
    assert all(isinstance(row[0], float) and abs(row[0] - time.time()) < 60 for row in answer['revoked'].values())


def test_ours_learn_from_each_other(own):
    first, controller = own()
    controller.ask('revoke', task_id=['one', 'two'])
    second, _ = own(env={'TROPHY_WORKER_NAME': 'w2@here'})
    second.wait_log(f'sync with {NODE}: 2 revoked ids')
    first.wait_log('sync with w2@here')
    revoked = controller.ask_all('revoked')
    assert revoked['w2@here'] == revoked[NODE] == ['one', 'two']


# ---- queues that come and go

def names(controller):
    return [queue['name'] for queue in controller.ask('active_queues')]


def test_add_and_cancel_queue(own, rabbitmq, vhost):
    one, controller = own()
    assert controller.ask('add_consumer', queue='extra') == {'ok': 'add consumer extra'}
    assert names(controller) == ['trophies', 'extra']
    assert rabbitmq.queues(vhost)['extra']['consumers'] == 1
    assert controller.ask('cancel_consumer', queue='trophies') == {'ok': 'no longer consuming from trophies'}
    assert names(controller) == ['extra']
    rabbitmq.publish('nope', 'extra', vhost, content_type='application/json')
    one.wait_log('rejected')
    rabbitmq.publish('nope', 'trophies', vhost, content_type='application/json')
    processes.wait_until(lambda: rabbitmq.queues(vhost)['trophies'] == {'ready': 1, 'unacked': 0, 'consumers': 0}, 10, 'kept')
    assert controller.ask('add_consumer', queue='trophies') == {'ok': 'add consumer trophies'}
    one.wait_log('rejected', times=2)
    assert names(controller) == ['trophies', 'extra']


def test_changes_survive_a_reconnection(own, rabbitmq, vhost):
    one, controller = own(queue='trophies,other')
    controller.ask('add_consumer', queue='extra')
    controller.ask('cancel_consumer', queue='other')
    controller.close()
    rabbitmq.ctl('close_all_connections', '--vhost', vhost, 'maintenance')
    one.wait_log('consuming extra', times=2)
    with Controller(rabbitmq.url(vhost)) as again:
        assert names(again) == ['trophies', 'extra']
    counted = rabbitmq.queues(vhost)
    assert [counted[name]['consumers'] for name in ('trophies', 'other', 'extra')] == [1, 0, 1]


def test_queue_that_may_not_be_made(own, rabbitmq, vhost):
    one, controller = own(env={'TROPHY_BROKER_CREATE_QUEUE': 'false'}, ready=False)
    rabbitmq.declare('trophies', vhost)
    one.wait_ready()
    assert controller.ask('add_consumer', queue='extra') == {'error': "extra cannot be consumed, see the worker's log"}
    assert names(controller) == ['trophies']
    assert one.log().count('consuming trophies') == 1, 'the connection was lost'
    rabbitmq.declare('extra', vhost)
    assert controller.ask('add_consumer', queue='extra') == {'ok': 'add consumer extra'}
    assert names(controller) == ['trophies', 'extra']


def test_queue_with_a_binding_of_its_own(own, rabbitmq, vhost):
    one, controller = own()
    controller.ask('add_consumer', queue='extra', exchange='many', exchange_type='topic', routing_key='a.#')
    entry = controller.ask('active_queues')[1]
    assert (entry['exchange']['name'], entry['exchange']['type'], entry['routing_key']) == ('many', 'topic', 'a.#')
    rabbitmq.publish('nope', 'a.b.c', vhost, exchange='many', content_type='application/json')
    one.wait_log('rejected')


def test_no_more_queues_than_that(own):
    _, controller = own()
    for number in range(64):
        assert controller.ask('add_consumer', queue=f'q{number}') == {'ok': f'add consumer q{number}'}
    assert 'error' in controller.ask('add_consumer', queue='q64')
    controller.ask('cancel_consumer', queue='q7')
    assert controller.ask('add_consumer', queue='q7') == {'ok': 'add consumer q7'}
    assert len(names(controller)) == 65


# ---- the end

def test_shutdown(own):
    one, controller = own()
    code, output = controller.cli('control', 'shutdown')
    assert (code, output) == (69, 'Error: No nodes replied within time constraint\n')
    assert one.process.wait(20) == 0


def test_switched_off(own, rabbitmq, vhost):
    one, controller = own(env={'TROPHY_CELERY_REMOTE_CONTROL': 'false'})
    assert controller.ask_all('ping') == {}
    assert 'trophies' in rabbitmq.queues(vhost) and not any(name.startswith('amq.gen') for name in rabbitmq.queues(vhost))
    rabbitmq.publish('nope', 'trophies', vhost, content_type='application/json')
    one.wait_log('rejected')
    assert one.stop() == 0
