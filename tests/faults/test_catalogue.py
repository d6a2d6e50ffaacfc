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
import faults_table
import trial

SIDE_BY_SIDE = 6
CPU_PCT, LINES_A_SECOND = 2.0, 1.0


def measure(one, seconds):
    """(CPU in %, lines of log a second) of the worker that waits, once it knows that it has to."""
    time.sleep(1.5)
    cpu, lines, began = one.cpu_s(), one.log_lines(), time.monotonic()
    time.sleep(seconds - 1.5)
    passed = time.monotonic() - began
    return 100 * (one.cpu_s() - cpu) / passed, (one.log_lines() - lines) / passed


def weather(arena, fault, kind, results):
    """(account, recovery in seconds, CPU in %, lines a second, log)"""
    with arena.trial(kind, results, env=fault.env) as one:
        for _ in range(fault.workers):
            one.start()
        one.send(4)
        one.wait_ended()
        recovery_s = cpu_pct = lines_a_second = None
        with contextlib.contextmanager(fault.apply)(one):
            one.send(6)
            if fault.waits:
                cpu_pct, lines_a_second = measure(one, fault.seconds)
            else:
                time.sleep(fault.seconds)
        one.send(4)
        back_s = one.wait_next_end(timeout_s=120)
        if fault.waits:
            recovery_s = back_s
        one.settle()
        found = one.account()
        found['harmed'] += one.notes
        return found, recovery_s, cpu_pct, lines_a_second, one.logs()


@pytest.fixture(scope='module')
def runs(arena, request):
    """{(fault, kind, results): its future}, of those that were chosen."""
    chosen = [item.callspec.params for item in request.session.items if item.fspath == request.fspath]
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        yield {(one['fault'], one['kind'], one['results']):
               pool.submit(weather, arena, one['fault'], one['kind'], one['results']) for one in chosen}
        pool.shutdown(cancel_futures=True)


def cases():
    """Each fault with one kind of queue and results; with TROPHY_FAULTS_ALL=1 with every kind."""
    for number, fault in enumerate(catalogue.FAULTS):
        kinds = trial.KINDS if os.environ.get('TROPHY_FAULTS_ALL') else [trial.KINDS[(number + number // 2) % 4]]
        for kind in kinds:
            yield pytest.param(fault, *kind, id=f'{fault.name}-{"-".join(kind)}')


@pytest.mark.parametrize('fault, kind, results', cases())
def test_fault(runs, fault, kind, results):
    found, recovery_s, cpu_pct, lines_a_second, logs = runs[fault, kind, results].result()
    faults_table.add(fault.name, found, fault.tries, recovery_s, cpu_pct)
    assert not any(found.values()), f'{found}\n{logs}'
    if fault.waits:
        assert recovery_s <= trial.BACK_S, logs
        assert cpu_pct <= CPU_PCT, logs
        assert lines_a_second <= LINES_A_SECOND, logs
