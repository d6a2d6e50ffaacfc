# SPDX-License-Identifier: Apache-2.0
"""A real Celery worker and ours, asked and told the same by remote control, with Celery's client and with the celery
command (tests/lib/control_scenarios.py).  See test_conformance_tasks.py.
"""
import pytest

import conformance
import control_scenarios
import differences
import stands


@pytest.fixture(scope='module')
def suite(postgres, rabbitmq):
    with stands.Stand('native', postgres, rabbitmq) as native, stands.Stand('ours', postgres, rabbitmq) as ours:
        yield conformance.Suite(native, ours, differences.CONTROL, ())


@pytest.mark.parametrize('name', [name for name in control_scenarios.CONTROL if name != 'shutdown'])
def test_command(suite, name):
    suite.check(name, control_scenarios.CONTROL[name])


def test_shutdown_at_last(suite):
    suite.check('shutdown', control_scenarios.CONTROL['shutdown'])


def test_listed_differences_are_of_scenarios():
    assert not set(differences.CONTROL) - set(control_scenarios.CONTROL)
