# SPDX-License-Identifier: Apache-2.0
"""trophy-worker schema: what --check finds, what --apply makes, when it refuses."""
import itertools
import re

import pytest
from commands import DATA, NOWHERE, OK, UNAVAILABLE, USAGE, run
from servers import SCHEMA

numbers = itertools.count(1)
# what breaks it: the line that names it
MISFITS = {
    'drop table trophies_usertrophy': 'trophies_usertrophy: no such table',
    'alter table core_userprofile drop column trophies_enabled': 'core_userprofile.trophies_enabled: no such column',
    'alter table trophies_trophy alter checker_params type text': 'trophies_trophy.checker_params: jsonb expected, got text',
    'alter table manager_workoutlog alter weight type double precision':
        'manager_workoutlog.weight: numeric expected, got double precision',
    'alter table trophies_trophy alter name drop not null':
        'trophies_trophy.name: not null expected, but it may be null',
    'alter table trophies_userstatistics alter last_inactive_date set not null':
        'trophies_userstatistics.last_inactive_date: has to take null, but is not null',
    'alter table trophies_usertrophy add note text not null':
        'trophies_usertrophy.note: not known to us, but not null and without a default',
    'alter table trophies_usertrophy alter id drop identity':
        'trophies_usertrophy.id: identity or default expected',
    'alter table trophies_userstatistics drop constraint trophies_userstatistics_user_id_key':
        'trophies_userstatistics.user_id: unique expected',
    'revoke delete on trophies_usertrophy from trophy_worker': 'trophies_usertrophy: no right to delete',
    'revoke select (last_login) on auth_user from trophy_worker': 'auth_user.last_login: no right to select',
}


@pytest.fixture
def host(postgres):
    """A database with the application's own tables only."""
    name = f'schema{next(numbers)}'
    postgres.create_database(name, [SCHEMA / 'host.sql'])
    yield name
    postgres.drop_database(name)


def test_check_fits(postgres, database):
    done = run(['schema', '--check'], postgres.worker_url(database))
    assert (done.exit, done.out) == (OK, 'the schema fits\n')


@pytest.mark.parametrize('change', MISFITS)
def test_check_names_misfit(postgres, database, change):
    postgres.query(database, change)
    done = run(['schema', '--check'], postgres.worker_url(database))
    assert (done.exit, done.out) == (DATA, MISFITS[change] + '\n')


# the worker does without these: a warning
LACKS = {
    'drop schema trophy_worker cascade': ['attempt: no such table', 'revoked: no such table'],
    'drop table trophy_worker.revoked': ['revoked: no such table'],
    'revoke update on trophy_worker.attempt from trophy_worker': ['attempt: no right to update'],
    'revoke usage on schema trophy_worker from trophy_worker': ['attempt: no right to use its schema',
                                                                'revoked: no right to use its schema'],
    'alter table trophy_worker.attempt rename attempts to tries': ['attempt: has other columns than expected'],
}


@pytest.mark.parametrize('change', LACKS)
def test_check_warns_of_own_tables(postgres, database, change):
    postgres.query(database, change)
    done = run(['schema', '--check'], postgres.worker_url(database))
    assert (done.exit, done.out) == (OK, 'the schema fits\n')
    assert re.findall(r'<4>schema: trophy_worker\.([^:]+: [^:]+):', done.err) == LACKS[change]


def test_check_names_all(postgres):
    postgres.create_database('bare')
    try:
        done = run(['schema', '--check'], postgres.url('bare'))
        assert done.exit == DATA
        assert done.out.splitlines() == [f'{table}: no such table' for table in (
            'auth_user', 'core_userprofile', 'manager_workoutsession', 'manager_workoutlog', 'trophies_trophy',
            'trophies_userstatistics', 'trophies_usertrophy')]
    finally:
        postgres.drop_database('bare')


def test_check_knows_what_is_granted():
    """What the worker's role may read is what is checked."""
    needed = set(re.findall(r"\(\d+, '(\w+)', '(\w+)'", (SCHEMA.parent / 'common/script/schema_misfits.sql').read_text()))
    roles = re.findall(r"\('trophy_worker', '(\w+)', 'select \((.*?)\)'", (SCHEMA / 'roles.sql').read_text())
    granted = {(table, column) for table, columns in roles for column in columns.split(', ')
               if not table.startswith('django_')}
    assert granted == {(table, column) for table, column in needed if not table.startswith(('trophies_', 'django_'))}


def test_apply_twice(postgres, host):
    for _ in range(2):
        done = run(['schema', '--apply', '--with-indexes'], postgres.url(host))
        assert (done.exit, done.out) == (OK, 'applied\nthe schema fits\n')
    assert postgres.query(host, "select to_regclass('trophy_worker_award_once') is not null, "
                                "to_regclass('trophy_worker_volume') is not null, "
                                "to_regclass('trophy_worker.attempt') is not null") == [(True, True, True)]
    assert run(['schema', '--check'], postgres.url(host)).exit == OK


def test_apply_without_indexes(postgres, host):
    assert run(['schema', '--apply'], postgres.url(host)).exit == OK
    assert postgres.query(host, "select to_regclass('trophy_worker_award_once')") == [(None,)]


def test_apply_where_django_does(postgres, host):
    postgres.query(host, 'create table django_migrations (id integer)')
    done = run(['schema', '--apply'], postgres.url(host))
    assert done.exit == DATA and 'django_migrations' in done.err and '--standalone' in done.err
    assert postgres.query(host, "select to_regclass('trophies_trophy')") == [(None,)]
    assert run(['schema', '--apply', '--standalone'], postgres.url(host)).exit == OK


def test_apply_all_or_nothing(postgres, host):
    """An award that is there twice refuses the unique index, and with it all the rest."""
    run(['schema', '--apply'], postgres.url(host))
    postgres.query(host, 'drop table trophies_usertrophy, trophies_userstatistics; '
                         'create table trophies_usertrophy (id integer primary key, user_id integer, trophy_id integer);'
                         'insert into trophies_usertrophy values (1, 1, 1), (2, 1, 1)')
    done = run(['schema', '--apply', '--with-indexes'], postgres.url(host))
    assert done.exit == DATA and 'nothing was changed' in done.err
    assert postgres.query(host, "select to_regclass('trophies_userstatistics')") == [(None,)]


def test_apply_names_what_stays_unfit(postgres, database):
    postgres.query(database, 'alter table trophies_trophy alter uuid type text')
    done = run(['schema', '--apply'], postgres.url(database))
    assert (done.exit, done.out) == (DATA, 'applied\ntrophies_trophy.uuid: uuid expected, got text\n')


def test_apply_without_the_host(postgres):
    postgres.create_database('bare')
    try:
        done = run(['schema', '--apply'], postgres.url('bare'))
        assert done.exit == DATA and 'auth_user' in done.err
    finally:
        postgres.drop_database('bare')


def test_apply_without_right(postgres, host):
    run(['schema', '--apply'], postgres.url(host))  # makes the roles
    postgres.query(host, 'drop table trophies_usertrophy')
    done = run(['schema', '--apply'], postgres.worker_url(host))
    assert done.exit == DATA and 'permission denied' in done.err


def test_print_is_the_files():
    files = [(SCHEMA / f'{name}.sql').read_text() for name in ('trophies', 'roles', 'worker', 'optional_indexes')]
    assert run(['schema', '--print', '--with-indexes']).out == '\n'.join(files)
    assert run(['schema', '--print']).out == '\n'.join(files[:3])


@pytest.mark.parametrize('args', [[], ['--apply', '--check'], ['--check', '--standalone'], ['--check', '--with-indexes'],
                                  ['--check', 'more'], ['--wrong']])
def test_usage(args):
    done = run(['schema', *args])
    assert done.exit == USAGE and done.err


def test_no_database():
    for action in '--check', '--apply':
        assert run(['schema', action], NOWHERE).exit == UNAVAILABLE
