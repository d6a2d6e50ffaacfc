# SPDX-License-Identifier: Apache-2.0
"""Every line of the interface that wger's clients know: tests/data/shim/*.txt against real shims on a real database.

Two shims on one world: as the defaults have it (with an access token's key as JWK), and a second one in UTC, with the key
as PEM, a static manifest, images on another host, behind a proxy, and with a trophy switched off in the configuration."""
import json
import pathlib

import http_client
import pytest
import servers
import shim_cases

DATA = pathlib.Path(__file__).resolve().parents[1] / 'data' / 'shim'
VARY = {'Accept', 'Accept-Language', 'Cookie', 'Authorization'}
RESOURCES = ('trophy', 'user-trophy', 'user-statistics')
MANIFEST = {'paths': {'trophies/count/0000000a-0000-4000-8000-000000000001.png':
                      'trophies/count/0000000a-0000-4000-8000-000000000001.2f8a1c.png'}, 'version': '1.1'}


def cases(*names):
    return [pytest.param(case, id=f'{name}: {case.title}') for name in names
            for case in shim_cases.read_cases(DATA / f'{name}.txt')]


@pytest.fixture(scope='module')
def other_shim(postgres, shim_world, shim_key, tmp_path_factory):
    manifest = tmp_path_factory.mktemp('static') / 'staticfiles.json'
    manifest.write_text(json.dumps(MANIFEST))
    with servers.Shim(postgres.shim_url(shim_world), env={
            'TROPHY_SHIM_JWT_PUBLIC_KEY': shim_key.pem, 'TROPHY_TROPHIES_TIME_ZONE': 'UTC',
            'TROPHY_SHIM_STATIC_URL': 'https://static.example/', 'TROPHY_SHIM_STATIC_MANIFEST': str(manifest),
            'TROPHY_SHIM_TRUST_PROXY': 'true', 'TROPHY_TROPHIES_DISABLED': 'Lifter;Phoenix'}) as one:
        yield one.wait_ready()


def ask(case, shared_shim, values):
    return http_client.ask(shared_shim.port, case.method, case.target,
                           {name: values.fill(value) for name, value in case.headers.items()}, case.body)


def check_headers(case, answer):
    """What every JSON answer carries, whatever its status."""
    if case.status == 301:
        return []
    expected = {'Content-Type': 'application/json', 'X-Frame-Options': 'DENY', 'X-Content-Type-Options': 'nosniff',
                'WWW-Authenticate': None}
    known = case.target.split('/')[3:4] and case.target.split('/')[3] in RESOURCES and \
        not answer.text.endswith('"Not found."}')
    if case.target.startswith('/api/'):
        expected['Access-Control-Allow-Origin'] = '*'
    if known:
        expected['Allow'] = 'GET, HEAD, OPTIONS'
    wrong = [f'{name}: {answer.headers.get(name)!r}, expected {value!r}' for name, value in expected.items()
             if answer.headers.get(name) != value]
    if known and not VARY <= set((answer.headers.get('Vary') or '').split(', ')):
        wrong.append(f'Vary: {answer.headers.get("Vary")!r}')
    if known and not case.target.startswith('/api/v2/trophy/') and case.status == 200 and case.method == 'GET' \
            and answer.headers.get('Cache-Control') != 'private, no-cache':
        wrong.append(f'Cache-Control: {answer.headers.get("Cache-Control")!r}')
    return wrong


@pytest.mark.parametrize('case', cases('authentication', 'statuses', 'resources', 'parameters'))
def test_case(shared_shim, shim_values, case):
    answer = ask(case, shared_shim, shim_values)
    assert shim_cases.differences(case, shim_values, answer) + check_headers(case, answer) == []


@pytest.mark.parametrize('case', cases('elsewhere'))
def test_case_of_the_other_shim(other_shim, shim_values, case):
    own = shim_values.but(url=other_shim.url, static='https://static.example')
    answer = ask(case, other_shim, own)
    assert shim_cases.differences(case, own, answer) + check_headers(case, answer) == []


@pytest.mark.parametrize('case', [c for c in cases('statuses', 'resources') if c.values[0].method == 'GET'])
def test_head_is_get_without_the_body(shared_shim, shim_values, case):
    get, head = (ask(case._replace(method=method), shared_shim, shim_values) for method in ('GET', 'HEAD'))
    assert head.status == get.status
    assert head.text == ''
    assert {**head.headers, 'Date': ''} == {**get.headers, 'Date': ''}


PRIVATE = ['/api/v2/user-trophy/', '/api/v2/user-trophy/1/', '/api/v2/user-statistics/', '/api/v2/trophy/progress/']
ANNA, STAFF = ({'Authorization': 'Token ' + ('a' + n) * 20} for n in '12')


@pytest.mark.parametrize('target', ['/api/v2/trophy/', '/api/v2/trophy/1/', *PRIVATE])
def test_a_client_that_has_the_version_gets_no_body(shared_shim, target):
    first = http_client.ask(shared_shim.port, 'GET', target, ANNA)
    tag = first.headers['ETag']
    assert first.status == 200 and tag.rstrip('"').lstrip('W/').startswith('"')
    for known in (tag, f'"x", {tag}', f'W/{tag.removeprefix("W/")}', '*'):
        again = http_client.ask(shared_shim.port, 'GET', target, {**ANNA, 'If-None-Match': known})
        assert (again.status, again.text, again.headers.get('ETag')) == (304, '', tag)
        assert VARY <= set(again.headers['Vary'].split(', '))
    for unknown in ('"x"', 'x', ''):
        again = http_client.ask(shared_shim.port, 'GET', target, {**ANNA, 'If-None-Match': unknown})
        assert (again.status, again.text) == (200, first.text)


@pytest.mark.parametrize('target', ['/api/v2/trophy/', '/api/v2/trophy/progress/'])
def test_every_version_is_known_again(shared_shim, target):
    """Whatever characters are in it: the query is part of it."""
    for n in range(64):
        tag = http_client.ask(shared_shim.port, 'GET', f'{target}?n={n}', ANNA).headers['ETag']
        again = http_client.ask(shared_shim.port, 'GET', f'{target}?n={n}', {**ANNA, 'If-None-Match': tag})
        assert again.status == 304, tag


@pytest.mark.parametrize('target', ['/api/v2/trophy/', '/api/v2/user-trophy/', '/api/v2/user-statistics/',
                                    '/api/v2/trophy/progress/'])
def test_a_version_is_one_user_s(shared_shim, target):
    tag = http_client.ask(shared_shim.port, 'GET', target, ANNA).headers['ETag']
    assert http_client.ask(shared_shim.port, 'GET', target, {**STAFF, 'If-None-Match': tag}).status == 200


@pytest.fixture(scope='module')
def changing(postgres):
    """(shared_shim, database) of a world of their own, that tests may change."""
    name = 'shim_changing'
    postgres.create_database(name, template='trophy_template')
    postgres.psql(name, DATA / 'world.sql')
    with servers.Shim(postgres.shim_url(name)) as one:
        yield one.wait_ready(), name
    postgres.drop_database(name)


@pytest.mark.parametrize('target, change', [
    ('trophy/', "update trophies_trophy set description = 'x' where id = 1"),
    ('trophy/', 'delete from trophies_trophy where id = 7'),
    ('trophy/', 'update trophies_trophy set is_active = true where id = 10'),
    ('trophy/', 'update trophies_trophy set is_hidden = true where id = 4'),
    ('trophy/progress/', 'update trophies_userstatistics set total_workouts = 8, longest_streak = 6 where user_id = 1'),
    ('trophy/progress/', 'delete from trophies_usertrophy where id = 3'),
    ('user-trophy/', 'update trophies_usertrophy set is_notified = true where id = 2'),
    ('user-trophy/', "update trophies_trophy set name = 'y' where id = 1"),
    ('user-trophy/', 'delete from trophies_usertrophy where id = 1'),
    ('user-statistics/', 'update trophies_userstatistics set current_streak = 4 where user_id = 1'),
    ('user-statistics/', 'delete from trophies_userstatistics where user_id = 1'),
])
def test_a_change_is_a_new_version(postgres, changing, target, change):
    """Also where the changed row does not say so in a column of its own."""
    one, name = changing
    before = http_client.ask(one.port, 'GET', f'/api/v2/{target}', ANNA)
    postgres.query(name, change)
    after = http_client.ask(one.port, 'GET', f'/api/v2/{target}', {**ANNA, 'If-None-Match': before.headers['ETag']})
    assert after.status == 200
    assert after.text != before.text
    assert after.headers['ETag'] != before.headers['ETag']


@pytest.mark.parametrize('target', ['/api/v2/trophy/', *PRIVATE])
def test_gzip_when_asked_for(shared_shim, target):
    plain = http_client.ask(shared_shim.port, 'GET', target, ANNA)
    assert 'Content-Encoding' not in plain.headers
    packed = http_client.ask(shared_shim.port, 'GET', target, {**ANNA, 'Accept-Encoding': 'br, gzip;q=0.5'})
    assert packed.text == plain.text
    assert 'Accept-Encoding' in packed.headers['Vary']
    if len(plain.text) > 2000:
        assert packed.headers['Content-Encoding'] == 'gzip'
        assert int(packed.headers['Content-Length']) < len(plain.text) / 2
    refused = http_client.ask(shared_shim.port, 'GET', target, {**ANNA, 'Accept-Encoding': 'gzip;q=0'})
    assert 'Content-Encoding' not in refused.headers


def test_the_database_is_away():
    with servers.Shim('postgresql://127.0.0.1:1/none') as one:
        one.wait_listening()
        for target in ('/api/v2/trophy/', '/api/v2/trophy/1/'):
            answer = http_client.ask(one.port, 'GET', target)
            assert answer.status == 503
            assert answer.text == '{"detail":"Service temporarily unavailable, try again later."}'
            assert answer.headers['Retry-After'] == '5'
        assert http_client.ask(one.port, 'GET', '/api/v2/nothing/').status == 404


def test_rarity_only_when_asked_for(shared_shim):
    plain = json.loads(http_client.ask(shared_shim.port, 'GET', '/api/v2/trophy/', ANNA).text)['results']
    rare = json.loads(http_client.ask(shared_shim.port, 'GET', '/api/v2/trophy/?rarity=true', ANNA).text)['results']
    assert [{k: v for k, v in row.items() if k != 'rarity'} for row in rare] == plain
    assert all(0 <= row['rarity'] <= 1 for row in rare)
