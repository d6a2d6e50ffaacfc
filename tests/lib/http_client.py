# SPDX-License-Identifier: Apache-2.0
"""One request on a connection of its own; sends what it is told, nothing of its own invention but Host.

    ask(port, 'GET', '/api/v2/trophy/', {'Accept': '*/*'}).status
"""
import collections
import gzip
import http.client

Answer = collections.namedtuple('Answer', 'status headers text')


def ask(port, method, target, headers=None, body='', timeout_s=10):
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=timeout_s)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True, skip_host='Host' in (headers or {}))
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        if body:
            connection.putheader('Content-Length', str(len(body.encode())))
        connection.endheaders(body.encode() or None)
        answer = connection.getresponse()
        octets = answer.read()
        if answer.getheader('Content-Encoding') == 'gzip':
            octets = gzip.decompress(octets)
        return Answer(answer.status, dict(answer.getheaders()), octets.decode())
    finally:
        connection.close()
