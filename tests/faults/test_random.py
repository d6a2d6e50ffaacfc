# SPDX-License-Identifier: Apache-2.0
"""Random schedules: messages of all kinds, workouts that are added, changed and deleted meanwhile, and faults.  Then all is
given back, everybody is evaluated once more, and the tables must be those of the model (model.py), every message must have
ended as it had to, and nothing be left over (verdict.py).

    TROPHY_FAULTS_SEED=17 pytest tests/faults/test_random.py        # one schedule again; 17s: of those that restart servers
    TROPHY_FAULTS_HOURS=2 pytest tests/faults/test_random.py        # new ones for so long

A schedule that fails prints its seed, itself, what is wrong, and the end of the workers' logs, and is kept whole in
build/faults, where played.log has a line for each that was played.  Its seed is to be added to seeds.txt, which is always
played first; a run of hours does so itself.
"""
import concurrent.futures
import itertools
import os
import pathlib
import time

import pytest

import play
import schedule
import stage

HERE = pathlib.Path(__file__).resolve().parent
KEPT = HERE / 'seeds.txt'
REPORTS = HERE.parents[1] / 'build' / 'faults'
ONE = os.environ.get('TROPHY_FAULTS_SEED')
HOURS = float(os.environ.get('TROPHY_FAULTS_HOURS') or 0)
SIDE_BY_SIDE = 4
TAIL = 6000  # characters of a log


def kept():
    """The seeds that ever failed: a line each, perhaps with a word why."""
    return [line.split()[0] for line in KEPT.read_text().splitlines() if line.strip() and not line.startswith('#')]


def sets():
    """{name: seeds}: each is played once."""
    if ONE:
        return {'one': [ONE]}
    named = {'ever_failed': kept(), 'side_by_side': [str(seed) for seed in range(1, 13)], 'servers_restarted': ['1s', '2s']}
    return {name: fresh for name, seeds in named.items()
            if (fresh := [seed for seed in seeds if name == 'ever_failed' or seed not in kept()])}


def parse(seed):
    return int(seed.rstrip('s')), seed.endswith('s')


@pytest.fixture(scope='module', autouse=True)
def template(postgres):
    REPORTS.mkdir(parents=True, exist_ok=True)
    stage.make_template(postgres)


def report(plan, complaints, logs, own):
    tails = [f'--- worker {number}\n{log[-TAIL:]}' for number, log in logs.items()]
    return '\n'.join([plan.text(), '', *own, *tails, '', f'seed {plan.name}: {len(complaints)} complaints', *complaints])


def keep(plan, complaints, logs, own):
    whole = [f'--- worker {number}\n{log}' for number, log in logs.items()]
    (REPORTS / f'seed-{plan.name}.log').write_text('\n'.join([report(plan, complaints, {}, own), *whole]))
    if HOURS and plan.name not in kept():
        with open(KEPT, 'a', encoding='utf-8') as seeds:
            seeds.write(f'{plan.name} {complaints[0][:100]}\n')


def play_one(postgres, rabbitmq, seed):
    """What is to be printed if it went wrong, else None."""
    plan = schedule.make(*parse(seed))
    began = time.monotonic()
    complaints, logs, own = play.run(postgres, rabbitmq, plan)
    words = 'ok' if not complaints else f'{len(complaints)} complaints'
    line = f'seed {plan.name}: {words} in {time.monotonic() - began:.0f} s, {len(plan.expected)} messages, ' \
           f'{len(plan.steps)} steps'
    print(line, flush=True)
    with open(REPORTS / 'played.log', 'a', encoding='utf-8') as played:
        played.write(f'{line}\n')
    if not complaints:
        return None
    keep(plan, complaints, logs, own)
    return report(plan, complaints, logs, own)


def play_all(postgres, rabbitmq, seeds):
    """So many side by side as are good for the machine, but one at a time where the servers are restarted."""
    reports = []
    for alone, some in itertools.groupby(seeds, lambda seed: parse(seed)[1]):
        with concurrent.futures.ThreadPoolExecutor(1 if alone else SIDE_BY_SIDE) as pool:
            reports += pool.map(lambda seed: play_one(postgres, rabbitmq, seed), some)
    wrong = [text for text in reports if text is not None]
    assert not wrong, f'{len(wrong)} of {len(reports)} schedules failed\n\n' + '\n\n'.join(wrong[:3])


@pytest.mark.parametrize('seeds', sets().values(), ids=sets())
def test_schedules(postgres, rabbitmq, seeds):
    play_all(postgres, rabbitmq, seeds)


if HOURS:
    def test_hours(postgres, rabbitmq):
        """New schedules until the time is over: ten side by side, then one with servers restarted, and so on."""
        end, first = time.monotonic() + HOURS * 3600, int(time.time())
        wrong, played = [], 0
        for seed in itertools.count(first, 100):
            if time.monotonic() > end:
                break
            for some in ([str(seed + n) for n in range(10)], [f'{seed + 10}s']):
                with concurrent.futures.ThreadPoolExecutor(min(SIDE_BY_SIDE, len(some))) as pool:
                    wrong += filter(None, pool.map(lambda one: play_one(postgres, rabbitmq, one), some))
                played += len(some)
        assert not wrong, f'{len(wrong)} of {played} schedules failed\n\n' + '\n\n'.join(wrong[:3])
