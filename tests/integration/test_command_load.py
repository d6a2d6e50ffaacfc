# SPDX-License-Identifier: Apache-2.0
"""trophy-worker load-trophies: the nine and files of the same form; everything is judged before anything is written."""
import json
import uuid

import pytest
from commands import DATA, NOWHERE, OK, UNAVAILABLE, USAGE, run
from servers import SCHEMA

NINE = json.loads((SCHEMA / 'initial_trophies.json').read_text())
COLUMNS = ('uuid, name, description, trophy_type, checker_class, checker_params, is_hidden, is_progressive, is_active, '
           'is_repeatable, "order"')
ALL = 'select t.*, xmin::text from trophies_trophy t order by id'


def trophy(**changes):
    one = {'uuid': str(uuid.uuid4()), 'name': 'Ten', 'description': 'Ten workouts', 'trophy_type': 'count',
           'checker_class': 'workout_count_based', 'checker_params': {'count': 10}, 'is_hidden': False,
           'is_progressive': True, 'is_active': True, 'is_repeatable': False, 'order': 10, **changes}
    return {key: value for key, value in one.items() if value is not ...}


@pytest.fixture
def load(postgres, database, tmp_path):
    """load(trophies or text or None for the nine, more arguments...), as the tables' owner."""
    def load(what=None, *args):
        if what is None:
            return run(['load-trophies', *args], postgres.url(database))
        file = tmp_path / 'trophies.json'
        file.write_bytes(what if isinstance(what, bytes) else json.dumps(what).encode())
        return run(['load-trophies', file, *args], postgres.url(database))
    return load


def test_the_nine_are_those_of_the_sql(postgres, database, load):
    """schema/initial_trophies.json says the same as schema/initial_trophies.sql, which the database was made with."""
    by_sql = postgres.query(database, f'select {COLUMNS} from trophies_trophy order by "order"')
    postgres.query(database, 'delete from trophies_trophy')
    done = load()
    assert done.exit == OK and done.out.endswith('9 inserted, 0 there already, 0 left out\n')
    assert postgres.query(database, f'select {COLUMNS} from trophies_trophy order by "order"') == by_sql
    assert len(by_sql) == len(NINE) == 9


def test_twice_is_once(postgres, database, load):
    before = postgres.query(database, ALL)
    done = load()
    assert (done.exit, done.out.splitlines()[-1]) == (OK, '0 inserted, 9 there already, 0 left out')
    assert 'differs' not in done.out
    given = [trophy(), trophy(name='Twenty')]
    assert load(given).out.splitlines()[-1] == '2 inserted, 0 there already, 0 left out'
    after = postgres.query(database, ALL)
    assert load(given).out.splitlines()[-1] == '0 inserted, 2 there already, 0 left out'
    assert postgres.query(database, ALL) == after and after[:9] == before


def test_what_differs_is_left_and_named(postgres, database, load):
    before = postgres.query(database, ALL)
    done = load([{**NINE[0], 'checker_params': {'count': 2}}])
    assert done.exit == OK and 'there     Beginner' in done.out and 'differs, left as it is' in done.out
    assert postgres.query(database, ALL) == before


def test_name_under_another_uuid(postgres, database, load):
    given = [trophy(name='Beginner'), trophy()]
    done = load(given)
    assert done.exit == OK
    assert f'left out  Beginner ({given[0]["uuid"]}): the name stands under {NINE[0]["uuid"]}' in done.out
    assert done.out.splitlines()[-1] == '1 inserted, 0 there already, 1 left out'
    assert load(given, '--also').out.splitlines()[-1] == '1 inserted, 1 there already, 0 left out'
    assert load(given).out.splitlines()[-1] == '0 inserted, 2 there already, 0 left out'
    assert postgres.query(database, "select count(*) from trophies_trophy where name = 'Beginner'") == [(2,)]


def test_digits_are_kept(postgres, database, load):
    text = json.dumps([trophy(checker_class='volume', checker_params='HERE')])
    assert load(text.replace('"HERE"', '{"kg": 123456789012345678901234567890.10}').encode()).exit == OK
    assert postgres.query(database, "select checker_params ->> 'kg' from trophies_trophy where name = 'Ten'") == \
        [('123456789012345678901234567890.10',)]


def test_instants_and_ids(postgres, database, load):
    assert load([trophy(id=7, created='2024-01-02T03:04:05Z', updated='2024-01-02 03:04:05.5+01:00')]).exit == OK
    assert postgres.query(database, "select id > 9, created = '2024-01-02T03:04:05Z', "
                                    "updated = '2024-01-02T02:04:05.5Z' from trophies_trophy where name = 'Ten'") == \
        [(True, True, True)]


@pytest.mark.parametrize('given, complaint', [
    ([trophy(checker_class='nonsense')], "1. trophy 'Ten': checker nonsense: checker_class: one of"),
    ([trophy(checker_params={'count': 1.5})], "checker workout_count_based: count: integer > 0 expected, got 1.5"),
    ([trophy(checker_params={})], 'count: integer > 0 expected, got nothing'),
    ([trophy(is_active=False, checker_params={'count': '5'})], 'count: integer > 0 expected, got "5"'),
    ([trophy(checker_class='date_based', checker_params={'month': 13, 'day': 1})], 'month: integer in 1..12 expected'),
    ([trophy(name=...)], '1. trophy: name: is missing'),
    ([trophy(name=5)], "1. trophy '5': name: string expected, got 5"),
    ([trophy(name='')], 'name: text expected'),
    ([trophy(name='x' * 101)], 'name: at most 100 characters expected'),
    ([trophy(name='Nine'), trophy(is_hidden='no')], "2. trophy 'Ten': is_hidden: boolean expected, got \"no\""),
    ([trophy(is_active=None)], 'is_active: boolean expected, got null'),
    ([trophy(order=-1)], 'order: integer in 0..2147483647 expected, got -1'),
    ([trophy(order=2147483648)], 'order: integer in 0..2147483647 expected'),
    ([trophy(uuid='abc')], 'uuid: uuid expected, got "abc"'),
    ([trophy(checker_params=...)], 'checker_params: is missing'),
    ([trophy(created='yesterday')], 'created: instant with its offset expected'),
    ([trophy(created='2024-13-99T00:00:00Z')], '22008'),
    ([trophy(colour='red')], 'colour: no such column'),
    ([trophy(), trophy()], 'name: given more than once: Ten'),
    ([trophy(uuid=NINE[0]['uuid']), trophy(name='b', uuid=NINE[0]['uuid'].upper())], 'uuid: given more than once'),
    ([5], '1. trophy: object expected, got 5'),
    ({}, 'array of trophies expected, got object'),
    (b'[{]', '22P02'),
    (b'', '22P02'),
    (b'["\\u0000"]', '22P05'),
    (b'["\xff"]', '22021'),
    (b'[\0]', 'trophies.json'),
])
def test_bad_file(postgres, database, load, given, complaint):
    before = postgres.query(database, ALL)
    done = load(given)
    assert done.exit == DATA and complaint in done.err and done.out == ''
    assert postgres.query(database, ALL) == before


def test_all_complaints_and_nothing_written(postgres, database, load):
    done = load([trophy(name='Good'), trophy(order='x', is_hidden=1), trophy(name=...)])
    assert done.exit == DATA
    assert [line.split('load-trophies: ')[1] for line in done.err.splitlines()] == [
        "2. trophy 'Ten': is_hidden: boolean expected, got 1",
        "2. trophy 'Ten': order: number expected, got \"x\"",
        '3. trophy: name: is missing', 'nothing was written']
    assert postgres.query(database, 'select count(*) from trophies_trophy') == [(9,)]


def test_no_file(load, postgres, database):
    done = run(['load-trophies', '/nowhere.json'], postgres.url(database))
    assert done.exit == DATA and '/nowhere.json' in done.err


def test_no_right(postgres, database, tmp_path):
    done = run(['load-trophies'], postgres.worker_url(database))
    assert done.exit == DATA and 'permission denied' in done.err


def test_other_exits(postgres):
    assert run(['load-trophies'], NOWHERE).exit == UNAVAILABLE
    assert run(['load-trophies', 'a', 'b'], NOWHERE).exit == USAGE
    assert run(['load-trophies', '--wrong'], NOWHERE).exit == USAGE
    assert run(['load-trophies'], postgres.url('postgres')).exit == DATA  # no such table
