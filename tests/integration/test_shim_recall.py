# SPDX-License-Identifier: Apache-2.0
"""What the shim remembers from one request to the next is never believed: who asks, and what has changed, is asked every
time."""
import contextlib
import time

import psycopg2
import pytest
import servers
import standby
from test_shim_resources import AWARDS, LIST, PROGRESS, Client, client, token, world  # noqa: F401

AWARD = ("insert into trophies_usertrophy (user_id, trophy_id, earned_at, progress, is_notified) "
         "values (1, 2, '2025-08-01Z', 100, false)")


@pytest.fixture
def known(client):  # noqa: F811
    """The version of a user's awards, which the shim has verified: it is in its memory."""
    etag = client.get(AWARDS, 1).headers['ETag']
    for _ in range(3):
        assert client.get(AWARDS, 1, etag).status == 304
    return etag


GONE = {
    'token': ("delete from authtoken_token where user_id = 1", '{"detail":"Invalid token."}'),
    'user': ("update auth_user set is_active = false where id = 1", '{"detail":"User inactive or deleted."}'),
}


@pytest.mark.parametrize('what', GONE)
@pytest.mark.parametrize('with_etag', [True, False], ids=['with a version', 'without'])
def test_revoked(client, world, known, what, with_etag):  # noqa: F811
    sql, body = GONE[what]
    world(sql)
    for target in (AWARDS, LIST, PROGRESS):
        answer = client.get(target, 1, known if with_etag else None)
        assert (answer.status, answer.text) == (403, body)


def test_token_of_somebody_else(client, world, known):  # noqa: F811
    mine, theirs = client.get(AWARDS, 1).text, client.get(AWARDS, 2).text
    assert mine != theirs
    world("delete from authtoken_token where user_id = 2;"
          f"update authtoken_token set user_id = 2 where key = '{token(1)['Authorization'].split()[1]}'")
    assert client.get(AWARDS, 1, known).text == theirs
    assert client.get(AWARDS, 1).text == theirs


def test_made_staff(client, world):  # noqa: F811
    world("update trophies_trophy set is_hidden = true where id = 3")
    before = client.names(LIST, 1)
    assert client.names(LIST, 1) == before
    world("update auth_user set is_staff = true where id = 1")
    assert set(client.names(LIST, 1)) > set(before)
    world("update auth_user set is_staff = false where id = 1")
    assert client.names(LIST, 1) == before


@pytest.mark.parametrize('others', [0, 2], ids=['alone', 'among others'])
@pytest.mark.parametrize('end', ['commit', 'rollback'])
def test_transaction_that_was_open(client, known, postgres, database, end, others):  # noqa: F811
    """It began before the version was verified, and ends after."""
    sessions = [psycopg2.connect(postgres.url(database)) for _ in range(others + 1)]
    for session in sessions[:others]:  # older ones: the oldest does not change when ours ends
        session.cursor().execute('select pg_current_xact_id()')
    writer = sessions[-1]
    writer.cursor().execute(AWARD)
    time.sleep(0.2)  # a pause of the memory's is over
    for _ in range(3):
        assert client.get(AWARDS, 1, known).status == 304
    getattr(writer, end)()
    answer = client.get(AWARDS, 1, known)
    assert answer.status == (200 if end == 'commit' else 304)
    for session in sessions:
        session.close()


def test_parameters_that_do_not_need_rows(client):  # noqa: F811
    """Answers that need none still ask who it is, and the next one is not confused by that."""
    for _ in range(2):
        assert client.get(LIST + '&id=x', 1).status == 400
        assert client.get('/api/v2/user-trophy/abc/', 1).status == 404
        assert client.get(LIST + '&trophy_type=%zz', 1).status == 400
        assert len(client.json(AWARDS, 1)['results']) == 2


def test_the_database_is_asked_less(client, known, postgres, database):  # noqa: F811
    """Or nothing of the above would mean anything: with a version in memory no token is looked up."""
    def looked_up():
        time.sleep(1.2)  # PostgreSQL counts once a second
        client.get('/api/v2/trophy/', 2)
        return postgres.query(database, "select idx_scan from pg_stat_user_indexes "
                                        "where relname = 'authtoken_token' and indexrelname like '%pkey'")[0][0]
    before = looked_up()
    for _ in range(200):
        assert client.get(AWARDS, 1, known).status == 304
    assert looked_up() - before < 100


def test_standby(postgres, database, world):  # noqa: F811
    """Its snapshots do not list what is in progress: with an older transaction still open, they look the same after a
    commit."""
    with contextlib.ExitStack() as stack:
        copy = stack.enter_context(standby.Standby(postgres))
        client = Client(stack.enter_context(servers.Shim(copy.shim_url(database))).wait_ready())  # noqa: F811
        older, writer = (psycopg2.connect(postgres.url(database)) for _ in range(2))
        older.cursor().execute('select pg_current_xact_id()')
        writer.cursor().execute(AWARD)
        world('select pg_current_xact_id()')  # a later one that has ended
        copy.catch_up()
        etag = client.get(AWARDS, 1).headers['ETag']
        for _ in range(3):
            assert client.get(AWARDS, 1, etag).status == 304
        looked = copy.query(database, 'select pg_current_snapshot()::text')
        writer.commit()
        copy.catch_up()
        assert copy.query(database, 'select pg_current_snapshot()::text') == looked
        assert client.get(AWARDS, 1, etag).status == 200
        older.close()
        writer.close()
