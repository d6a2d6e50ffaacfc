# SPDX-License-Identifier: Apache-2.0
"""A message whose run the process does not survive ends in the dead letters, alone.  Whatever only was delivered, handed back
or redelivered while others died is innocent, however often."""
import concurrent.futures
import os
import re
import time

import pytest

import proxy
import trial
import weathering

COUNT = 60
PLACES = range(COUNT) if os.environ.get('TROPHY_FAULTS_ALL') else (0, 30, 59)
POISON = 987654321         # a user: whoever asks the database about that one, dies
LIMIT = 5                  # worker.delivery_limit, by default


def is_about_poison(event):
    return event.up and event.name == 'bind' and re.search(rb'[{,]%d[,}]' % POISON, event.raw) is not None


def poisoned(arena, kind, place, count):
    """(account, deaths, log) of so many workers and a queue with the poison at this place."""
    with arena.trial(kind, env={'BROKER_PREFETCH': 256 if count == 1 else 10}) as one:
        one.add_users(1, workouts=trial.WORKOUTS, ids=[POISON])
        users = one.add_users(COUNT - 1, workouts=trial.WORKOUTS)
        ids = one.send(COUNT, users=[*users[:place], POISON, *users[place:]])
        one.guilty.add(ids[place])
        databases = [one.enter(proxy.Proxy(one.postgres.port, 'postgres')) for _ in range(count)]
        workers = []
        for number, database in enumerate(databases):
            database.on(is_about_poison, lambda event, number=number: one.kill(workers[number]) and proxy.CUT, times=None)
        workers += [one.start(ready=False, database=database) for database in databases]
        deaths, end = 0, time.monotonic() + 120
        while len(one.ended()) < COUNT and time.monotonic() < end:
            for number, database in enumerate(databases):
                if not workers[number].process.running():
                    deaths += 1
                    workers[number] = one.start(ready=False, database=database)
            time.sleep(0.02)
        one.settle(timeout_s=1)
        found = one.account()
        if one.dead[ids[place]] != 1:
            found['lost'].append(f'{one.dead[ids[place]]} dead letters')
        return found, deaths, one.logs()


@pytest.mark.parametrize('count', [1, 3])
@pytest.mark.parametrize('kind', ['classic', 'quorum'])
def test_poison(arena, kind, count):
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(poisoned, arena, kind, place, count) for place in PLACES]
    for run in runs:
        found, deaths, logs = run.result()
        weathering.judge(f'poison, {count} worker{"s" * (count > 1)}', found, None, logs)
        # the first delivery is not marked, unless it went back before it was run
        assert deaths in (LIMIT, 1 + LIMIT), f'{deaths} deaths\n{logs}'


def returned(arena, kind, way):
    """Twenty messages, and ten times they go back with nobody having begun them."""
    with arena.trial(kind) as one:
        one.database.refuse()
        one.send(20)
        one.start()
        for _ in range(10):
            trial.wait_until(lambda: one.ready(one.queue) == 0, 60, 'all are delivered', every_s=0.02)
            if way == 'clean stops':
                assert one.worker.stop() == 0
                one.start()
            else:
                lines = one.worker.log().count('consuming')
                one.broker.cut('rst')
                one.worker.wait_log('consuming', times=lines + 1, timeout_s=60)
        one.database.restore()
        one.settle()
        return one.account(), one.logs()


@pytest.mark.parametrize('way', ['clean stops', 'cuts'])
def test_returned_unbegun(arena, way):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(returned, arena, kind, way) for kind in ('classic', 'quorum')]
    for run in runs:
        found, logs = run.result()
        weathering.judge(f'database away: ten {way}', found, None, logs, tries=10)
