# SPDX-License-Identifier: Apache-2.0
"""The shim's answers against a database that changes: versions, what is hidden or switched off, progress from real rows,
zones, images, rarity.  (Every line of the interface is in test_shim_table.py.)"""
import collections
import json
import pathlib
import signal
import subprocess
import sys

import pytest
import servers
from http_client import ask
from processes import wait_until

API = '/api/v2/'
LIST = API + 'trophy/?limit=999'
AWARDS = API + 'user-trophy/?limit=999&trophy__is_hidden=false'
PROGRESS = API + 'trophy/progress/'
STATISTICS = API + 'user-statistics/'
GOLDEN = pathlib.Path(__file__).resolve().parents[1] / 'data' / 'golden'
TOKENS = "insert into authtoken_token (key, created, user_id) select lpad(id::text, 40, 'f'), now(), id from auth_user"
WORLD = """
    insert into auth_user (id, password, last_login, is_superuser, username, first_name, last_name, email, is_staff,
                           is_active, date_joined)
    select id, '', now(), false, 'user' || id, '', '', '', id = 2, true, now() from generate_series(1, 5) id;
    update auth_user set last_login = '2020-01-01' where id = 5;
    insert into trophies_userstatistics (id, user_id, total_weight_lifted, total_workouts, current_streak,
        longest_streak, weekend_workout_streak, worked_out_jan_1, last_updated)
    values (71, 1, 2500, 7, 3, 5, 0, false, '2025-01-01Z'), (72, 2, 0, 0, 0, 0, 0, false, '2025-01-01Z');
    insert into manager_workoutsession (id, date, impression, user_id)
    values (gen_random_uuid(), '2025-02-13', '2', 1), (gen_random_uuid(), '2025-03-01', '2', 1);
    insert into trophies_usertrophy (id, user_id, trophy_id, earned_at, progress, is_notified)
    values (81, 1, 1, '2025-03-30T00:59:59.999999Z', 100, false), (82, 1, 4, '2025-03-30T01:00:00Z', 100, true),
           (83, 2, 1, '2025-07-01Z', 100, false), (84, 5, 4, '2025-07-01Z', 100, false);
    """


def token(user_id):
    return {'Authorization': f'Token {str(user_id).rjust(40, "f")}'}


@pytest.fixture
def world(postgres, database):
    postgres.query(database, WORLD)
    postgres.query(database, TOKENS)
    return lambda sql: postgres.query(database, sql)


class Client:
    def __init__(self, shim):
        self.shim = shim

    def get(self, target, user_id=None, etag=None):
        headers = {**(token(user_id) if user_id else {}), **({'If-None-Match': etag} if etag else {})}
        return ask(self.shim.port, 'GET', target, headers)

    def json(self, target, user_id=None):
        answer = self.get(target, user_id)
        assert answer.status == 200, answer
        return json.loads(answer.text)

    def names(self, target, user_id=None):
        return [row['name'] for row in self.json(target, user_id)['results']]


@pytest.fixture
def client(shim, world):
    return Client(shim())


# ---- versions

CHANGES = {
    'an award more': ("insert into trophies_usertrophy (user_id, trophy_id, earned_at, progress, is_notified) "
                      "values (1, 2, '2025-08-01Z', 100, false)", {AWARDS, PROGRESS}),
    'an award less': ('delete from trophies_usertrophy where id = 82', {AWARDS, PROGRESS}),
    'a note taken': ('update trophies_usertrophy set is_notified = true where id = 81', {AWARDS}),
    'a workout': ("update trophies_userstatistics set current_streak = 6 where user_id = 1", {PROGRESS, STATISTICS}),
    'no statistics': ("delete from trophies_userstatistics where user_id = 1", {PROGRESS, STATISTICS}),
    'a new name': ("update trophies_trophy set name = 'Novice' where id = 1", {LIST, AWARDS, PROGRESS}),
    'another target': ("update trophies_trophy set checker_params = '{\"days\": 31}' where id = 2", {PROGRESS}),
    'one inactive': ('update trophies_trophy set is_active = false where id = 1', {LIST, PROGRESS}),
    'one more': ("insert into trophies_trophy select 99, gen_random_uuid(), 'Z', '', 'other', 'streak', '{}', false, "
                 "false, true, false, 99, now(), now()", {LIST, PROGRESS}),
    'a staff member': ('update auth_user set is_staff = true where id = 1', {LIST, PROGRESS}),
}


@pytest.mark.parametrize('change', CHANGES)
def test_what_changes_an_answer_changes_its_version(client, world, change):
    targets = (LIST, AWARDS, PROGRESS, STATISTICS)
    before = {target: client.get(target, 1) for target in targets}
    for target, answer in before.items():
        again = client.get(target, 1, answer.headers['ETag'])
        assert (again.status, again.text, again.headers['ETag']) == (304, '', answer.headers['ETag'])
    sql, changed = CHANGES[change]
    world(sql)
    for target, answer in before.items():
        again = client.get(target, 1, answer.headers['ETag'])
        fresh = client.get(target, 1)
        assert (fresh.text != answer.text) == (target in changed), target
        if target in changed:
            assert (again.status, again.text) == (200, fresh.text)
            assert again.headers['ETag'] == fresh.headers['ETag'] != answer.headers['ETag']
        else:
            assert again.status == 304 or again.text == fresh.text


def test_what_others_do_changes_nothing(client, world):
    etags = {target: client.get(target, 1).headers['ETag'] for target in (AWARDS, PROGRESS, STATISTICS)}
    world("delete from trophies_usertrophy where user_id = 2; update trophies_userstatistics set total_workouts = 9 "
          "where user_id = 2")
    assert [client.get(target, 1, etag).status for target, etag in etags.items()] == [304] * 3


def test_a_version_is_one_persons(client):
    etag = client.get(LIST, 1).headers['ETag']
    assert client.get(LIST, 3, etag).status == 200
    assert client.get(LIST, None, etag).status == 200


def test_a_version_opens_no_door(client, world):
    etag = client.get(PROGRESS, 1).headers['ETag']
    world('update auth_user set is_active = false where id = 1')
    assert client.get(PROGRESS, 1, etag).text == '{"detail":"User inactive or deleted."}'
    world('delete from authtoken_token where user_id = 1')
    assert client.get(PROGRESS, 1, etag).text == '{"detail":"Invalid token."}'


def test_versions_as_clients_send_them(client):
    etag = client.get(LIST).headers['ETag']
    assert client.get(LIST, None, f'"other", {etag}').status == 304
    assert client.get(LIST, None, etag.removeprefix('W/')).status == 304
    assert client.get(LIST, None, '"other"').status == 200
    assert client.get(LIST, None, 'nonsense').status == 200
    assert client.get(LIST, None, '*').status == 304
    assert client.get(API + 'trophy/1/', None, '*').status == 304
    assert client.get(API + 'trophy/9/', None, '*').status == 404
    assert client.get(API + 'trophy/?id=x', None, '*').status == 400
    assert client.get(API + 'trophy/?id=x', None, etag).status == 400
    assert client.get(LIST + '&offset=0', None, etag).status == 200


def test_the_day_is_part_of_a_progress_list(shim, world):
    world("update trophies_userstatistics set last_workout_date = '2025-06-01' where user_id = 1; "
          "update trophies_trophy set is_hidden = false, is_progressive = true where checker_class = 'inactivity_return'")
    late, early = (Client(shim(clock=now)) for now in ('2025-06-11T21:59:59Z', '2025-06-11T22:00:00Z'))
    first = late.get(PROGRESS, 1)
    assert '10 / 30 days inactive' in first.text
    # the same address, so that only the day differs
    second = ask(early.shim.port, 'GET', PROGRESS, {**token(1), 'Host': f'127.0.0.1:{late.shim.port}',
                                                    'If-None-Match': first.headers['ETag']})
    assert second.status == 200 and '11 / 30 days inactive' in second.text


# ---- progress

def test_dates_are_read_where_they_are_needed(client, world):
    world("""
        update trophies_trophy set checker_class = 'date_based', checker_params = '{"month": 2, "day": 13}',
               is_progressive = true where id = 2;
        update trophies_trophy set checker_class = 'inactivity_return', checker_params = '{"inactive_days": 16}',
               is_progressive = true where id = 3""")
    first = client.get(PROGRESS, 1)
    shown = {row['trophy']['id']: row for row in json.loads(first.text)}
    assert (shown[2]['progress'], shown[2]['target_value']) == (100.0, 'February 13')
    assert (shown[3]['progress'], shown[3]['target_value']) == (100.0, '16')
    nobody = {row['trophy']['id']: row['progress'] for row in client.json(PROGRESS, 3)}
    assert (nobody[2], nobody[3]) == (0.0, 0.0)
    assert client.get(PROGRESS, 1, first.headers['ETag']).status == 304
    world("delete from manager_workoutsession where date = '2025-02-13'")
    second = client.get(PROGRESS, 1, first.headers['ETag'])
    assert second.status == 200
    assert {row['trophy']['id']: row['progress'] for row in json.loads(second.text)}[2] == 0.0


def test_a_user_without_statistics_reads_as_zeros_and_nothing_is_written(client, world, postgres, database):
    tables = ('trophies_userstatistics', 'trophies_usertrophy', 'trophies_trophy')
    before = [world(f'select count(*), max(xmin::text::bigint) from {table}') for table in tables]
    shown = {row['trophy']['name']: row for row in client.json(PROGRESS, 3)}
    assert [shown['Lifter'][key] for key in ('progress', 'current_value', 'progress_display')] == [
        0.0, '0.00', '0.0 / 5,000 kg']
    assert shown['Unstoppable']['progress_display'] == '0 / 30 days'
    assert client.json(STATISTICS, 3) == {'count': 0, 'next': None, 'previous': None, 'results': []}
    assert [world(f'select count(*), max(xmin::text::bigint) from {table}') for table in tables] == before
    with pytest.raises(Exception, match='permission denied|read-only'):
        postgres.query(database, 'delete from trophies_usertrophy', url=postgres.shim_url(database))


def groups():
    """{(now, file, set): [(user id, run)]} with every value of progress, numbered as golden_db.py does."""
    found = collections.defaultdict(list)
    for file in ('deviations', 'params'):
        with open(GOLDEN / f'{file}.jsonl', encoding='utf-8') as lines:
            for user_id, line in enumerate(lines, 1001):
                for run in json.loads(line)['runs']:
                    if run.get('progress'):
                        found[run['now'], file, run['set']].append((user_id, run))
    return dict(sorted(found.items()))


GROUPS = groups()


def store(postgres, database, users, trophy_set):
    """The rows that a worker would have left there."""
    ids = {trophy['key']: trophy['id'] for trophy in json.loads((GOLDEN / 'sets.json').read_text())[trophy_set]}
    connection = postgres.connect(database)
    with connection.cursor() as cursor:
        for user_id, run in users:
            stats = run['stats']
            cursor.execute('delete from trophies_userstatistics where user_id = %s', [user_id])
            cursor.execute(f'insert into trophies_userstatistics (user_id, last_updated, {", ".join(stats)}) '
                           f'values (%s, now(){", %s" * len(stats)})', [user_id, *stats.values()])
            for key in run['awarded']:
                cursor.execute('insert into trophies_usertrophy (user_id, trophy_id, earned_at, progress, is_notified) '
                               'values (%s, %s, now(), 100, false)', [user_id, ids[key]])
        cursor.execute('update auth_user set is_staff = true, is_active = true')  # so that hidden ones show
        cursor.execute(TOKENS)
    connection.close()
    return {trophy_id: key for key, trophy_id in ids.items()}


@pytest.mark.parametrize('now, file, trophy_set', GROUPS, ids=[f'{file}-{name}-{now}' for now, file, name in GROUPS])
def test_recorded_progress(postgres, database, shim, now, file, trophy_set):
    users = GROUPS[now, file, trophy_set]
    subprocess.run([sys.executable, GOLDEN / 'golden_db.py', 'load', GOLDEN / f'{file}.jsonl', trophy_set, now,
                    '--dsn', postgres.url(database)], check=True, stdout=subprocess.DEVNULL)
    keys = store(postgres, database, users, trophy_set)
    client = Client(shim(clock=now))
    for user_id, run in users:
        got = {}
        for row in client.json(PROGRESS, user_id):
            got[keys[row['trophy']['id']]] = [int(row['is_earned']), row['progress'], row['current_value'],
                                              row['target_value'], row['progress_display']]
        assert len(got) >= len(run['progress'])
        want = {key: values for key, *values in run['progress']}
        assert {key: got[key][:len(values)] for key, values in want.items()} == want, user_id


# ---- who sees what

def test_switched_off_in_the_configuration(shim, world):
    uuid = world("select upper(uuid::text) from trophies_trophy where name = 'Lifter'")[0][0]
    client = Client(shim(env={'TROPHY_TROPHIES_DISABLED': f'Beginner;{uuid};nobody'}))
    assert client.names(LIST) == ['Unstoppable', 'Weekend Warrior', 'Atlas', 'Early Bird', 'Night Owl',
                                  'New Year, New Me']
    assert client.get(API + 'trophy/1/', 2).status == 404
    assert not {'Beginner', 'Lifter'} & {row['trophy']['name'] for row in client.json(PROGRESS, 1)}
    assert client.json(AWARDS, 1)['count'] == 2
    assert client.json(API + 'user-trophy/?trophy__is_active=true', 1)['count'] == 0
    assert client.json(API + 'user-trophy/?trophy__is_active=false', 1)['count'] == 2


def test_switched_off_while_it_runs(shim, world, tmp_path):
    configuration = tmp_path / 'shim.cfg'
    configuration.write_text('trophies: { disabled = []; };\n')
    one = shim(args=('-c', str(configuration), 'run'))
    client = Client(one)
    before = client.get(LIST)
    configuration.write_text('trophies: { disabled = ["Beginner"]; };\n')
    one.process.signal(signal.SIGHUP)
    wait_until(lambda: 'Beginner' not in client.names(LIST), 10, 'the trophy is switched off')
    assert client.get(LIST, None, before.headers['ETag']).status == 200


def test_hidden_until_earned(client, world):
    phoenix = API + 'trophy/9/'
    assert [client.get(phoenix, user).status for user in (None, 1, 2)] == [404, 404, 200]
    assert client.get(phoenix, 1).text == client.get(API + 'trophy/12345/', 1).text
    world("insert into trophies_usertrophy (user_id, trophy_id, earned_at, progress, is_notified) "
          "values (1, 9, now(), 100, false)")
    assert [client.get(phoenix, user).status for user in (None, 1, 3)] == [404, 200, 404]
    assert 'Phoenix' in client.names(LIST, 1) and 'Phoenix' not in client.names(LIST, 3)


def test_names_that_are_no_plain_text(client, world):
    world("update trophies_trophy set name = E'\"\\\\ \\u2028\\t\U0001F3C6', description = '' where id = 1")
    answer = client.get(API + 'trophy/1/')
    assert r'"name":"\"\\ \u2028\t🏆","description":""' in answer.text
    assert json.loads(answer.text)['name'] == '"\\ \u2028\t🏆'


# ---- zones, images, rarity

@pytest.mark.parametrize('zone, before, after', [
    ('Europe/Berlin', '2025-03-30T01:59:59.999999+01:00', '2025-03-30T03:00:00+02:00'),
    ('Asia/Kolkata', '2025-03-30T06:29:59.999999+05:30', '2025-03-30T06:30:00+05:30'),
    ('UTC', '2025-03-30T00:59:59.999999Z', '2025-03-30T01:00:00Z')])
def test_zones(shim, world, zone, before, after):
    client = Client(shim(env={'TROPHY_TROPHIES_TIME_ZONE': zone}))
    assert [row['earned_at'] for row in client.json(AWARDS, 1)['results']] == [after, before]
    assert {row['earned_at'] for row in client.json(PROGRESS, 1)} == {None, before, after}
    local = after[:16]  # without an offset: the zone's
    assert [row['id'] for row in client.json(API + f'user-trophy/?earned_at__gte={local}', 1)['results']] == [82]
    assert [row['id'] for row in client.json(API + f'user-trophy/?earned_at__lt={local}', 1)['results']] == [81]


def test_images_by_the_manifest(shim, world, tmp_path):
    uuid = world('select uuid::text from trophies_trophy where id = 1')[0][0]
    manifest = tmp_path / 'staticfiles.json'

    def write(name):
        manifest.write_text(json.dumps({'paths': {f'trophies/count/{uuid}.png': f'trophies/count/{name}.png'}}))

    write('one')
    one = shim(env={'TROPHY_SHIM_STATIC_MANIFEST': str(manifest), 'TROPHY_SHIM_STATIC_URL': 'https://cdn.example/s/'})
    client = Client(one)
    first = client.get(API + 'trophy/1/')
    assert json.loads(first.text)['image'] == 'https://cdn.example/s/trophies/count/one.png'
    assert '/trophies/sequence/' in client.json(API + 'trophy/2/')['image']
    write('two')
    one.process.signal(signal.SIGHUP)
    wait_until(lambda: client.json(API + 'trophy/1/')['image'].endswith('/two.png'), 10, 'the new manifest')
    assert client.get(API + 'trophy/1/', None, first.headers['ETag']).status == 200
    manifest.write_text('{')
    one.process.signal(signal.SIGHUP)
    one.wait_log('staticfiles.json: JSON expected')
    assert client.json(API + 'trophy/1/')['image'].endswith('/two.png')


def test_a_manifest_that_is_none(shim, world, tmp_path):
    one = shim(ready=False, env={'TROPHY_SHIM_STATIC_MANIFEST': str(tmp_path / 'missing.json')})
    assert one.process.wait(10) == 78
    assert 'missing.json: No such file' in one.log()


def test_rarity(client, world):
    shares = {row['name']: row['rarity'] for row in client.json(LIST + '&rarity=true')['results']}
    assert shares['Beginner'] == 0.5  # two of the four active users
    assert shares['Lifter'] == 0.25   # the fifth has not logged in for years
    assert shares['Atlas'] == 0.0
    assert client.json(AWARDS + '&rarity=true', 1)['results'][0]['trophy']['rarity'] == 0.25
    assert client.json(PROGRESS + '?rarity=1', 1)[0]['trophy']['rarity'] == 0.5
    for target in (LIST, LIST + '&rarity=false', LIST + '&rarity=', AWARDS, PROGRESS):
        assert 'rarity"' not in client.get(target, 1).text
    world('delete from trophies_usertrophy where trophy_id = 1')
    assert client.json(API + 'trophy/1/?rarity=true')['rarity'] == 0.5  # counted once in five minutes


# ---- pages and parameters together

def test_walking_through_pages(client, world):
    world("insert into trophies_usertrophy (id, user_id, trophy_id, earned_at, progress, is_notified) "
          "select 1000 + n, 3, 1, '2025-01-01Z'::timestamptz + n * interval '1 h', n, false from generate_series(1, 1003) n")
    seen = []
    target = API + 'user-trophy/?limit=400&ordering=earned_at'
    while target:
        page = client.json(target, 3)
        assert page['count'] == 1003
        seen += [row['progress'] for row in page['results']]
        target = page['next'] and page['next'].removeprefix(client.shim.url)
    assert seen == [float(n) for n in range(1, 1004)]
    last = client.json(API + 'user-trophy/?limit=99999&offset=5000', 3)
    assert (last['count'], last['results'], last['next']) == (1003, [], None)
    assert last['previous'].endswith('?limit=999&offset=4001')


@pytest.mark.parametrize('query, names', [
    ('ordering=-order', ['New Year, New Me', 'Night Owl', 'Early Bird', 'Atlas', 'Lifter', 'Weekend Warrior',
                         'Unstoppable', 'Beginner']),
    ('ordering=trophy_type,-name', ['Beginner', 'New Year, New Me', 'Weekend Warrior', 'Unstoppable', 'Night Owl',
                                    'Early Bird', 'Lifter', 'Atlas']),
    ('ordering=-trophy_type,name&trophy_type__in=volume,count,x', ['Atlas', 'Lifter', 'Beginner']),
    ('is_progressive=true&id__in=1,2,,3&limit=1&offset=1', ['Weekend Warrior']),
    ('is_active=false', []),
    ('is_active=maybe&id=1.9', ['Beginner']),
])
def test_filters_and_orders_together(client, query, names):
    assert client.names(API + 'trophy/?' + query) == names


def test_an_object_that_is_not_there_comes_before_wrong_parameters(client):
    assert client.get(API + 'user-trophy/83/?id=x', 1).status == 404
    assert client.get(API + 'user-trophy/81/?id=x', 1).status == 400
    assert client.get(API + 'user-trophy/81/?trophy=999', 1).status == 400
    assert client.get(API + 'user-trophy/81/?trophy=4', 1).status == 404
    assert client.get(API + 'user-trophy/81/?trophy=1&is_notified=false', 1).status == 200
    assert client.get(API + 'user-statistics/71/', 1).status == 200
    assert client.get(API + 'user-statistics/72/', 1).text == '{"detail":"No UserStatistics matches the given query."}'


@pytest.mark.parametrize('query', [
    "id=1'%3B--", 'id__in={1}', "trophy__trophy_type__in='},{", 'ordering=(select+1)', 'earned_at=now()',
    'trophy__in=1)%3Bdrop', 'limit=1%3B', 'trophy__in=' + ','.join(['1'] * 1500)])
def test_what_means_something_to_sql(client, query):
    assert client.get(API + 'user-trophy/?' + query, 1).status in (200, 400)
    assert client.json(AWARDS, 1)['count'] == 2
    assert 'syntax' not in client.shim.log()
