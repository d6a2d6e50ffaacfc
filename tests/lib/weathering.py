# SPDX-License-Identifier: Apache-2.0
"""How workers behave while something is broken, and once it is mended: what the tests of tests/faults measure and demand."""
import collections
import time

import faults_table

SETTLE_S = 3                  # what happened may be told at once and in more than a line
CPU_PCT, LINES_A_SECOND, BACK_S = 2.0, 1.0, 5.0
AN_ATTEMPT = 3                # lines at most: where the window is cut there may be one attempt more than its length allows
Wait = collections.namedtuple('Wait', 'cpu_pct lines seconds recovery_s')


def measure(trials, seconds):
    """The Wait of the busiest of these trials' workers in so many seconds, but for the first."""
    time.sleep(SETTLE_S)
    before, began = [(one.cpu_s(), one.log_lines()) for one in trials], time.monotonic()
    time.sleep(seconds - SETTLE_S)
    passed = time.monotonic() - began
    return Wait(max(100 * (one.cpu_s() - cpu) / passed for one, (cpu, _) in zip(trials, before)),
                max(one.log_lines() - lines for one, (_, lines) in zip(trials, before)), passed, None)


def back(trials):
    """Something more for each to do, just after everything works again; the seconds until each has begun to."""
    began = time.monotonic()
    waiting = {one: len(one.ended()) for one in trials}
    for one in trials:
        one.send(4)
    while waiting and time.monotonic() < began + 120:
        waiting = {one: before for one, before in waiting.items() if len(one.ended()) <= before}
        time.sleep(0.02)
    return time.monotonic() - began


def judge(name, found, wait, logs, tries=1):
    """Into the table, and whatever is not as it must be is a failure."""
    faults_table.add(name, found, tries, wait and wait.recovery_s, wait and wait.cpu_pct)
    assert not any(found.values()), f'{found}\n{logs}'
    if wait is not None:
        assert wait.recovery_s <= BACK_S, f'back after {wait.recovery_s:.1f} s\n{logs}'
        assert wait.cpu_pct <= CPU_PCT, f'{wait.cpu_pct:.1f} % CPU\n{logs}'
        assert wait.lines <= LINES_A_SECOND * wait.seconds + AN_ATTEMPT, \
            f'{wait.lines} lines in {wait.seconds:.1f} s\n{logs}'
