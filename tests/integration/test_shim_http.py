# SPDX-License-Identifier: Apache-2.0
"""trophy-shim as a server: keep-alive, headers, bad input, slow and many clients.  What the resources answer is in
test_shim_table.py."""
import contextlib
import gzip
import json
import socket

import pytest
import servers
from raw_http import Wire, get, once

LIST = '/api/v2/trophy/'
TOKEN = 'a1' * 20
DETAIL_404 = b'{"detail":"Not found."}'


@pytest.fixture
def user(postgres, database):
    postgres.query(database, "insert into auth_user (id, password, is_superuser, username, first_name, last_name, email, "
                   "is_staff, is_active, date_joined) values (1, '', false, 'anna', '', '', '', false, true, now())")
    postgres.query(database, 'insert into authtoken_token values (%s, now(), 1)', [TOKEN])
    return f'Authorization: Token {TOKEN}'


@pytest.fixture(scope='module')
def one(postgres):
    """A shim for the tests that change nothing."""
    postgres.create_database('shim_http', template='trophy_template')
    with servers.Shim(postgres.shim_url('shim_http')) as shim:
        yield shim.wait_ready()
        assert 'Sanitizer' not in shim.log() and 'runtime error' not in shim.log()
    postgres.drop_database('shim_http')


def test_keep_alive(one):
    with Wire(one.port) as wire:
        for _ in range(3):
            answer = wire.send(get(LIST)).answer()
            assert answer.status == 200 and json.loads(answer.body)['count'] == 8
            assert 'Connection' not in answer.headers
        assert wire.send(get(LIST, 'Connection: close')).answer().headers['Connection'] == 'close'
        assert wire.ended()


def test_pipelined_requests_are_answered_in_order(one):
    with Wire(one.port) as wire:
        wire.send(get(LIST) + get('/x') + get(LIST, method='HEAD') + get('/api/v2/trophy/1/'))
        assert wire.answer().status == 200
        assert wire.answer().body == DETAIL_404
        assert wire.answer(body=False).status == 200
        assert json.loads(wire.answer().body)['id'] == 1


def test_head_has_the_length_of_the_body(one):
    with Wire(one.port) as wire:
        length = len(wire.send(get(LIST)).answer().body)
        assert int(wire.send(get(LIST, method='HEAD')).answer(body=False).headers['Content-Length']) == length
        assert wire.send(get('/x')).answer().status == 404


def test_http_1_0_without_a_host(one):
    with Wire(one.port) as wire:
        answer = wire.send(f'GET {LIST}?limit=1 HTTP/1.0\r\n\r\n'.encode()).answer()
        assert answer.status == 200 and wire.ended()
    assert json.loads(answer.body)['next'] == f'http://127.0.0.1:{one.port}{LIST}?limit=1&offset=1'


def test_absolute_target(one):
    assert once(one.port, get(f'http://elsewhere:1{LIST}?limit=1')).status == 200
    assert once(one.port, get('http://elsewhere')).status == 404


def test_percent_encoded_path(one):
    assert json.loads(once(one.port, get('/api/v2/%74rophy/%31/')).body)['id'] == 1
    assert once(one.port, get('/api/v2/trophy/%C3%A4/')).body == DETAIL_404


@pytest.mark.parametrize('target, body', [
    ('/api/v2/%zz/', 'Malformed percent-encoding in the path.'),
    ('/api/v2/trophy/%', 'Malformed percent-encoding in the path.'),
    ('/api/v2/trophy/%00/', 'Malformed percent-encoding in the path.'),
    (LIST + '?id=%', 'Malformed percent-encoding in the query.'),
    (LIST + '?id=%ff', 'Malformed percent-encoding in the query.'),
    (LIST + '?id=%00', 'Malformed percent-encoding in the query.'),
    (LIST + '?' + 'a&' * 101, 'At most 100 parameters expected.'),
], ids=lambda value: value[:24])
def test_bad_targets(one, target, body):
    answer = once(one.port, get(target))
    assert (answer.status, json.loads(answer.body)) == (400, {'detail': body})


@pytest.mark.parametrize('host', ['a/b', 'a"b', '<script>', 'a b', 'a:x', '', 'a' * 256],
                         ids=lambda value: value[:24])
def test_bad_hosts(one, host):
    answer = once(one.port, f'GET {LIST} HTTP/1.1\r\nHost: {host}\r\n\r\n'.encode())
    assert answer.status == 400


@pytest.mark.parametrize('method', ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'X' * 2000, 'get', 'A"\\B'],
                         ids=lambda value: value[:24])
def test_other_methods(one, method):
    answer = once(one.port, get(LIST, 'Content-Length: 3', method=method) + b'abc')
    assert answer.status == 405 and answer.headers['Allow'] == 'GET, HEAD, OPTIONS'
    assert json.loads(answer.body) == {'detail': f'Method "{method[:64]}" not allowed.'}


def test_a_body_is_not_waited_for(one):
    """A POST of a gigabyte is refused by its head; what a GET brings along is thrown away."""
    with Wire(one.port) as wire:
        answer = wire.send(get(LIST, 'Content-Length: 1000000000', method='POST')).answer()
        assert answer.status == 405 and answer.headers['Connection'] == 'close'
    with Wire(one.port) as wire:
        wire.send(get(LIST, 'Content-Length: 100000') + b'x' * 100000)
        assert wire.answer().status == 200
        chunked = get(LIST, 'Transfer-Encoding: chunked') + b'3\r\nabc\r\n0\r\n\r\n'
        assert wire.send(chunked).answer().status == 200
        assert wire.send(get('/x')).answer().status == 404


@pytest.mark.parametrize('target', ['/api/v2/trophy/', '/', '/nowhere'])
@pytest.mark.parametrize('count', [110, 1000, 1600, 1900, 2040])
def test_many_parameters_are_answered(one, target, count):
    """However many parameters fit into a head, they get an answer: that of one more than are read."""
    def status(parameters):
        return once(one.port, get(f'{target}?' + '&'.join(['a=1'] * parameters))).status
    few = status(101)
    assert few == {'/api/v2/trophy/': 400, '/': 200, '/nowhere': 404}[target]
    assert status(count) == (few if count <= 1900 else 414)


@pytest.mark.parametrize('size', [6000, 7000, 7900, 8100, 9000, 9500, 10000, 12000])
@pytest.mark.parametrize('path', ['/', LIST])
def test_a_large_head_is_answered(one, path, size):
    """No size leaves too little memory for an answer."""
    answer = once(one.port, get(path, 'X-Large: ' + 'x' * size))
    assert answer.status == (200 if size < 8000 else 431)


AMBIGUOUS = [
    ('two lengths', ['Content-Length: 5', 'Content-Length: 6']),
    ('two equal lengths', ['Content-Length: 5', 'Content-Length: 5']),
    ('a length and chunks', ['Content-Length: 5', 'Transfer-Encoding: chunked']),
    ('chunks and a length', ['Transfer-Encoding: chunked', 'Content-Length: 5']),
    ('chunks twice', ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked']),
    ('unknown encoding', ['Transfer-Encoding: xchunked']),
    ('two hosts', ['Host: other']),
    ('blank before the colon', ['Content-Length : 5']),
    ('tab before the colon', ['Transfer-Encoding\t: chunked']),
]


@pytest.mark.parametrize('method', ['GET', 'POST'])
@pytest.mark.parametrize('lines', [lines for _, lines in AMBIGUOUS], ids=[name for name, _ in AMBIGUOUS])
def test_what_could_be_understood_in_two_ways_is_refused(one, method, lines):
    """With 400, and the connection ends: the request that is hidden behind it is not answered."""
    with Wire(one.port) as wire:
        wire.send(get(LIST, *lines, method=method) + b'0\r\n\r\n' + get('/'))
        answer = wire.answer()
        assert answer.status == 400 and answer.headers['Connection'] == 'close'
        assert json.loads(answer.body)['detail'].startswith('Malformed request: ')
        assert wire.ended()


def test_memory_of_refused_requests(shim):
    """What the library itself refuses leaves nothing behind."""
    one = shim()
    bad = [get(LIST + '?' + '&'.join(['a=1'] * 5000)), get(LIST, *(f'X-{i}: x' for i in range(2000))),
           get(LIST, 'Host: other'), get(LIST, 'X: ' + 'x' * 20000), b'GET /' + b'x' * 20000]

    def ask_all(times):
        for octets in bad * times:
            with contextlib.suppress(OSError), Wire(one.port) as wire:
                wire.send(octets).socket.shutdown(socket.SHUT_WR)
                wire.answer()
        return one.memory('RssAnon')

    before = ask_all(50)
    assert ask_all(500) - before < 256 * 1024  # 3,000 requests; one kept would be 4 KiB and more


@pytest.mark.parametrize('octets, statuses', [
    pytest.param(octets, statuses, id=name) for name, octets, statuses in [
        ('long path', get('/' + 'x' * 20000), {414}),
        ('long query', get(LIST + '?' + 'x' * 20000), {414}),
        ('long header', get(LIST, 'X-Big: ' + 'x' * 20000), {431}),
        ('many headers', get(LIST, *(f'X-{i}: x' for i in range(2000))), {431}),
        ('no text', b'\x00' * 50000, {414}),
        ('empty lines', b'\r\n' * 50000, {414}),
        ('TLS', b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', {None, 400}),
        ('one word', b'GET\r\n\r\n', {None, 400}),
        ('another protocol', b'GET / SMTP\r\nHost: x\r\n\r\n', {None, 400}),
        ('no host', b'GET / HTTP/1.1\r\n\r\n', {400}),
        ('negative length', get(LIST, 'Content-Length: -1'), {400}),
        ('huge length', get(LIST, 'Content-Length: 99999999999999999999999'), {400, 413}),
        ('no UTF-8', get(LIST, 'Authorization: Token ' + '\xff' * 30), {403}),
    ]])
def test_bad_bytes(one, octets, statuses):
    """A clear answer or a closed connection, and the next one is served."""
    with Wire(one.port) as wire:
        try:
            answer = wire.send(octets).answer()
        except (ConnectionResetError, BrokenPipeError):
            answer = None  # it was closed while we still sent
    assert (answer and answer.status) in statuses
    assert once(one.port, get(LIST)).status == 200


def test_preflight(one):
    asked = ('Origin: https://app.example', 'Access-Control-Request-Method: GET',
             'Access-Control-Request-Headers: authorization')
    answer = once(one.port, get('/api/v2/user-trophy/', *asked, method='OPTIONS'))
    assert (answer.status, answer.body) == (200, b'')
    assert answer.headers['Access-Control-Allow-Origin'] == '*'
    assert answer.headers['Access-Control-Allow-Methods'] == 'GET, HEAD, OPTIONS'
    assert 'authorization' in answer.headers['Access-Control-Allow-Headers']
    assert once(one.port, get('/api/v2/nothing/', *asked, method='OPTIONS')).status == 404
    assert 'Access-Control-Allow-Methods' not in once(one.port, get(LIST, method='OPTIONS')).headers


@pytest.mark.parametrize('target, kind', [
    ('/', 'text/html'), ('/page/page.css', 'text/css'), ('/page/page.js', 'text/javascript'),
    ('/page/schema.js', 'text/javascript'), ('/api/v2/schema', 'application/json'), ('/api/v2/schema/ui', 'text/html'),
])
def test_pages(one, target, kind):
    answer = once(one.port, get(target))
    assert answer.status == 200 and answer.headers['Content-Type'].split(';')[0] == kind
    policy = dict(part.strip().split(' ', 1) for part in answer.headers['Content-Security-Policy'].split(';'))
    assert policy['default-src'] == "'none'"
    assert {policy[name] for name in ('script-src', 'style-src', 'connect-src', 'img-src')} == {"'self'"}
    assert answer.headers['X-Content-Type-Options'] == 'nosniff' and answer.headers['X-Frame-Options'] == 'DENY'
    again = once(one.port, get(target, f'If-None-Match: {answer.headers["ETag"]}'))
    assert (again.status, again.body) == (304, b'')
    packed = once(one.port, get(target, 'Accept-Encoding: gzip'))
    if packed.headers.get('Content-Encoding'):
        assert gzip.decompress(packed.body) == answer.body
        assert packed.headers['ETag'] == 'W/' + answer.headers['ETag']
        assert once(one.port, get(target, f'If-None-Match: {packed.headers["ETag"]}')).status == 304
    else:
        assert len(answer.body) < 1000
    assert once(one.port, get(target, 'Content-Length: 0', method='POST')).status == 405


def test_images_of_another_host_may_be_shown(postgres, database, shim):
    one = shim(env={'TROPHY_SHIM_STATIC_URL': 'https://static.example/x/'})
    assert "img-src 'self' https://static.example;" in once(one.port, get('/')).headers['Content-Security-Policy']


def test_tokens_are_not_logged(shim, user):
    one = shim(env={'TROPHY_LOG_LEVEL': 'debug'})
    assert once(one.port, get('/api/v2/user-trophy/?id=7', user)).status == 200
    one.wait_log('GET /api/v2/user-trophy/: 200')
    assert TOKEN not in one.log()
