# SPDX-License-Identifier: Apache-2.0
"""What has been revoked outlives the only worker, as long as it counts: trophy_worker.revoked."""
import celery
import processes
import pytest

KEPT = 'select id from trophy_worker.revoked order by id'


@pytest.fixture
def control(world):
    with celery.Celery('control', broker=world.broker_url, backend='rpc://', set_as_current=False) as app:
        yield app.control


def revoke(control, *ids, command='revoke', **arguments):
    """Told the one worker, which has answered."""
    answer = control.broadcast(command, arguments=arguments or {'task_id': list(ids)}, reply=True, limit=1, timeout=20)
    assert answer, 'no reply'


def kept(world):
    return [row[0] for row in world.query(KEPT)]


def wait_kept(world, *ids):
    processes.wait_until(lambda: set(ids) <= set(kept(world)), 30, f'{ids} kept')


def outcome(world, queue, token, **headers):
    user, = world.add_users(1)
    world.wire.send(queue, 'evaluate_user', [user], headers={'id': token, **headers}, correlation_id=token)
    status = world.wire.result(token, timeout_s=60)['status']
    assert world.awards([user]) == ({user: ['Beginner']} if status == 'SUCCESS' else {})
    return status


@pytest.mark.parametrize('end', ['stop', 'kill'])
def test_restart(world, start, control, end):
    queue = world.new_queue(declare=True)
    worker = start(queue)
    revoke(control, f'{end}-1', f'{end}-2')
    wait_kept(world, f'{end}-1', f'{end}-2')
    getattr(worker, end)()
    again = start(queue)
    assert outcome(world, queue, f'{end}-2') == 'REVOKED'
    assert outcome(world, queue, f'{end}-3') == 'SUCCESS'
    again.stop()


def test_on_the_way_before_the_restart(world, start, control):
    """What waits in the queue is not run before the table has been read."""
    queue = world.new_queue(declare=True)
    worker = start(queue)
    revoke(control, 'waits')
    wait_kept(world, 'waits')
    worker.stop()
    user, = world.add_users(1)
    world.wire.send(queue, 'evaluate_user', [user], headers={'id': 'waits'}, correlation_id='waits')
    start(queue).wait_log('revoked: ')
    assert world.wire.result('waits')['status'] == 'REVOKED'
    assert world.awards([user]) == {}


def test_stamps(world, start, control):
    queue = world.new_queue(declare=True)
    worker = start(queue)
    revoke(control, command='revoke_by_stamped_headers', headers={'customer': ['seven "7"', 'eight']})
    wait_kept(world, 'stamp:["customer","seven \\"7\\""]', 'stamp:["customer","eight"]')
    worker.kill()
    start(queue)
    stamped = {'stamped_headers': ['customer'], 'stamps': {'customer': ['seven "7"']}}
    assert outcome(world, queue, 'stamped', **stamped) == 'REVOKED'
    assert outcome(world, queue, 'not stamped', stamps={'customer': ['nine']}) == 'SUCCESS'


def test_the_answer_does_not_wait_for_the_table(world, start, control):
    queue = world.new_queue(declare=True)
    start(queue).wait_log('db: connected')
    connection = world.postgres.connect(world.name)
    connection.autocommit = False
    try:
        connection.cursor().execute('lock table trophy_worker.revoked in access exclusive mode')
        revoke(control, 'locked out')
        world.wait_blocked()
        revoke(control, 'locked out, too')  # the loop turns while the first waits
    finally:
        connection.close()
    wait_kept(world, 'locked out', 'locked out, too')


def test_database_away_when_it_was_revoked(world, start, control):
    queue = world.new_queue(declare=True)
    start(queue).wait_log('db: connected')
    world.query("alter role trophy_worker_login nologin")
    try:
        world.query("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'trophy_worker_login'")
        revoke(control, 'without database')
        assert 'without database' not in kept(world)
    finally:
        world.query("alter role trophy_worker_login login")
    wait_kept(world, 'without database')


def test_only_as_long_as_it_counts(world, start):
    """Three hours, as Celery's REVOKE_EXPIRES; then it is removed."""
    queue = world.new_queue(declare=True)
    world.query("insert into trophy_worker.revoked (id, revoked_at, until) values "
                "('long ago', now() - interval '3 hours 1 minute', now() - interval '1 minute'), "
                "('not so long ago', now() - interval '2 hours 59 minutes', now() + interval '1 minute')")
    start(queue)
    assert outcome(world, queue, 'long ago') == 'SUCCESS'
    assert outcome(world, queue, 'not so long ago') == 'REVOKED'
    assert 'long ago' not in kept(world) and 'not so long ago' in kept(world)


def test_bounded(world, start, control):
    """As many as Celery keeps (REVOKES_MAX, and 1000 stamps), the last of them."""
    queue = world.new_queue(declare=True)
    world.query("insert into trophy_worker.revoked (id, revoked_at, until) "
                "select 'many-' || n, now() - interval '1 hour' + n * interval '1 ms', now() + interval '1 hour' "
                "from generate_series(1, 52000) n")
    start(queue).wait_log('ids from before')
    try:
        count, = world.query("select count(*) from trophy_worker.revoked")[0]
        assert 50000 <= count <= 51001
        assert outcome(world, queue, 'many-52000') == 'REVOKED'
        assert outcome(world, queue, 'many-1') == 'SUCCESS'
    finally:
        world.query('delete from trophy_worker.revoked')


def test_without_the_table(world, start, control):
    """As it was: until the worker ends."""
    queue = world.new_queue(declare=True)
    world.query('alter table trophy_worker.revoked rename to gone')
    try:
        worker = start(queue)
        revoke(control, 'not kept')
        assert outcome(world, queue, 'not kept') == 'REVOKED'
        worker.stop()
        start(queue)
        assert outcome(world, queue, 'not kept either') == 'SUCCESS'
    finally:
        world.query('alter table trophy_worker.gone rename to revoked')
