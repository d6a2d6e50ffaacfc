# SPDX-License-Identifier: Apache-2.0
"""A command of trophy-worker, run to its end.

    run(['schema', '--check'], database=url).exit
"""
import collections
import subprocess

from servers import Worker

NOWHERE = 'postgresql://127.0.0.1:1/none'
NO_BROKER = 'amqp://guest:guest@127.0.0.1:1//'
Done = collections.namedtuple('Done', 'exit out err')

OK, USAGE, DATA, UNAVAILABLE, CONFIG = 0, 64, 65, 69, 78


def run(args, database=NOWHERE, broker=NO_BROKER, queue='trophies', env=None, timeout_s=60):
    settings = {'PATH': '/usr/bin:/bin', 'TZ': 'UTC', 'TROPHY_BROKER_URL': broker, 'TROPHY_BROKER_QUEUE': queue,
                'TROPHY_DATABASE_URL': database, **(env or {})}
    done = subprocess.run([Worker.binary, *map(str, args)], env=settings, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout_s)
    assert 'Sanitizer' not in done.stderr and 'runtime error' not in done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)
