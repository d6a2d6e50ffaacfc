# SPDX-License-Identifier: Apache-2.0
"""The malformed and odd messages of which each one's treatment by Celery's own worker was recorded
(tests/data/celery/malformed-dispositions-5.6.3.txt; seven end it), through the real broker to our worker: none stops it,
what cannot be done is a dead letter, and whoever can be told hears of it.  A good message follows each.

tests/data/celery/malformed-messages.json has them: body (a text, or hex), headers (ID stands for a fresh id), properties,
ours: how it ends, the state of its result and the exception in it; and why, where that is not as native has it.
"""
import json
import pathlib
import uuid

import pytest

import stands

DATA = pathlib.Path(__file__).resolve().parents[1] / 'data/celery'
MESSAGES = json.loads((DATA / 'malformed-messages.json').read_text())
ENDS = {'ack': 'acknowledged', 'reject(requeue=False)': 'dead', 'NONE': 'acknowledged'}  # none: the recorder missed it


def read_recorded():
    """{name: how a native worker ended it, None if it ended the worker, the state of its result, the exception in it}"""
    lines = (DATA / 'malformed-dispositions-5.6.3.txt').read_text().splitlines()
    rows = [[cell.strip() for cell in line.split('|')] for line in lines if not line.startswith('#')]
    found = {}
    for name, end, _, results in rows:
        state, _, result = results.partition(':')
        found[name] = [ENDS.get(end), state or None, json.loads(result)['exc_type'] if result else None]
    return found


RECORDED = read_recorded()


@pytest.fixture(scope='module')
def ours(postgres, rabbitmq):
    with stands.Stand('ours', postgres, rabbitmq) as one:
        yield one
        one.world.wait_counts(stands.QUEUE, ready=0, unacked=0)


def test_all_that_were_recorded_are_here():
    assert list(MESSAGES) == list(RECORDED) and len(MESSAGES) == 64
    assert sum(end is None for end, *_ in RECORDED.values()) == 7


@pytest.mark.parametrize('name', MESSAGES)
def test_what_differs_has_its_reason(name):
    message = MESSAGES[name]
    assert (message['ours'] != RECORDED[name]) == bool(message.get('why')), RECORDED[name]


@pytest.mark.parametrize('name', MESSAGES)
def test_message(ours, name):
    message = MESSAGES[name]
    token, mark, pid = str(uuid.uuid4()), len(ours.trace.seen), ours.worker.process.pid
    body = message['body']
    body = bytes.fromhex(body['hex']) if isinstance(body, dict) else body.replace('ID', token).encode()
    headers = message.get('headers')
    if headers is not None:
        headers = {key: token if value == 'ID' else value for key, value in headers.items()}
    ours.world.wire.put(stands.QUEUE, body, headers, message_id=token,
                        **{'correlation_id': token, **message.get('properties', {})})
    ours.settle()

    assert ours.worker.process.running() and ours.worker.process.pid == pid, ours.worker.log()[-3000:]
    dead = any(one.properties.get('message_id') == token for one in ours.trace.dead(mark))
    results = [one.body for one in ours.trace.results(mark) if one.key == ours.world.wire.replies]
    state, exception = (results[0]['status'], (results[0]['result'] or {}).get('exc_type')) if results else (None, None)
    assert ['dead' if dead else 'acknowledged', state, exception] == message['ours']
    assert len(results) <= 1
