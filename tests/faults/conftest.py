# SPDX-License-Identifier: Apache-2.0
"""For the tests of faults: arena (tests/lib/trial.py), and the table printed at the end."""
import pytest

import faults_table
import servers
import trial


@pytest.fixture(scope='session')
def arena(postgres, rabbitmq):
    return trial.Arena(postgres, rabbitmq)


@pytest.fixture(scope='session')
def restarted_rabbitmq():
    """A node for the tests that restart it: with the virtual hosts of some hundred trials one takes a minute and more to
    start again."""
    with servers.RabbitMQ() as rabbit:
        yield rabbit


def pytest_terminal_summary(terminalreporter):
    for line in faults_table.lines():
        terminalreporter.write_line(line)
