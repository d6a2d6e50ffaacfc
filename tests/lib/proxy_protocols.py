# SPDX-License-Identifier: Apache-2.0
"""What passes a proxy (proxy.py), cut into the messages of PostgreSQL's protocol 3 and of AMQP 0-9-1.

A splitter gets the bytes of one link as they come and gives them back as events, whole messages in their order, and
remembers what it takes to name them: the statement an answer belongs to, who the client said it was.  What it does not
understand (TLS, a corrupted stream) passes as it came, without a name, and so does everything behind it.

Every attribute can be asked of every event, so that `lambda e: e.routing_key == 'x'` does for both protocols.
"""
import collections
import struct

import amqp
from amqp import basic_message, serialization

SYNC = object()            # in the row of what is awaited: here ReadyForQuery will be
CONTENT_MAX = 1 << 20      # a larger message of AMQP passes frame by frame
MESSAGE_MAX = 1 << 30      # a longer message of PostgreSQL is none


class Event:
    """One message on its way.  up: from the client to the server."""
    statement = tag = sqlstate = query = None                                             # PostgreSQL
    exchange = routing_key = queue = consumer_tag = delivery_tag = multiple = requeue = redelivered = None   # AMQP
    correlation_id = reply_to = message_id = body = None
    headers = {}
    is_commit = False

    def __init__(self, link, up, name, raw):
        self.link, self.up, self.name, self.raw = link, up, name, raw

    def __repr__(self):
        more = {key: value for key, value in vars(self).items() if key not in ('link', 'up', 'name', 'raw', 'body')}
        return f'<{"up" if self.up else "down"} {self.name} {more}>'


class Raw:
    """Bytes are bytes."""

    def __init__(self, link):
        self.link = link

    def split(self, up, data):
        return [Event(self.link, up, None, data)]


class Splitter:
    def __init__(self, link):
        self.link = link
        self.rest = {True: b'', False: b''}
        self.lost = {True: False, False: False}  # what follows is not understood

    def split(self, up, data):
        """The events that are complete with these bytes."""
        if self.lost[up]:
            return [Event(self.link, up, None, data)]
        data, events, at = self.rest[up] + data, [], 0
        while at < len(data):
            length = self.measure(up, data, at)
            if length is None:
                break
            if length < 0:
                self.lost[up] = True
                events.append(Event(self.link, up, None, data[at:]))
                at = len(data)
                break
            if at + length > len(data):
                break
            raw = data[at:at + length]
            at += length
            try:
                events += self.understand(up, raw)
            except (LookupError, ValueError, TypeError, struct.error, amqp.AMQPError):
                self.lost[up] = True
                events.append(Event(self.link, up, None, raw + data[at:]))
                at = len(data)
        self.rest[up] = data[at:]
        return events


class Postgres(Splitter):
    """Names: startup, ssl, cancel, parse, bind, execute, sync, query, … up; command_complete, ready, error, … down.

    statement: of parse, bind and execute, and of command_complete and error, whose it is.  query: the text of a simple
    query.  tag: of command_complete.  sqlstate: of error.  is_commit: up, what makes the server commit; down, that it
    has.  The link gets user, database and name (application_name)."""
    UP = {b'P': 'parse', b'B': 'bind', b'E': 'execute', b'S': 'sync', b'Q': 'query', b'D': 'describe', b'C': 'close',
          b'X': 'terminate', b'H': 'flush', b'p': 'password', b'd': 'copy_data', b'c': 'copy_done', b'f': 'copy_fail'}
    DOWN = {b'1': 'parse_complete', b'2': 'bind_complete', b'3': 'close_complete', b'C': 'command_complete',
            b'D': 'data_row', b'E': 'error', b'I': 'empty', b'K': 'backend_key', b'N': 'notice', b'R': 'authentication',
            b'S': 'parameter', b'T': 'row_description', b'Z': 'ready', b'n': 'no_data', b's': 'suspended',
            b't': 'parameter_description', b'A': 'notification', b'G': 'copy_in', b'H': 'copy_out', b'c': 'copy_done',
            b'd': 'copy_data', b'v': 'negotiate'}
    WITHOUT_TYPE = {80877103: 'ssl', 80877104: 'gss', 80877102: 'cancel'}

    def __init__(self, link):
        super().__init__(link)
        self.begun = False          # the startup message has passed
        self.answer_is_byte = False  # to a request for TLS
        self.bound = None
        self.awaited = collections.deque()

    def measure(self, up, data, at):
        if not up and self.answer_is_byte:
            return 1
        head = 0 if up and not self.begun else 1
        if len(data) - at < head + 4:
            return None
        length, = struct.unpack_from('>I', data, at + head)
        known = not head or data[at:at + 1] in (self.UP if up else self.DOWN)
        return head + length if known and 4 <= length <= MESSAGE_MAX else -1

    def understand(self, up, raw):
        if not up and self.answer_is_byte:
            self.answer_is_byte = False
            return [Event(self.link, up, 'ssl_answer', raw)]
        if up and not self.begun:
            return [self.begin(raw)]
        event = Event(self.link, up, (self.UP if up else self.DOWN)[raw[:1]], raw)
        getattr(self, ('up_' if up else 'down_') + event.name, lambda _: None)(event)
        return [event]

    def begin(self, raw):
        code, = struct.unpack_from('>I', raw, 4)
        event = Event(self.link, True, self.WITHOUT_TYPE.get(code, 'startup'), raw)
        if event.name in ('ssl', 'gss'):
            self.answer_is_byte = True
        elif event.name == 'startup':
            self.begun = True
            words = raw[8:].decode(errors='replace').split('\0')
            given = dict(zip(words[0::2], words[1::2]))
            self.link.user, self.link.database = given.get('user'), given.get('database')
            self.link.name = given.get('application_name', '')
        return event

    @staticmethod
    def texts(raw, at, count):
        return [text.decode(errors='replace') for text in raw[at:].split(b'\0', count)[:count]]

    def up_parse(self, event):
        event.statement, event.query = self.texts(event.raw, 5, 2)

    def up_bind(self, event):
        _, event.statement = self.texts(event.raw, 5, 2)
        self.bound = event.statement

    def up_execute(self, event):
        event.statement = self.bound
        event.is_commit = event.statement == 'commit'
        self.awaited.append(event.statement)

    def up_sync(self, event):
        self.awaited.append(SYNC)

    def up_query(self, event):
        event.query, = self.texts(event.raw, 5, 1)
        event.is_commit = event.query.strip(' ;\n').lower() == 'commit'
        self.awaited += (None, SYNC)

    def next_awaited(self):
        return self.awaited.popleft() if self.awaited and self.awaited[0] is not SYNC else None

    def down_command_complete(self, event):
        event.tag, = self.texts(event.raw, 5, 1)
        event.statement = self.next_awaited()
        event.is_commit = event.tag == 'COMMIT'

    down_suspended = down_empty = lambda self, event: setattr(event, 'statement', self.next_awaited())

    def down_error(self, event):
        fields = {field[:1]: field[1:].decode(errors='replace') for field in event.raw[5:].split(b'\0') if field}
        event.sqlstate = fields.get(b'C')
        event.statement = self.next_awaited()

    def down_ready(self, event):
        while self.awaited and self.awaited.popleft() is not SYNC:
            pass


class Amqp(Splitter):
    """Names as in the specification: basic.deliver, basic.ack, connection.start-ok, …; protocol, heartbeat, and content
    for frames of a message that is too large to be looked at whole.

    A method with content is one event with all its frames: exchange, routing_key, correlation_id, reply_to, message_id,
    headers, body.  The link gets name (connection_name of the client's properties), consumes (basic.consume was sent)
    and confirms (confirm.select was), and unsettled."""
    METHODS = {
        (10, 10): 'connection.start', (10, 11): 'connection.start-ok', (10, 30): 'connection.tune',
        (10, 31): 'connection.tune-ok', (10, 40): 'connection.open', (10, 41): 'connection.open-ok',
        (10, 50): 'connection.close', (10, 51): 'connection.close-ok', (10, 60): 'connection.blocked',
        (10, 61): 'connection.unblocked', (20, 10): 'channel.open', (20, 11): 'channel.open-ok',
        (20, 40): 'channel.close', (20, 41): 'channel.close-ok', (40, 10): 'exchange.declare',
        (40, 11): 'exchange.declare-ok', (50, 10): 'queue.declare', (50, 11): 'queue.declare-ok',
        (50, 20): 'queue.bind', (50, 21): 'queue.bind-ok', (60, 10): 'basic.qos', (60, 11): 'basic.qos-ok',
        (60, 20): 'basic.consume', (60, 21): 'basic.consume-ok', (60, 30): 'basic.cancel', (60, 31): 'basic.cancel-ok',
        (60, 40): 'basic.publish', (60, 50): 'basic.return', (60, 60): 'basic.deliver', (60, 70): 'basic.get',
        (60, 71): 'basic.get-ok', (60, 72): 'basic.get-empty', (60, 80): 'basic.ack', (60, 90): 'basic.reject',
        (60, 110): 'basic.recover', (60, 120): 'basic.nack', (85, 10): 'confirm.select', (85, 11): 'confirm.select-ok',
    }
    FIELDS = {  # the format of py-amqp's serialization, and what the fields are called here; _: nothing
        'queue.declare': ('Bs', '_ queue'),
        'basic.consume': ('Bss', '_ queue consumer_tag'),
        'basic.publish': ('Bss', '_ exchange routing_key'),
        'basic.return': ('Bsss', '_ _ exchange routing_key'),
        'basic.deliver': ('sLbss', 'consumer_tag delivery_tag redelivered exchange routing_key'),
        'basic.get-ok': ('Lbss', 'delivery_tag redelivered exchange routing_key'),
        'basic.ack': ('Lb', 'delivery_tag multiple'),
        'basic.reject': ('Lb', 'delivery_tag requeue'),
        'basic.nack': ('Lbb', 'delivery_tag multiple requeue'),
    }
    WITH_CONTENT = ('basic.publish', 'basic.return', 'basic.deliver', 'basic.get-ok')
    END = 0xCE

    def __init__(self, link):
        super().__init__(link)
        self.begun = {True: False, False: False}
        self.open = {True: {}, False: {}}  # channel: [event, bytes of body that are still to come or None]

    def measure(self, up, data, at):
        if not self.begun[up] and data[at:at + 1] == b'A':
            return 8
        if len(data) - at < 7:
            return None
        kind, _, size = struct.unpack_from('>BHI', data, at)
        if kind not in (1, 2, 3, 8):
            return -1
        if at + size + 8 <= len(data) and data[at + size + 7] != self.END:
            return -1
        return size + 8

    def understand(self, up, raw):
        if not self.begun[up]:
            self.begun[up] = True
            if raw[:1] == b'A':
                return [Event(self.link, up, 'protocol', raw)]
        kind, channel, _ = struct.unpack_from('>BHI', raw)
        if kind == 8:
            return [Event(self.link, up, 'heartbeat', raw)]
        if kind == 1:
            return self.take_method(up, channel, raw)
        return self.take_content(up, channel, kind, raw)

    def take_method(self, up, channel, raw):
        name = self.METHODS.get(struct.unpack_from('>HH', raw, 7), 'other')
        event = Event(self.link, up, name, raw)
        if name in self.FIELDS:
            form, keys = self.FIELDS[name]
            values, _ = serialization.loads(form, raw, 11)
            for key, value in zip(keys.split(), values):
                if key != '_':
                    setattr(event, key, value)
        if name == 'connection.start-ok':
            (properties,), _ = serialization.loads('F', raw, 11)
            self.link.name = properties.get('connection_name', '')
        self.link.consumes |= name == 'basic.consume'
        self.link.confirms |= name == 'confirm.select'
        if name == 'basic.deliver':
            self.link.unsettled[event.delivery_tag] = event.routing_key
        elif up and name in ('basic.ack', 'basic.reject', 'basic.nack'):
            self.settle(event)
        if name in self.WITH_CONTENT:
            self.open[up][channel] = [event, None]
            return []
        return [event]

    def settle(self, event):
        unsettled, last = self.link.unsettled, event.delivery_tag
        for tag in [tag for tag in unsettled if tag <= last] if event.multiple else [last]:
            unsettled.pop(tag, None)

    def take_content(self, up, channel, kind, raw):
        if channel not in self.open[up]:
            return [Event(self.link, up, 'content', raw)]
        event, left = self.open[up][channel]
        event.raw += raw
        if kind == 2:
            left, = struct.unpack_from('>Q', raw, 11)
            message = basic_message.Message()
            message._load_properties(60, raw, 19)
            properties = message.properties
            event.headers = properties.get('application_headers') or {}
            for key in ('correlation_id', 'reply_to', 'message_id'):
                setattr(event, key, properties.get(key))
            event.body = b'' if left <= CONTENT_MAX else None
        else:
            left -= len(raw) - 8
            event.body += raw[7:-1]
        self.open[up][channel][1] = left
        if left > 0 and event.body is not None:
            return []
        del self.open[up][channel]
        return [event]
