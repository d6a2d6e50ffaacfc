# SPDX-License-Identifier: Apache-2.0
"""Every command's --help fits a screen of 80 by 24 and has an example."""
import math
import re

import pytest
from commands import OK, USAGE, run

COMMANDS = ['load-trophies', 'send', 'schema', 'check', 'config', 'run']


@pytest.mark.parametrize('command', COMMANDS)
def test_help(command):
    done = run([command, '--help'])
    assert done.exit == OK and done.err == ''
    assert sum(max(1, math.ceil(len(line) / 80)) for line in done.out.splitlines()) <= 24
    assert re.search(r'(?m)^example: .*trophy-worker', done.out)
    assert run([command, '--version']).exit == OK


def test_all_are_listed():
    listed = re.findall(r'(?m)^  ([a-z-]+) {2,}\S', run(['--help']).out)
    assert set(COMMANDS) <= set(listed)


def test_unknown():
    assert run(['no-such-command']).exit == USAGE
