# SPDX-License-Identifier: Apache-2.0
"""The scenarios of the conformance suite with the celery command: what it prints about either worker; as
control_scenarios.py has the others.
"""
import json
import re
import subprocess
import sys

import normal
import stands
from control_scenarios import TASK, ask, busy
from stands import NODE, QUEUE

COMMANDS = {}


def scenario(function):
    COMMANDS[function.__name__] = function
    return function


INSPECT = {'ping': [], 'active': [], 'reserved': [], 'scheduled': [], 'registered': [], 'stats': [], 'active_queues': [],
           'conf': [], 'report': [], 'revoked': [], 'query_task': ['nobody'], 'clock': [], 'memsample': []}
CONTROL = {'revoke': ['nobody'], 'terminate': ['SIGTERM', 'nobody'], 'rate_limit': [TASK, '10/m'],
           'time_limit': [TASK, '60', '120'], 'add_consumer': ['extra'], 'cancel_consumer': ['extra'],
           'disable_events': [], 'enable_events': [], 'heartbeat': [], 'pool_grow': ['1'], 'pool_shrink': ['1'], 'autoscale': ['3', '1'],
           'pool_restart': []}


def printed(stand, *words):
    """Exit code and output of the celery command, with what varies masked."""
    done = subprocess.run(
        [sys.executable, '-m', 'celery', '-A', 'native_app', *words], stdin=subprocess.DEVNULL, text=True, timeout=60,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=stands.celery_environment(stand.world.broker_url, 'postgresql:///nowhere'))
    return done.returncode, done.stdout


def masked(output):
    output = normal.Words({}).text(output)
    return re.sub(r'\d+(?:\.\d+)?', '<n>', output).splitlines()


def command_line(group, name, words):
    def run(stand):
        code, output = printed(stand, group, '-d', NODE, '-t', '3', name, *words)
        if name == 'rate_limit':
            ask(stand, 'rate_limit', task_name=TASK, rate_limit=None)
        if name in ('stats', 'conf'):
            head, _, rest = output.partition('\n')
            document, _ = json.JSONDecoder().raw_decode(rest.strip())
            return {'code': code, 'head': head, 'document': normal.shape(document) if name == 'stats' else
                    normal.kind(document)}
        if name == 'report':
            return {'code': code, 'lines': masked(output)[:1] + re.findall(r'^ *(\w+ *->)', output, re.M)}
        if name == 'scheduled':  # what other scenarios left may be there
            output = ''.join(line for line in output.splitlines(True) if not line.startswith('    * '))
        return {'code': code, 'lines': masked(output)}
    run.__name__ = f'celery_{group}_{name}'
    scenario(run)


for name in INSPECT:
    command_line('inspect', name, INSPECT[name])
for name in CONTROL:
    command_line('control', name, CONTROL[name])


@scenario
def celery_inspect_at_work(stand):
    """The lists of the celery command, not empty."""
    with busy(stand) as (calls, words):
        found = {command: masked(words.text(printed(stand, 'inspect', '-d', NODE, '-t', '3', command, *arguments)[1]))
                 for command, arguments in (('active', ()), ('reserved', ()), ('scheduled', ()),
                                            ('query_task', calls[0].ids))}
        found['scheduled'] = sorted(line for line in found['scheduled'] if 'held' in line)
        return found


@scenario
def celery_status(stand):
    code, output = printed(stand, 'status', '-t', '3')
    return {'code': code, 'lines': masked(output), 'json': printed(stand, 'inspect', '-d', NODE, 'ping', '--json')[1]}


# ---- last of all


@scenario
def shutdown(stand):
    """With a task in hand: that is finished, what only waits goes back to the queue, and nothing is answered."""
    with busy(stand, ends=False) as (calls, words):
        mark = stand.mark()
        code, output = printed(stand, 'control', '-d', NODE, '-t', '1', 'shutdown')
        found = {'printed': code, 'lines': masked(output)}
    found['code'] = stand.worker.process.wait(30)
    stand.trace.drain(0.5)
    last = next(seen for seen in stand.trace.published(mark, 'celeryev') if isinstance(seen.body, dict)
                and seen.body['type'] == 'worker-offline')
    found['offline'] = {'key': last.key, 'active': last.body['active'], 'fields': sorted(last.body)}
    found['done'] = [one.body['status'] for one in stand.trace.results(calls[0].mark)
                     if one.body['task_id'] == calls[0].ids[0]]
    found['events'] = [e['type'] for e in stand.trace.events(calls[0].mark) if e.get('uuid') == calls[0].ids[0]]
    found['waiting'] = stand.world.ready(QUEUE) >= 3
    return found
