# SPDX-License-Identifier: Apache-2.0
"""deploy/demo as a newcomer runs it, but for the packages and the build: it shows what it promises and leaves nothing."""
import json
import os
import pathlib
import subprocess

import servers


def processes_below(folder):
    """Command lines that name the folder."""
    found = []
    for entry in pathlib.Path('/proc').glob('[0-9]*/cmdline'):
        try:
            command = entry.read_bytes().replace(b'\0', b' ').decode(errors='replace')
        except OSError:
            continue
        if str(folder) in command:
            found.append(command)
    return found


def test_demo(tmp_path):
    tmp_path.chmod(0o755)  # PostgreSQL runs as a user of its own
    for parent in tmp_path.parents[:2]:
        parent.chmod(0o755)
    done = subprocess.run(['/usr/bin/python3', servers.ROOT / 'deploy' / 'lib' / 'demo.py'], stdin=subprocess.DEVNULL,
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300,
                          env={**os.environ, 'TMPDIR': str(tmp_path), 'LC_ALL': 'C.UTF-8', 'PYTHONDONTWRITEBYTECODE': '1'})
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    david, = [line for line in lines if line.startswith('david ')]
    assert 'Beginner' in david
    assert sum('Beginner' in line for line in lines) > 3  # awards of others, and David's progress
    answer = json.loads(lines[lines.index('GET /api/v2/user-trophy/?limit=1') + 1])
    assert answer['count'] >= 1 and len(answer['results']) == 1 and answer['results'][0]['earned_at']
    assert lines[-1] == '==> Done: all stopped, nothing left behind'
    assert list(tmp_path.iterdir()) == []
    assert processes_below(tmp_path) == []


def test_usage():
    for words, code in ((['--help'], 0), (['--bogus'], 64), (['--stop'], 64)):
        done = subprocess.run([servers.ROOT / 'deploy' / 'demo', *words], stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30)
        assert done.returncode == code and done.stdout.startswith('usage: deploy/demo')
