# SPDX-License-Identifier: Apache-2.0
"""A PgBouncer in session mode between worker and database, which dies and comes back."""
import contextlib

import pytest

import trial
import weathering

pgbouncer = pytest.importorskip('pgbouncer')  # tests/lib/pgbouncer.py


def test_pooler_killed(arena, postgres):
    with contextlib.ExitStack() as stack:
        pooler = stack.enter_context(pgbouncer.PgBouncer(postgres, pool_mode='session'))
        trials = [stack.enter_context(arena.trial(kind, results)) for kind, results in trial.KINDS[1:3]]
        for one in trials:
            one.start(DATABASE_URL=pooler.through(postgres.worker_url(one.name)))
            one.send(4)
            one.wait_ended()
        for _ in range(3):
            for one in trials:
                one.send(12)
            pooler.kill()
            pooler.start()
        pooler.kill()
        for one in trials:
            one.send(6)
        wait = weathering.measure(trials, 7)
        pooler.start()
        wait = wait._replace(recovery_s=weathering.back(trials))
        for one in trials:
            one.settle()
        for one in trials:
            weathering.judge('pooler killed (SIGKILL)', one.account(), wait, one.logs(), tries=4)
