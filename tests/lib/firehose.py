# SPDX-License-Identifier: Apache-2.0
"""Everything that is published or delivered in a virtual host, by RabbitMQ's own tracing (its "firehose"), and what
comes into a dead-letter queue.

    trace = Trace(rabbitmq, vhost, dead='dead')
    mark = len(trace.seen)
    ...
    trace.until(lambda: trace.events(mark, 'task-started'), 10, 'it starts')
"""
import collections
import json
import socket
import time

EVENTS, PIDBOX, REPLIES = 'celeryev', 'celery.pidbox', 'reply.celery.pidbox'

# how: 'published', 'delivered' or 'dead'; place: the exchange, or the queue it was delivered from; body: JSON or bytes
Seen = collections.namedtuple('Seen', 'how place key redelivered properties headers body')


def _decoded(body):
    try:
        return json.loads(body)
    except ValueError:
        return body if isinstance(body, bytes) else body.encode()


def _plain(value):
    """RabbitMQ writes the numbers of a trace as it likes; bytes are text where they can be."""
    return value.decode() if isinstance(value, bytes) else value


class Trace:
    def __init__(self, rabbitmq, vhost, dead):
        rabbitmq.ctl('eval', f'rabbit_trace:start(<<"{vhost}">>).')
        self.seen = []
        self.connection = rabbitmq.connect(vhost)
        channel = self.connection.channel()
        queue = channel.queue_declare('', exclusive=True).queue
        for pattern in ('publish.#', 'deliver.#'):
            channel.queue_bind(queue, 'amq.rabbitmq.trace', pattern)
        channel.basic_consume(queue, no_ack=True, callback=self._keep)
        channel.queue_declare(dead, durable=True, auto_delete=False)
        channel.basic_consume(dead, no_ack=True, callback=self._keep_dead)

    def close(self):
        self.connection.close()

    def _keep(self, message):
        how, _, place = message.delivery_info['routing_key'].partition('.')
        traced = message.headers
        properties = {key: _plain(value) for key, value in traced['properties'].items()}
        headers = properties.pop('headers', None)
        self.seen.append(Seen('published' if how == 'publish' else 'delivered', place, traced['routing_keys'][0],
                              bool(traced.get('redelivered')), properties, headers, _decoded(message.body)))

    def _keep_dead(self, message):
        headers = dict(message.headers or {})
        self.seen.append(Seen('dead', '', '', False, dict(message.properties), headers, _decoded(message.body)))

    def drain(self, timeout_s=0.001):
        """Take in what has come, waiting for the first at most so long."""
        try:
            while True:
                self.connection.drain_events(timeout=timeout_s)
                timeout_s = 0.001
        except socket.timeout:
            pass

    def until(self, condition, timeout_s, what):
        end = time.monotonic() + timeout_s
        while True:
            self.drain()
            found = condition()
            if found:
                return found
            if time.monotonic() > end:
                raise TimeoutError(f'{what}: not within {timeout_s} s; seen: {self.seen[-30:]}')
            self.drain(0.1)

    # ---- what has been seen since a mark

    def published(self, mark, exchange, key=None):
        return [one for one in self.seen[mark:] if one.how == 'published' and one.place == exchange
                and key in (None, one.key)]

    def delivered(self, mark, queue):
        return [one for one in self.seen[mark:] if one.how == 'delivered' and one.place == queue]

    def dead(self, mark):
        return [one for one in self.seen[mark:] if one.how == 'dead']

    def events(self, mark, *kinds):
        """The events themselves, in their order, those of one message too."""
        found = []
        for one in self.published(mark, EVENTS):
            found += one.body if isinstance(one.body, list) else [one.body]
        return [event for event in found if not kinds or event['type'] in kinds]

    def results(self, mark):
        """Messages with a result in them."""
        return [one for one in self.published(mark, '') if isinstance(one.body, dict) and 'status' in one.body]
