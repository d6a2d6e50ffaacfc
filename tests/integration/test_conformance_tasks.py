# SPDX-License-Identifier: Apache-2.0
"""A real Celery worker and ours, given the same: what becomes of every kind of task message (tests/lib/scenarios.py,
workflow_scenarios.py).  The two must not be told apart but by the differences listed in tests/lib/differences.py.

The Celery that works, and that sends, is that of the Python which runs the tests: Debian's under tests/run; another one
with tests/extra/celery56.
"""
import pytest

import conformance
import differences
import scenarios
import stands
import workflow_scenarios

SCENARIOS = {**scenarios.SCENARIOS, **workflow_scenarios.WORKFLOWS}


@pytest.fixture(scope='module')
def suite(postgres, rabbitmq):
    with stands.Stand('native', postgres, rabbitmq, track_started=True) as native, \
            stands.Stand('ours', postgres, rabbitmq, track_started=True) as ours:
        yield conformance.Suite(native, ours, differences.TASKS, differences.EVERYWHERE)
        assert ours.worker.process.running()


@pytest.mark.parametrize('name', SCENARIOS)
def test_scenario(suite, name):
    suite.check(name, SCENARIOS[name])


def test_listed_differences_occur(suite):
    assert not suite.never_seen()
    assert not set(differences.TASKS) - set(SCENARIOS)
