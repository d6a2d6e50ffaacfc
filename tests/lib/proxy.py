# SPDX-License-Identifier: Apache-2.0
"""A TCP proxy before a server, driven from the Python process that owns it.

    with Proxy(rabbitmq.port, 'amqp') as broker, Proxy(postgres.port, 'postgres') as database:
        worker = servers.Worker(broker.through(world.broker_url), database.through(postgres.worker_url(world.name)))
        broker.stall(up=True)                       # no byte passes to the server; new links are taken, and stalled, too
        broker.restore()                            # ends delay, stall, throttle, corruption, refusal
        broker.cut('rst')                           # all links; 'fin', 'half' (the client sees an end), 'half_up'
        database.on(lambda e: e.is_commit and e.up, lambda e: worker.kill() and CUT)   # the COMMIT never gets there
        database.on(lambda e: e.is_commit and e.up, after=lambda e: worker.kill())     # it does, its answer does not
        with broker.hold(lambda e: e.name == 'basic.ack') as ack:
            ack.wait()                              # until there was one; it, and what follows it on its way, waits
            ack.release()                           # or broker.hold(...).release(DROP); leaving the block releases, too

An action is called in the thread that moves the bytes of that link in that direction, once everything before the message
has passed; it may block, which holds up that direction of that link alone.  What it returns decides: None or PASS; DROP;
CUT (reset the link without passing it on); bytes to send instead.  Events: proxy_protocols.py.
"""
import contextlib
import random
import re
import socket
import struct
import threading
import time

import proxy_protocols
from processes import free_port

PASS, DROP, CUT = 'pass', 'drop', 'cut'
CHUNK = 1 << 16
TICK_S = 0.2  # how long a thread may sleep before it looks whether its link is still wanted
PROTOCOLS = {'amqp': proxy_protocols.Amqp, 'postgres': proxy_protocols.Postgres, None: proxy_protocols.Raw}
RESET = struct.pack('ii', 1, 0)


class Link:
    """One connection of a client, and the one made to the server for it."""
    name = user = database = None
    consumes = confirms = False

    def __init__(self, proxy, client):
        self.proxy, self.client = proxy, client
        self.server = None
        self.gone = None            # 'rst' or 'fin', once it is to end
        self.unsettled = {}         # of AMQP: {delivery tag: routing key} of what was delivered and not acknowledged yet
        self.ended = {True: False, False: False}  # an end was sent: what comes now is swallowed
        self.bytes = {True: 0, False: 0}
        self.splitter = PROTOCOLS[proxy.protocol](self)

    def sockets(self):
        return [one for one in (self.client, self.server) if one is not None]

    def cut(self, kind='rst'):
        """'rst', 'fin': end it both ways; 'half': the client sees an end, and can still write; 'half_up': the server."""
        if kind in ('half', 'half_up'):
            up = kind == 'half_up'
            self.ended[up] = True
            with contextlib.suppress(OSError, AttributeError):
                (self.server if up else self.client).shutdown(socket.SHUT_WR)
            return
        self.gone = self.gone or kind
        for one in self.sockets():  # wakes up who reads it; a close() now would leave them asleep
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RD if kind == 'rst' else socket.SHUT_RDWR)

    def serve(self):
        try:
            self.client.settimeout(TICK_S)
            self.server = socket.create_connection(('127.0.0.1', self.proxy.target), 5)
            for one in self.sockets():
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                one.settimeout(TICK_S)
            down = threading.Thread(target=self.pump, args=(False,), daemon=True)
            down.start()
            self.pump(True)
            down.join()
        except OSError:
            self.gone = self.gone or 'rst'
        self.close()

    def close(self):
        for one in self.sockets():
            with contextlib.suppress(OSError):
                if self.gone == 'rst':
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            one.close()

    def pump(self, up):
        source, target = (self.client, self.server) if up else (self.server, self.client)
        try:
            while not self.gone:
                self.wait_flow(up)
                try:
                    data = source.recv(CHUNK)
                except TimeoutError:
                    continue
                if not data:
                    break
                self.wait_flow(up)
                if self.proxy.delay_s:
                    time.sleep(self.proxy.delay_s)
                self.pass_on(up, target, data)
            if not self.gone:
                target.shutdown(socket.SHUT_WR)
        except OSError:
            self.cut('rst')

    def wait_flow(self, up):
        while self.proxy.stalled[up] and not self.gone:
            time.sleep(TICK_S / 20)

    def pass_on(self, up, target, data):
        out = []
        for event in self.splitter.split(up, data):
            watch = self.proxy.find_watch(event)
            if watch is None:
                out.append(event.raw)
                continue
            self.send(up, target, b''.join(out))
            out = []
            wish = watch.meet(event)
            if wish == CUT:
                self.cut('rst')
                return
            if wish != DROP:
                self.send(up, target, wish if isinstance(wish, bytes) else event.raw)
            watch.passed(event)
        self.send(up, target, b''.join(out))

    def send(self, up, target, data):
        if data and self.proxy.corruption:
            data = self.proxy.corrupted(data)
        at = 0
        while at < len(data) and not self.gone and not self.ended[up]:
            self.wait_flow(up)
            rate = self.proxy.rate
            piece = data[at:at + (512 if rate else CHUNK)]
            try:
                sent = target.send(piece)
            except TimeoutError:
                continue
            at += sent
            self.bytes[up] += sent
            if rate:
                time.sleep(sent / rate)


class Watch:
    """Waits for a message.  events: those that matched, in their order."""

    def __init__(self, proxy, match, action, after, times):
        self.proxy, self.match, self.action, self.after, self.left = proxy, match, action, after, times
        self.events = []
        self.error = None
        self._met = threading.Condition()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()

    def meet(self, event):
        with self._met:
            self.events.append(event)
            self._met.notify_all()
        return self._call(self.action, event)

    def passed(self, event):
        self._call(self.after, event)

    def _call(self, action, event):
        try:
            return action(event) if action is not None else None
        except Exception as error:  # shown where the test looks: the thread of the link is not its own
            self.error = error
            return None

    def wait(self, timeout_s=30, times=1):
        """Until so many messages have matched; the last of them."""
        with self._met:
            if not self._met.wait_for(lambda: len(self.events) >= times, timeout_s):
                raise TimeoutError(f'{len(self.events)} of {times} messages within {timeout_s} s')
            if self.error:
                raise self.error
            return self.events[times - 1]

    def remove(self):
        self.proxy.forget(self)
        if self.error:
            raise self.error


class Hold(Watch):
    """Keeps what it matches, and what comes behind it on the same way, until release()."""

    def __init__(self, proxy, match, times):
        self._released = threading.Event()
        self._wish = PASS
        super().__init__(proxy, match, self._keep, None, times)

    def _keep(self, event):
        while not self._released.wait(TICK_S / 4):
            if event.link.gone:
                return CUT
        return self._wish

    def release(self, wish=PASS):
        """wish: PASS, DROP or CUT, for all that is held now."""
        self._wish = wish
        self.proxy.forget(self)
        self._released.set()

    def remove(self):
        self.release(self._wish)
        super().remove()


class Proxy:
    """protocol: 'amqp', 'postgres', or None for one whose messages are not looked at."""

    def __init__(self, target, protocol=None, seed=1):
        self.target, self.protocol = target, protocol
        self.port = free_port()
        self.random = random.Random(seed)
        self.accepted = 0
        self.links = []
        self.watches = []
        self._lock = threading.Lock()
        self._listener = None
        self._clear()
        self._listen()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def through(self, url):
        """The URL with this proxy in place of the server."""
        return re.sub(rf'127\.0\.0\.1:{self.target}\b', f'127.0.0.1:{self.port}', url)

    def close(self):
        for watch in list(self.watches):
            if isinstance(watch, Hold):
                watch.release(CUT)
        self.watches = []
        self.refuse()

    # ---- faults

    def _clear(self):
        self.stalled = {True: False, False: False}
        self.delay_s = 0.0       # before each piece, either way
        self.rate = 0            # bytes a second, either way; 0: unlimited
        self.corruption = 0.0    # share of pieces in which one byte is changed

    def restore(self):
        """End what was set, but the watches; links that were cut stay so."""
        self._clear()
        if self._listener is None:
            self._listen()

    def is_disturbed(self):
        """Is anything in force that restore() would end?"""
        return any(self.stalled.values()) or self.delay_s > 0 or self.rate > 0 or self.corruption > 0 or \
            self._listener is None

    def stall(self, up=True, down=True):
        self.stalled = {True: up, False: down}

    def refuse(self, cut='rst'):
        """Connections are refused, those that are open are cut."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        if cut:
            self.cut(cut)

    def cut(self, kind='rst', match=lambda link: True):
        """Cut the open links that match; how many there were."""
        with self._lock:
            chosen = [link for link in self.links if match(link)]
        for link in chosen:
            link.cut(kind)
        return len(chosen)

    def corrupted(self, data):
        if self.random.random() >= self.corruption:
            return data
        changed = bytearray(data)
        changed[self.random.randrange(len(changed))] ^= 0x55
        return bytes(changed)

    # ---- watching

    def on(self, match, action=None, after=None, times=1):
        """Call the action before, and after behind, the next messages that match: so many, None for all."""
        return self._watch(Watch(self, match, action, after, times))

    def hold(self, match, times=1):
        """A Hold of the next message that matches."""
        return self._watch(Hold(self, match, times))

    def _watch(self, watch):
        with self._lock:
            self.watches.append(watch)
        return watch

    def forget(self, watch):
        with self._lock:
            if watch in self.watches:
                self.watches.remove(watch)

    def find_watch(self, event):
        """The oldest watch that this message is for, which has one less to go then."""
        if not self.watches or event.name is None:
            return None
        with self._lock:
            for watch in self.watches:
                if watch.match(event):
                    if watch.left is not None:
                        watch.left -= 1
                        if watch.left == 0:
                            self.watches.remove(watch)
                    return watch
        return None

    # ---- links

    def _listen(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(('127.0.0.1', self.port))
        listener.listen(128)
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        link = Link(self, client)
        with self._lock:
            self.accepted += 1
            self.links.append(link)
        try:
            link.serve()
        finally:
            with self._lock:
                self.links.remove(link)
