# SPDX-License-Identifier: Apache-2.0
"""For the tests of faults: arena (tests/lib/trial.py), and the table printed at the end."""
import pytest

import faults_table
import trial


@pytest.fixture(scope='session')
def arena(postgres, rabbitmq):
    return trial.Arena(postgres, rabbitmq)


def pytest_terminal_summary(terminalreporter):
    for line in faults_table.lines():
        terminalreporter.write_line(line)
