# SPDX-License-Identifier: Apache-2.0
"""What the tests of celery.results = django-db share: the tables of django-celery-results in a world's database.

    add_tables(world)
    start(queue, env=DJANGO)
    wait_rows(world, ['id'])['id']['status']          # 'SUCCESS'
"""
import json
import pathlib

import servers
from processes import wait_until

DATA = pathlib.Path(__file__).resolve().parents[1] / 'data' / 'django'
DJANGO = {'TROPHY_CELERY_RESULTS': 'django-db'}
RESULTS, COUNTERS = 'django_celery_results_taskresult', 'django_celery_results_chordcounter'
EMBED = {'callbacks': None, 'errbacks': None, 'chain': None, 'chord': None}


def add_tables(world, newest=True):
    for name in ('tables-2.0', 'tables-2.6')[:2 if newest else 1]:
        world.postgres.psql(world.name, DATA / f'{name}.sql')
    world.postgres.psql(world.name, servers.SCHEMA / 'roles.sql')


def rows(world):
    """Every row by its task's id, without what differs from run to run."""
    found = {}
    for row, in world.query(f'select to_jsonb(r) from {RESULTS} r'):
        assert row.pop('date_created') <= row.pop('date_done')
        del row['id']
        found[row['task_id']] = row
    return found


def wait_rows(world, ids, status=None, timeout_s=30):
    """All rows, once these ids have one, in this state if so asked."""
    ids = list(ids)

    def there():
        return world.query(f'select count(*) from {RESULTS} where task_id = any(%s) and status = coalesce(%s, status)',
                           [ids, status])[0][0] == len(ids)
    wait_until(there, timeout_s, f'results of {ids[:9]} {status or ""}', every_s=0.05)
    return rows(world)


def put(world, queue, task_id, args, task='evaluate_user', headers=None, **embed):
    """A task of this id; embed: chain, chord, errbacks…"""
    return world.wire.put(queue, json.dumps([list(args), {}, {**EMBED, **embed}]),
                          {'task': task, 'id': task_id, 'root_id': task_id, **(headers or {})}, correlation_id=task_id)


def signature(task, args=(), immutable=True, **options):
    return {'task': task, 'args': list(args), 'kwargs': {}, 'options': options, 'subtask_type': None,
            'immutable': immutable}
