# SPDX-License-Identifier: Apache-2.0
"""trophy-worker check: one line a part, with each of them broken in turn."""
import pytest
from commands import CONFIG, DATA, NO_BROKER, NOWHERE, OK, UNAVAILABLE, USAGE, run


@pytest.fixture
def check(postgres, rabbitmq, database, vhost):
    def check(**changes):
        return run(['check'], **{'database': postgres.worker_url(database), 'broker': rabbitmq.url(vhost), **changes})
    return check


def marks(done):
    return [line.split(':')[0] for line in done.out.splitlines()]


def test_all_well(check, rabbitmq, vhost, postgres, database):
    rabbitmq.declare('trophies', vhost)
    rabbitmq.publish(b'x', 'trophies', vhost)
    done = check()
    assert done.exit == OK
    assert marks(done) == ['ok configuration', 'ok database', 'ok schema', 'ok broker', 'ok queue']
    assert f'database {database} on 127.0.0.1:{postgres.port} as trophy_worker_login' in done.out
    assert 'queue: trophies: 1 messages wait, 0 consumers' in done.out
    assert rabbitmq.ready('trophies', vhost) == 1


def test_missing_queue(check, rabbitmq, vhost):
    rabbitmq.declare('there', vhost)
    done = check(queue='there,missing')
    assert done.exit == OK and 'ok queue: missing: not there yet' in done.out
    assert 'missing' not in rabbitmq.queues(vhost)
    done = check(queue='there,missing', env={'TROPHY_BROKER_CREATE_QUEUE': 'false'})
    assert done.exit == UNAVAILABLE and 'FAIL queue: missing: no such queue' in done.out
    assert 'ok queue: there' in done.out


def test_queue_of_another(check, rabbitmq, vhost):
    with rabbitmq.connect(vhost) as connection:
        connection.channel().queue_declare('theirs', exclusive=True)
        done = check(queue='theirs')
    assert done.exit == UNAVAILABLE and 'FAIL queue: theirs' in done.out and '405' in done.err


def test_no_broker(check):
    done = check(broker=NO_BROKER)
    assert done.exit == UNAVAILABLE
    assert marks(done) == ['ok configuration', 'ok database', 'ok schema', 'FAIL broker', '-- queue']


def test_second_broker(check, rabbitmq, vhost):
    assert check(broker=f'{NO_BROKER};{rabbitmq.url(vhost)}').exit == OK


def test_wrong_password(check, rabbitmq, vhost):
    done = check(broker=rabbitmq.url(vhost).replace('guest:guest', 'guest:secret'))
    assert done.exit == UNAVAILABLE and 'FAIL broker' in done.out and 'secret' not in done.out + done.err


@pytest.mark.parametrize('after, named', [
    ('?hearbeat=30', '?hearbeat'), ('?heartbeat=soon', '?heartbeat'), ('?ssl=maybe', '?ssl'),
    ('?ssl_cert_reqs=CERT_NONE', '?ssl_cert_reqs'), ('?password=hidden', '?password'), ('#hidden', '%23'),
])
def test_what_is_not_understood_of_a_url(check, after, named):
    """Refused by its name, by the daemon, too; and no password is shown."""
    url = 'amqp://guest:hidden@127.0.0.1:1//' + after
    done = check(broker=url)
    assert named in done.out + done.err and 'hidden' not in done.out + done.err
    daemon = run(['run'], broker=url, database=NOWHERE)
    assert daemon.exit == CONFIG and named in daemon.err and 'hidden' not in daemon.err


def test_no_database(check):
    done = check(database=NOWHERE)
    assert done.exit == UNAVAILABLE
    assert marks(done) == ['ok configuration', 'FAIL database', '-- schema', 'ok broker', 'ok queue']


def test_misfit(check, postgres, database):
    postgres.query(database, 'alter table trophies_trophy drop column checker_params, drop column name')
    done = check()
    assert done.exit == DATA
    assert marks(done) == ['ok configuration', 'ok database', 'FAIL schema', 'ok broker', 'ok queue']
    assert 'trophies_trophy.name: no such column (2 in all, see trophy-worker schema --check)' in done.out


def test_first_failure_decides(check, postgres, database):
    postgres.query(database, 'drop table trophies_usertrophy')
    assert check(broker=NO_BROKER).exit == DATA
    assert check(database=NOWHERE, broker=NO_BROKER).exit == UNAVAILABLE


@pytest.mark.parametrize('change', [{'TROPHY_BROKER_PREFETCH': 'many'}, {'TROPHY_TROPHIES_TIME_ZONE': 'Mars/Here'},
                                    {'TROPHY_BROKER_URL': 'amqp://host:port/x'}, {'TROPHY_BROKER_QUEUE': 'celery'}])
def test_configuration(check, change):
    done = check(env=change)
    assert done.exit == CONFIG
    assert marks(done) == ['FAIL configuration', '-- database', '-- schema', '-- broker', '-- queue']


def test_configuration_file(check, tmp_path, postgres, rabbitmq, database, vhost):
    file = tmp_path / 'worker.cfg'
    file.write_text('broker: { prefetch = "x"; };')
    done = run(['-c', file, 'check'], postgres.worker_url(database), rabbitmq.url(vhost))
    assert done.exit == CONFIG and f'FAIL configuration: {file}:1' in done.out
    file.write_text('broker: { prefetch = 10; };')
    done = run(['-c', file, 'check'], postgres.worker_url(database), rabbitmq.url(vhost))
    assert done.exit == OK and f'ok configuration: {file}' in done.out
    assert run(['-c', tmp_path / 'none', 'check']).exit == CONFIG


def test_usage():
    assert run(['check', 'more']).exit == USAGE
    assert run(['check', '--more']).exit == USAGE
