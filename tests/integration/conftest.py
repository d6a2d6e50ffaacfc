# SPDX-License-Identifier: Apache-2.0
"""Servers for the integration tests: started once a run, on first use.

  postgres, rabbitmq   the private servers (deploy/lib/servers.py)
  database             name of a fresh database: host schema, trophy tables, roles and the nine trophies
  vhost                name of a fresh RabbitMQ virtual host
  worker               start_worker(queue='trophies', clock=None, env=None, args=('run',)) -> Worker that is consuming,
                       on this test's database and vhost, logged in as a member of trophy_worker
  producer             a Celery producer (tests/lib/producer.py) on this test's vhost, queue 'trophies'
  world                a database and a vhost for all tests of a file (tests/lib/worlds.py); they take a second to make
  shim                 start_shim(clock=None, env=None, args=('run',)) -> Shim that answers, on this test's database, logged
                       in as a member of trophy_shim
  shared_shim          one Shim for all tests that only ask, on the database shim_world (tests/data/shim), with shim_key
                       (tests/lib/jwt_key.py) for access tokens; shim_values, see tests/lib/shim_cases.py
  start                start(queue, **options) -> Worker on the world, ended with the test
  monitor, join        Celery's own monitor on the world (tests/lib/monitor.py), and join(queue, …): a worker it knows of
"""
import contextlib
import itertools
import pathlib
import re
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / 'lib'), str(TESTS.parent / 'deploy' / 'lib')]

import jwt_key  # noqa: E402
import monitor as celery_monitor  # noqa: E402
import producer as celery_producer  # noqa: E402
import servers  # noqa: E402
import shim_cases  # noqa: E402
import worlds  # noqa: E402

SHIM_DATA = TESTS / 'data' / 'shim'
TEMPLATE = 'trophy_template'
_numbers = itertools.count(1)


@pytest.fixture(scope='session', autouse=True)
def _signals():
    servers.stop_on_signals()
    yield
    servers.close_all()


@pytest.fixture(scope='session')
def postgres():
    with servers.Postgres() as pg:
        pg.create_database(TEMPLATE, [servers.SCHEMA / f'{name}.sql'
                                      for name in ('host', 'trophies', 'roles', 'worker', 'initial_trophies')])
        pg.add_worker_login()
        pg.add_shim_login()
        yield pg


@pytest.fixture(scope='session')
def rabbitmq():
    with servers.RabbitMQ() as rabbit:
        yield rabbit


@pytest.fixture
def database(postgres):
    name = f'test{next(_numbers)}'
    postgres.create_database(name, template=TEMPLATE)
    yield name
    postgres.drop_database(name)


@pytest.fixture
def vhost(rabbitmq):
    name = f'test{next(_numbers)}'
    rabbitmq.add_vhost(name)
    yield name
    rabbitmq.delete_vhost(name)


@contextlib.contextmanager
def daemons(make, request):
    """A function that starts what make() makes; each ends with the test and shows its log if that failed."""
    started = []

    def start_daemon(ready=True, **options):
        one = make(**options)
        started.append(one)
        return one.wait_ready() if ready else one

    yield start_daemon
    for one in started:
        if getattr(request.node, 'failed', False):
            print(f'--- {one.name} {one.process.pid} ---\n{one.log()[-8000:]}')
        complaint = re.search(r'(?:Sanitizer|runtime error:).*', one.log())  # a build that looks for errors found one
        one.close()
        assert not complaint, complaint.group(0)


def workers(broker_url, database_url, request):
    return daemons(lambda **options: servers.Worker(options.pop('broker_url', broker_url), database_url, **options),
                   request)


@pytest.fixture
def worker(postgres, rabbitmq, database, vhost, request):
    with workers(rabbitmq.url(vhost), postgres.worker_url(database), request) as start_worker:
        yield start_worker


@pytest.fixture
def shim(postgres, database, request):
    url = postgres.shim_url(database)
    with daemons(lambda **options: servers.Shim(options.pop('database_url', url), **options), request) as start_shim:
        yield start_shim


@pytest.fixture(scope='session')
def shim_world(postgres):
    """Name of a database with the world of tests/data/shim, which nobody changes.  It goes with its server: _signals,
    which every test asks for again, is the first fixture of the session to end."""
    name = 'shim_world'
    postgres.create_database(name, template=TEMPLATE)
    postgres.psql(name, SHIM_DATA / 'world.sql')
    return name


@pytest.fixture(scope='session')
def shim_key(tmp_path_factory):
    return jwt_key.Key(tmp_path_factory.mktemp('key'))


@pytest.fixture(scope='session')
def shared_shim(postgres, shim_world, shim_key):
    """One shim on this world, as the defaults have it, that takes access tokens signed with shim_key."""
    with servers.Shim(postgres.shim_url(shim_world), env={'TROPHY_SHIM_JWT_PUBLIC_KEY': shim_key.jwk()}) as one:
        yield one.wait_ready()


@pytest.fixture(scope='session')
def shim_values(shared_shim, shim_key, tmp_path_factory):
    """What the <names> in the cases of this shim stand for (tests/lib/shim_cases.py)."""
    other = jwt_key.Key(tmp_path_factory.mktemp('other'))

    def sign(claims, word):
        return other.sign(claims) if word == 'other' else shim_key.sign(claims, word or 'RS256')
    return shim_cases.Values(shim_cases.read_rows(SHIM_DATA / 'rows.txt'), sign, url=shared_shim.url,
                             static=f'{shared_shim.url}/static')


@pytest.fixture(scope='module')
def world(postgres, rabbitmq):
    with worlds.World(postgres, rabbitmq, f'world{next(_numbers)}') as one:
        yield one


@pytest.fixture
def start(postgres, world, request):
    with workers(world.broker_url, postgres.worker_url(world.name), request) as start_worker:
        yield lambda queue, **options: start_worker(queue=queue, **options)


@pytest.fixture
def monitor(world):
    with celery_monitor.Monitor(world.broker_url) as one:
        yield one


@pytest.fixture
def join(world, start, monitor):
    """join(queue, tasks=True, env={}, ...) -> a worker that has told the monitor that it is there, and its name."""
    def begin(queue, tasks=True, env=None, **options):
        name = f'{queue}@here'
        worker = start(queue, env={'TROPHY_WORKER_NAME': name, **(env or {})}, **options)
        monitor.wait(lambda: monitor.of_worker(name, 'worker-online'))
        if tasks:
            monitor.switch(True)
        return worker, name
    return begin


@pytest.fixture
def producer(rabbitmq, vhost):
    with celery_producer.Producer(rabbitmq.url(vhost)) as one:
        yield one


@pytest.hookimpl(tryfirst=True, hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """So that fixtures know in their tear-down whether the test failed, and show the worker's log."""
    report = (yield).get_result()
    if report.when == 'call' and report.failed:
        item.failed = True
