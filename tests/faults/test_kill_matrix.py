# SPDX-License-Identifier: Apache-2.0
"""The worker is killed at every step of a batch, before the bytes of that step have passed and behind them, on classic and
quorum queues, with results over rpc and in Django's table.  A new worker then brings everything to its end, once."""
import concurrent.futures
import contextlib
import dataclasses
import os
import typing

import pytest

import proxy
import trial
import weathering

KILLS = int(os.environ.get('TROPHY_FAULTS_KILLS', '3'))  # before and as many behind: at least five for each step and kind
MESSAGES = 8
SIDE_BY_SIDE = 8


@dataclasses.dataclass(frozen=True, eq=False)
class Step:
    name: str
    side: str                       # of the proxy that sees it
    match: typing.Callable          # (event, trial) -> is this the step?
    suspects: bool = False          # only redelivered messages come there
    results: typing.Optional[str] = None   # only where results go this way


def asked(statement):
    return lambda event, _: event.up and event.name == 'execute' and event.statement == statement


def answered(statement):
    return lambda event, _: not event.up and event.name == 'command_complete' and event.statement == statement


STEPS = [
    Step('received', 'broker', lambda e, t: e.name == 'basic.deliver' and e.routing_key == t.queue),
    Step('mark sent', 'database', asked('attempt_mark'), suspects=True),
    Step('marked', 'database', answered('attempt_mark'), suspects=True),
    Step('lock sent', 'database', asked('statistics_lock')),
    Step('locked', 'database', answered('statistics_lock')),
    Step('read', 'database', answered('awards')),
    Step('write sent', 'database', asked('statistics_write')),
    Step('result written', 'database', asked('results_write'), results='django-db'),
    Step('written', 'database', answered('awards_write')),
    Step('COMMIT sent', 'database', lambda e, t: e.up and e.is_commit),
    Step('committed', 'database', lambda e, t: not e.up and e.is_commit),
    Step('follow-ups out', 'broker', lambda e, t: e.name == 'basic.publish' and e.up and e.routing_key == t.queue),
    Step('confirmed', 'broker', lambda e, t: not e.up and e.name == 'basic.ack'),
    Step('result out', 'broker', lambda e, t: e.name == 'basic.publish' and e.up and e.routing_key == trial.REPLIES,
         results='rpc'),
    Step('ack out', 'broker', lambda e, t: e.up and e.name == 'basic.ack'),
]
CASES = [pytest.param(step, behind, id=f'{step.name.replace(" ", "_")}-{"behind" if behind else "before"}')
         for step in STEPS for behind in (False, True)]


def kill_once(one, step, behind):
    """A few messages, half of them with a follow-up; the worker is killed at the step, another one ends them."""
    if step.suspects:
        with one.database.on(lambda event: asked('statistics_lock')(event, one),
                             lambda event: one.kill(one.worker) and proxy.CUT) as watch:
            ids = one.send(MESSAGES // 2) + one.send(MESSAGES // 2, follow_up=True)
            one.start(ready=False)
            watch.wait()
    else:
        ids = one.send(MESSAGES // 2) + one.send(MESSAGES // 2, follow_up=True)
    before = None if behind else lambda event: one.kill(one.worker) and proxy.CUT
    after = (lambda event: one.kill(one.worker)) if behind else None
    with getattr(one, step.side).on(lambda event: step.match(event, one), before, after) as watch:
        one.start(ready=False)
        watch.wait()
        one.worker.process.wait(30)
    one.start(ready=False)
    one.wait_ended([*ids, *(one.follows[token] for token in ids if token in one.follows)])
    one.wait_acknowledged()
    one.worker.stop()


def kill_often(arena, kind, results, step, behind):
    """(account, kills, log)"""
    kills = 0
    with arena.trial(kind, results) as one:
        with contextlib.suppress(TimeoutError):  # the account tells what has not ended
            while kills < KILLS:
                kill_once(one, step, behind)
                kills += 1
        one.settle(timeout_s=30)
        return one.account(), kills, one.logs()


@pytest.fixture(scope='module')
def runs(arena, request):
    """{(step, behind): futures}, of those that were chosen, several side by side."""
    chosen = [item.callspec.params for item in request.session.items if item.fspath == request.fspath]
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        yield {(one['step'], one['behind']): [pool.submit(kill_often, arena, kind, results, **one)
                                              for kind, results in trial.KINDS if one['step'].results in (None, results)]
               for one in chosen}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize('step, behind', CASES)
def test_killed_at_a_step(runs, step, behind):
    name = f'SIGKILL {"behind" if behind else "before"}: {step.name}'
    for run in runs[step, behind]:
        found, kills, logs = run.result()
        weathering.judge(name, found, None, logs, tries=max(kills, 1))
        assert kills == KILLS, f'the step never came, or not all had ended\n{logs}'
