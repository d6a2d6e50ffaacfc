# SPDX-License-Identifier: Apache-2.0
"""Each fault of catalogue.py: messages come before it, during it and behind it; then all have ended, once, and the worker has
neither spun nor chattered meanwhile and is back at work soon.

The faults do not know of each other and mostly wait: several are run side by side, each test waits for its own."""
import concurrent.futures
import contextlib
import os
import time

import pytest

import catalogue
import trial
import weathering

SIDE_BY_SIDE = 8


def weather(arena, fault, kind, results):
    """(account, weathering.Wait or None, log)"""
    with arena.trial(kind, results, env=fault.env) as one:
        for _ in range(fault.workers):
            one.start()
        one.send(4)
        one.wait_ended()
        wait = None
        with contextlib.contextmanager(fault.apply)(one):
            one.send(6)
            if fault.waits:
                wait = weathering.measure([one], fault.seconds)
            else:
                time.sleep(fault.seconds)
        back_s = weathering.back([one])
        one.settle()
        found = one.account()
        found['harmed'] += one.notes
        return found, wait and wait._replace(recovery_s=back_s), one.logs()


@pytest.fixture(scope='module')
def runs(arena, request):
    """{(fault, kind, results): its future}, of those that were chosen."""
    chosen = [item.callspec.params for item in request.session.items if item.fspath == request.fspath]
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        chosen.sort(key=lambda one: one['fault'].seconds, reverse=True)  # who waits longest, begins
        yield {(one['fault'], one['kind'], one['results']): pool.submit(weather, arena, **one) for one in chosen}
        pool.shutdown(cancel_futures=True)


def cases():
    """Each fault with one kind of queue and results; with TROPHY_FAULTS_ALL=1 with every kind."""
    for number, fault in enumerate(catalogue.FAULTS):
        kinds = trial.KINDS if os.environ.get('TROPHY_FAULTS_ALL') else [trial.KINDS[(number + number // 2) % 4]]
        for kind in kinds:
            yield pytest.param(fault, *kind, id=f'{fault.name}-{"-".join(kind)}')


@pytest.mark.parametrize('fault, kind, results', cases())
def test_fault(runs, fault, kind, results):
    weathering.judge(fault.name, *runs[fault, kind, results].result(), tries=fault.tries)
