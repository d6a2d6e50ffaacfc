# SPDX-License-Identifier: Apache-2.0
"""HTTP as bytes, for what no client library would send.

    with Wire(port) as wire:
        wire.send(b'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')
        wire.answer().status
"""
import collections
import socket

Answer = collections.namedtuple('Answer', 'status headers body')


def get(target, *headers, method='GET'):
    return '\r\n'.join([f'{method} {target} HTTP/1.1', 'Host: localhost', *headers, '', '']).encode('latin-1')


class Wire:
    def __init__(self, port, timeout_s=10, source='127.0.0.1'):
        self.socket = socket.create_connection(('127.0.0.1', port), timeout=timeout_s, source_address=(source, 0))
        self.buffered = b''

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, octets):
        self.socket.sendall(octets)
        return self

    def _more(self):
        """False at the end of the connection."""
        try:
            octets = self.socket.recv(65536)
        except ConnectionResetError:
            octets = b''
        self.buffered += octets
        return octets != b''

    def answer(self, body=True):
        """The next answer (body=False: to a HEAD), or None if the connection ended before a byte of it."""
        while b'\r\n\r\n' not in self.buffered:
            if not self._more():
                assert self.buffered == b'', self.buffered
                return None
        head, _, self.buffered = self.buffered.partition(b'\r\n\r\n')
        first, *lines = head.decode('latin-1').split('\r\n')
        headers = dict(line.split(': ', 1) for line in lines)
        length = int(headers.get('Content-Length', 0)) if body else 0
        while len(self.buffered) < length:
            assert self._more(), self.buffered
        octets, self.buffered = self.buffered[:length], self.buffered[length:]
        return Answer(int(first.split()[1]), headers, octets)

    def ended(self):
        """True once the other side has closed, and nothing came before; waits for it."""
        return self.buffered == b'' and not self._more()


def once(port, octets):
    """One request on a connection of its own."""
    with Wire(port) as wire:
        return wire.send(octets).answer()
