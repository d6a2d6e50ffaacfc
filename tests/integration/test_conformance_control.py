# SPDX-License-Identifier: Apache-2.0
"""A real Celery worker and ours, asked and told the same by remote control: with Celery's client
(tests/lib/control_scenarios.py) and with the celery command (tests/lib/command_scenarios.py).  See
test_conformance_tasks.py.
"""
import pytest

import command_scenarios
import conformance
import control_scenarios
import differences
import stands

SCENARIOS = {**control_scenarios.CONTROL, **command_scenarios.COMMANDS}


@pytest.fixture(scope='module')
def suite(postgres, rabbitmq):
    with stands.Stand('native', postgres, rabbitmq) as native, stands.Stand('ours', postgres, rabbitmq) as ours:
        yield conformance.Suite(native, ours, differences.CONTROL, ())


@pytest.mark.parametrize('name', [name for name in SCENARIOS if name != 'shutdown'])
def test_command(suite, name):
    suite.check(name, SCENARIOS[name])


@pytest.mark.parametrize('method, arguments, wanted', [
    ('election', {'id': 'x', 'topic': 'y', 'action': None}, type(None)),  # ends a native worker that is alone
    ('memdump', {}, dict), ('objgraph', {}, dict),                        # about Python's own objects
])
def test_what_native_is_not_asked(suite, method, arguments, wanted):
    ours = suite.stands[1]
    reply = ours.thread.submit(control_scenarios.ask, ours, method, **arguments).result()
    assert isinstance(reply, wanted) and (reply is None or list(reply) == ['error']), reply
    assert ours.thread.submit(control_scenarios.ask, ours, 'ping').result() == {'ok': 'pong'}


def test_shutdown_at_last(suite):
    suite.check('shutdown', SCENARIOS['shutdown'])


def test_listed_differences_are_of_scenarios():
    assert not set(differences.CONTROL) - set(SCENARIOS)
