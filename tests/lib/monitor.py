# SPDX-License-Identifier: Apache-2.0
"""A monitor as celery events and Flower are: Celery's own receiver and State on a broker's events.

    with Monitor(world.broker_url) as monitor:
        monitor.switch(True)                                # task events on, at all workers
        monitor.wait(lambda: monitor.of(task_id, 'task-succeeded'))
        monitor.story(task_id)                              # ['task-received', 'task-started', 'task-succeeded']
"""
import socket
import time

import amqp
import celery
import kombu

ENDS = {'task-succeeded', 'task-failed', 'task-revoked'}


class Monitor:
    def __init__(self, broker_url):
        self.app = celery.Celery('monitor', broker=broker_url, set_as_current=False)
        self.state = self.app.events.State()
        self.events = []  # all that have come, in their order
        self.raw = []     # (routing key, properties, headers, body) of each message
        self.connection = self.app.connection_for_read()
        self.receiver = self.app.events.Receiver(self.connection, handlers={'*': self._take})
        self.consumer = kombu.Consumer(self.connection.default_channel, queues=[self.receiver.queue],
                                       callbacks=[self._keep], no_ack=True, accept=['json'])
        self.consumer.consume()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()
        self.app.close()

    def _keep(self, body, message):
        self.raw.append((message.delivery_info['routing_key'], message.properties, message.headers, body))
        self.receiver._receive(body, message)

    def _take(self, event):
        self.events.append(event)
        self.state.event(dict(event))  # it adds to it

    def listen(self, seconds):
        """Take in what comes for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                self.connection.drain_events(timeout=left)
            except socket.timeout:
                pass

    def wait(self, condition, timeout_s=30):
        """Listen until condition() is true."""
        end = time.monotonic() + timeout_s
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f'not within {timeout_s} s; seen: {[e["type"] for e in self.events][-30:]}')
            self.listen(0.05)

    def reconnect(self):
        """After the broker has ended all connections.  What was sent meanwhile is lost to us."""
        try:
            self.connection.close()
        except (OSError, amqp.AMQPError):
            pass
        events, raw = self.events, self.raw
        self.__init__(self.app.conf.broker_url)
        self.events, self.raw = events, raw

    def switch(self, on, workers=1):
        """Task events on or off, once so many workers have answered; their texts."""
        command = self.app.control.enable_events if on else self.app.control.disable_events
        replies = command(reply=True, timeout=10, limit=workers)
        assert len(replies) == workers
        return [reply['ok'] for one in replies for reply in one.values()]

    def of(self, uuid, type):
        """The events of this type about a task."""
        return [event for event in self.events if event.get('uuid') == uuid and event['type'] == type]

    def story(self, uuid):
        """The types of all events about a task, by the sender's own clock."""
        return [event['type'] for event in sorted((e for e in self.events if e.get('uuid') == uuid),
                                                  key=lambda event: event['clock'])]

    def wait_end(self, *uuids, times=1, timeout_s=30):
        """Until each task has ended so many times."""
        self.wait(lambda: all(sum(len(self.of(uuid, end)) for end in ENDS) >= times for uuid in uuids), timeout_s)

    def of_worker(self, hostname, type=None):
        """The worker-* events of one worker, or those of one type."""
        return [event for event in self.events if event['hostname'] == hostname and event['type'].startswith('worker-')
                and type in (None, event['type'])]
