# SPDX-License-Identifier: Apache-2.0
"""Hand-made messages: whatever a stranger may publish, and what comes back.

    with Wire(rabbitmq, vhost) as wire:
        token = wire.send('trophies', 'evaluate_user', [7])
        wire.result(token)['status']                           # 'SUCCESS'
        wire.put('trophies', b'no JSON', {'task': 'evaluate_user', 'id': 'x'})
"""
import datetime
import json
import socket
import struct
import time
import uuid

import amqp

EMBED = {'callbacks': None, 'errbacks': None, 'chain': None, 'chord': None}


def at(seconds, zone=datetime.timezone.utc):
    """The text of a moment so far from now, as Celery writes it."""
    return (datetime.datetime.now(zone) + datetime.timedelta(seconds=seconds)).isoformat()


class Wire:
    """One connection: publishes (confirmed, unless told not to: twenty times as fast), collects the results sent to its reply queue, watches other queues."""

    def __init__(self, rabbitmq, vhost, confirm=True):
        self.connection = rabbitmq.connect(vhost)
        self.channel = self.connection.channel()
        if not confirm:
            self.channel.basic_publish = self.channel._basic_publish
        self.replies = self.channel.queue_declare('', exclusive=True).queue
        self.results = {}   # correlation id: results, oldest first
        self.messages = {}  # (queue, message id): messages that a watched queue got, oldest first
        self.channel.basic_consume(self.replies, no_ack=True, callback=self._keep_result)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.connection.close()

    def _keep_result(self, message):
        result = json.loads(message.body)
        result['properties'] = {**message.properties, 'taken_in_at': time.time()}
        self.results.setdefault(message.correlation_id, []).append(result)

    def watch(self, queue, **options):
        """Make the queue and take in all that ever comes to it."""
        def keep(message):
            self.messages.setdefault((queue, message.properties.get('message_id')), []).append(message)
        self.channel.queue_declare(queue, durable=True, auto_delete=False, **options)
        self.channel.basic_consume(queue, no_ack=True, callback=keep)

    def put(self, queue, body, headers=None, **properties):
        """Publish any body; a property set to None is left out.  Returns the message id."""
        token = properties.setdefault('message_id', str(uuid.uuid4()))
        properties = {'content_type': 'application/json', 'content_encoding': 'utf-8', 'delivery_mode': 2,
                      'priority': 0, 'reply_to': self.replies, 'correlation_id': token, **properties}
        if headers is not None:
            properties['application_headers'] = headers
        message = amqp.Message(body, **{k: v for k, v in properties.items() if v is not None})
        self.channel.basic_publish(message, exchange='', routing_key=queue)
        return token

    def put_encoded(self, queue, body, table, correlation_id):
        """Publish with a header table that is in AMQP's own bytes already."""
        def short(text):
            return struct.pack('>B', len(text)) + text.encode()
        # flags: content type, headers, correlation id, reply to
        encoded = struct.pack('>H', 1 << 15 | 1 << 13 | 1 << 10 | 1 << 9) + short('application/json') + \
            struct.pack('>I', len(table)) + table + short(correlation_id) + short(self.replies)
        message = amqp.Message(body)
        message._serialize_properties = lambda: encoded
        self.channel.basic_publish(message, exchange='', routing_key=queue)

    def send(self, queue, task, args=(), kwargs=None, headers=None, **properties):
        """Publish a task as protocol 2 has it; headers are added to its own.  Returns the id of task and message."""
        token = properties.setdefault('message_id', str(uuid.uuid4()))
        return self.put(queue, json.dumps([list(args), kwargs or {}, EMBED]),
                        {'lang': 'py', 'task': task, 'id': token, 'retries': 0, 'timelimit': [None, None],
                         'root_id': token, 'argsrepr': repr(tuple(args)), **(headers or {})}, **properties)

    def _await(self, found, timeout_s, what):
        end = time.monotonic() + timeout_s
        while not found():
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError(f'{what}: not within {timeout_s} s')
            try:
                self.connection.drain_events(timeout=left)
            except socket.timeout:
                pass

    def _finals(self, token):
        return sum(result['status'] not in ('STARTED', 'RETRY') for result in self.results.get(token, ()))

    def result(self, token, timeout_s=30, times=1):
        """The newest result with this correlation id, once there have been so many that are final."""
        self._await(lambda: self._finals(token) >= times, timeout_s, f'result {token}')
        return self.results[token][-1]

    def has_result(self, token):
        """Has one come so far that is final?  (Never waits.)"""
        try:
            while True:
                self.connection.drain_events(timeout=0.001)
        except socket.timeout:
            return self._finals(token) > 0

    def seen(self, queue, token, timeout_s=30):
        """The message with this id in a watched queue, once it is there."""
        self._await(lambda: (queue, token) in self.messages, timeout_s, f'{token} in {queue}')
        return self.messages[queue, token][0]

    def was_seen(self, queue, token):
        """Is it there by now?  (Never waits.)"""
        self.has_result(token)
        return (queue, token) in self.messages
