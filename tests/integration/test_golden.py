# SPDX-License-Identifier: Apache-2.0
"""The recorded cases of tests/data/golden through the real worker: messages of the real Celery, a real PostgreSQL, the
worker's clock pinned.  One test a (file, set, now); one worker a now does all sets of it, as the trophies change
under it."""
import collections
import json
import pathlib
import subprocess
import sys

import producer as celery_producer
import pytest
import servers

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / 'data' / 'golden'
DATABASE = 'golden'
VHOST = 'golden'


def groups():
    """{(now, file, set): [(user id, fails)]}, numbered as golden_db.py does."""
    found = collections.defaultdict(list)
    for file in ('boundary', 'random', 'deviations', 'params'):
        with open(GOLDEN / f'{file}.jsonl', encoding='utf-8') as lines:
            for user_id, line in enumerate(lines, 1001):
                for run in json.loads(line)['runs']:
                    found[run['now'], file, run['set']].append((user_id, run['fails']))
    return dict(sorted(found.items()))


GROUPS = groups()


@pytest.fixture(scope='module')
def world(postgres, rabbitmq):
    postgres.create_database(DATABASE, template='trophy_template')
    rabbitmq.add_vhost(VHOST)
    with celery_producer.Producer(rabbitmq.url(VHOST)) as producer:
        yield producer
    rabbitmq.delete_vhost(VHOST)
    postgres.drop_database(DATABASE)


@pytest.fixture(scope='module')
def pinned(request, postgres, rabbitmq, world):
    """A worker that lives in one instant."""
    with servers.Worker(rabbitmq.url(VHOST), postgres.worker_url(DATABASE), clock=request.param,
                        env={'TROPHY_TROPHIES_TIME_ZONE': 'Europe/Berlin'}) as worker:
        worker.wait_ready()
        yield worker
        assert worker.stop() == 0, worker.log()


def golden_db(postgres, *args):
    command, file, *rest = args
    return subprocess.run([sys.executable, GOLDEN / 'golden_db.py', command, GOLDEN / f'{file}.jsonl', *rest,
                           '--dsn', postgres.url(DATABASE)], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)


@pytest.mark.parametrize('pinned, file, trophies', GROUPS, indirect=['pinned'],
                         ids=[f'{file}-{trophies}-{now}' for now, file, trophies in GROUPS])
def test_golden(postgres, world, pinned, file, trophies):
    now = pinned.clock
    users = GROUPS[now, file, trophies]
    loaded = golden_db(postgres, 'load', file, trophies, now)
    assert loaded.stdout.split() == [str(user_id) for user_id, _ in users], loaded.stdout
    for task, option in ((world.evaluate_user, []), (world.update_statistics, ['--updated'])):
        results = {user_id: task.delay(user_id) for user_id, _ in users}
        world.wait(results.values())
        states = [(user_id, results[user_id].state) for user_id, _ in users]
        assert states == [(user_id, 'FAILURE' if fails else 'SUCCESS') for user_id, fails in users], pinned.log()[-4000:]
        compared = golden_db(postgres, 'compare', file, trophies, now, *option)
        assert compared.returncode == 0, compared.stdout
