# SPDX-License-Identifier: Apache-2.0
"""Celery's native delayed delivery where only our worker consumes: what a producer of Celery 5.5 or later publishes to is
there, and leads to the queue.

tests/data/celery/native-delay-5.6.3.json is what a Celery 5.6.3 worker declared and bound for a quorum queue "trophies" on
a topic exchange of that name.
"""
import json
import pathlib
import time

import processes
import pytest
import wire

RECORDED = json.loads((pathlib.Path(__file__).resolve().parents[1] / 'data/celery/native-delay-5.6.3.json').read_text())
LEVELS = 28
QUORUM = {'x-queue-type': 'quorum'}
FIRST, DELIVERY = 'celery_delayed_27', 'celery_delayed_delivery'


@pytest.fixture
def delay(rabbitmq, vhost):
    return Delay(rabbitmq, vhost)


class Delay:
    """One virtual host for each test: the names of the levels are fixed."""

    def __init__(self, rabbitmq, vhost):
        self.rabbitmq, self.vhost = rabbitmq, vhost

    def make(self, exchange='tasks', kind='topic', key='trophies.#', queue='trophies', arguments=QUORUM):
        """What the producer's own declaration makes."""
        with self.rabbitmq.connect(self.vhost) as connection:
            channel = connection.channel()
            channel.exchange_declare(exchange, kind, durable=True, auto_delete=False)
            channel.queue_declare(queue, durable=True, auto_delete=False, arguments=arguments)
            channel.queue_bind(queue, exchange, key)

    def exchanges(self):
        rows = self.rabbitmq.ctl('list_exchanges', '-p', self.vhost, 'name').split()
        return {row for row in rows if row.startswith('celery_delayed')}

    def bindings(self):
        rows = self.rabbitmq.ctl('list_bindings', '-p', self.vhost, 'source_name', 'destination_name', 'routing_key')
        return {tuple(row.split('\t')) for row in rows.splitlines()}

    def wait_bound(self, queue='trophies'):
        processes.wait_until(lambda: any(DELIVERY in row[0] and 'celery_delayed' not in row[1] for row in self.bindings()),
                             60, 'bound to native delayed delivery')

    def send(self, user, key, seconds):
        """As kombu.transport.native_delayed_delivery makes the key; the id of the message."""
        with wire.Wire(self.rabbitmq, self.vhost) as one:
            token = str(time.monotonic_ns())
            digits = '.'.join(f'{seconds:0{LEVELS}b}')
            headers = {'task': 'evaluate_user', 'id': token, 'eta': wire.at(seconds)}
            self.rabbitmq.publish(json.dumps([[user], {}, wire.EMBED]), f'{digits}.{key}', self.vhost, headers=headers,
                                  exchange=FIRST, content_type='application/json', content_encoding='utf-8',
                                  delivery_mode=2, correlation_id=token, reply_to=one.replies)
            return one.result(token, timeout_s=60)['status']


def test_everything_is_made_as_celery_makes_it(delay, worker):
    """A worker of Celery's own that comes later declares what it declares, and nothing is refused or new."""
    delay.make('trophies', key='trophies')
    worker(env={'TROPHY_BROKER_EXCHANGE_TYPE': 'topic'})
    delay.wait_bound()
    assert len(delay.exchanges()) == LEVELS + 1
    before = delay.exchanges(), delay.bindings()
    with delay.rabbitmq.connect(delay.vhost) as connection:
        channel = connection.channel()
        for method, arguments in RECORDED:
            arguments = {name.replace('-', '_'): value for name, value in arguments.items()}
            getattr(channel, method.replace('.', '_'))(**arguments)
    assert (delay.exchanges(), delay.bindings()) == before


def test_celery_was_there_first(delay, worker):
    delay.make('trophies', key='trophies')
    with delay.rabbitmq.connect(delay.vhost) as connection:
        channel = connection.channel()
        for method, arguments in RECORDED[:-2]:
            getattr(channel, method.replace('.', '_'))(**{k.replace('-', '_'): v for k, v in arguments.items()})
    one = worker(env={'TROPHY_BROKER_EXCHANGE_TYPE': 'topic'})
    delay.wait_bound()
    assert 'native delayed delivery' not in one.log()


@pytest.mark.parametrize('env, key', [
    ({}, 'trophies'), ({}, 'trophies.#'), ({}, 'trophies.evaluate'),
    ({'TROPHY_BROKER_EXCHANGE': 'tasks', 'TROPHY_BROKER_EXCHANGE_TYPE': 'topic',
      'TROPHY_BROKER_ROUTING_KEY': 'trophies.#'}, 'trophies.evaluate'),
], ids=['name', 'pattern', 'begins with the name', 'configured'])
def test_delayed(delay, worker, env, key):
    """Once, however many ways there are to the queue, and not before its time."""
    delay.make()
    worker(env=env)
    delay.wait_bound()
    begin = time.monotonic()
    assert delay.send(2147483647, key, 2) == 'SUCCESS'  # a user that does not exist: nothing but the way is of interest
    assert time.monotonic() - begin >= 1.9


def test_keys_of_other_queues_are_not_ours(delay, worker):
    delay.make()
    delay.make(key='#.images', queue='images', arguments={})
    worker()
    delay.wait_bound()
    with delay.rabbitmq.connect(delay.vhost) as connection:
        connection.channel().exchange_bind('tasks', DELIVERY, '#.images')
    with wire.Wire(delay.rabbitmq, delay.vhost) as one:
        delay.rabbitmq.publish(b'{}', '.'.join('0' * LEVELS) + '.images', delay.vhost, exchange=FIRST, headers={
            'task': 'theirs', 'id': 'x'}, content_type='application/json', correlation_id='x', reply_to=one.replies)
        processes.wait_until(lambda: delay.rabbitmq.ready('images', delay.vhost) == 1, 30, 'with those it is for')
        time.sleep(1)
        assert not one.has_result('x')


def test_fanout(delay, worker):
    delay.make('all', 'fanout', '')
    worker(env={'TROPHY_BROKER_EXCHANGE': 'all', 'TROPHY_BROKER_EXCHANGE_TYPE': 'fanout'})
    delay.wait_bound()
    assert delay.send(2147483647, 'trophies', 1) == 'SUCCESS'


@pytest.mark.parametrize('arguments, env', [
    ({}, {}), ({'x-max-priority': 5}, {}), (QUORUM, {'TROPHY_BROKER_CREATE_QUEUE': 'false'}),
], ids=['classic', 'with arguments', 'nothing is to be made'])
def test_not_made(delay, worker, arguments, env):
    """As in Celery only for quorum queues; and not where nothing is to be made."""
    delay.make(arguments=arguments)
    one = worker(env=env)
    with wire.Wire(delay.rabbitmq, delay.vhost) as sender:
        token = sender.send('trophies', 'evaluate_user', [2147483647])
        assert sender.result(token, timeout_s=60)['status'] == 'SUCCESS'
    time.sleep(1)
    assert delay.exchanges() == set()
    assert 'native delayed delivery' not in one.log() and one.log().count('connected to') == 2


def test_without_the_right_to(delay, worker, rabbitmq):
    """Said once, also after the connection was lost, and consumed all the same."""
    delay.make()
    rabbitmq.ctl('add_user', 'bound', 'secret')
    rabbitmq.ctl('set_permissions', '-p', delay.vhost, 'bound', '^amq\\.gen.*', '.*', '.*')
    try:
        one = worker(broker_url=rabbitmq.url(delay.vhost).replace('guest:guest', 'bound:secret'))
        one.wait_log('native delayed delivery: not made ready: 403')
        rabbitmq.ctl('close_all_user_connections', 'bound', 'cut')
        one.wait_log('consuming', times=2)
        with wire.Wire(rabbitmq, delay.vhost) as sender:
            token = sender.send('trophies', 'evaluate_user', [2147483647])
            assert sender.result(token, timeout_s=60)['status'] == 'SUCCESS'
        time.sleep(1)
        assert one.log().count('native delayed delivery') == 1
        assert delay.exchanges() == set()
    finally:
        rabbitmq.ctl('delete_user', 'bound')


def test_levels_of_another_type(delay, worker):
    """Celery's setting may have made them classic: they are left as they are, and the queue is bound to them."""
    delay.make()
    with delay.rabbitmq.connect(delay.vhost) as connection:
        channel = connection.channel()
        for method, arguments in RECORDED[:-2]:
            arguments = {k.replace('-', '_'): v for k, v in arguments.items()}
            if method == 'queue.declare':
                arguments['arguments'] = {**arguments['arguments'], 'x-queue-type': 'classic'}
                del arguments['arguments']['x-dead-letter-strategy']
            getattr(channel, method.replace('.', '_'))(**arguments)
    worker()
    delay.wait_bound()
    assert delay.send(2147483647, 'trophies.x', 1) == 'SUCCESS'


def test_looked_at_once(delay, worker, rabbitmq):
    """The refusal that shows a queue's type is noise in the broker's log: once, however often we connect."""
    def refusals():
        return sum(path.read_text(errors='replace').count(f"queue 'trophies' in vhost '{delay.vhost}'")
                   for path in (rabbitmq.folder / 'log').glob('*.log'))
    delay.make()
    one = worker()
    delay.wait_bound()
    processes.wait_until(lambda: refusals() > 0, 30, 'the refusal in the log')
    before = refusals()
    for times in 2, 3:
        rabbitmq.ctl('close_all_connections', '-p', delay.vhost, 'cut')
        one.wait_log('consuming', times=times)
    assert delay.send(2147483647, 'trophies', 1) == 'SUCCESS'
    assert refusals() == before
