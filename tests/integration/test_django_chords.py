# SPDX-License-Identifier: Apache-2.0
"""Chords over the tables of django-celery-results: the counter that the producer's backend makes, and what becomes of it.
The messages are as Celery 5.6.3 writes them with that backend."""
import json
import uuid

import pytest
from django_results import COUNTERS, DJANGO, add_tables, put, rows, signature, wait_rows
from processes import wait_until

WHY = "invalid literal for int() with base 10: 'x'"


@pytest.fixture(scope='module', autouse=True)
def tables(world):
    add_tables(world)


class Chord:
    """The counter as apply_chord() makes it, and the messages of the header."""

    def __init__(self, world, queue, size, body):
        self.world, self.queue = world, queue
        self.group = str(uuid.uuid4())
        self.ids = [f'{self.group}-{i}' for i in range(size)]
        self.body = {**body, 'options': {**body['options'], 'group_id': self.group}}
        world.query(f'insert into {COUNTERS} (group_id, sub_tasks, count) values (%s, %s, %s)',
                    [self.group, json.dumps([[[task_id, None], None] for task_id in self.ids]), size])

    def send(self, place, *args, **headers):
        put(self.world, self.queue, self.ids[place], args, chord=self.body,
            headers={'group': self.group, 'group_index': place, **headers})

    def count(self):
        found = self.world.query(f'select count from {COUNTERS} where group_id = %s', [self.group])
        return found[0][0] if found else None

    def wait_count(self, count):
        wait_until(lambda: self.count() == count, 30, f'count {count}', every_s=0.02)


def watched(world):
    name = world.new_queue()
    world.wire.watch(name)
    return name


def messages(world, queue):
    """All that came to a watched queue so far, whatever its message id."""
    world.wire.has_result('nothing')
    return [message for (name, _), kept in world.wire.messages.items() if name == queue for message in kept]


def wait_messages(world, queue, count=1):
    wait_until(lambda: len(messages(world, queue)) >= count, 30, f'{count} messages in {queue}', every_s=0.05)
    return messages(world, queue)


def test_body_gets_the_results_in_order(world, start):
    queue, other = world.new_queue(), watched(world)
    start(queue, env=DJANGO)
    users = world.add_users(2)
    chord = Chord(world, queue, 3, signature('body', [7], immutable=False, task_id='body1', reply_to='r', queue=other))
    chord.send(2, users[0])
    chord.wait_count(2)
    # the second one is done by a Python worker: its row, then its count
    world.query("insert into django_celery_results_taskresult (task_id, status, content_type, content_encoding, result,"
                " date_created, date_done) values (%s, 'SUCCESS', 'application/json', 'utf-8', %s, now(), now())",
                [chord.ids[1], '{"a": [1, "\u00e4"]}'])
    world.query(f'update {COUNTERS} set count = count - 1 where group_id = %s', [chord.group])
    assert chord.count() == 1 and not messages(world, other)
    chord.send(0, users[1])
    message, = wait_messages(world, other)
    assert json.loads(message.body)[0] == [[None, {'a': [1, '\u00e4']}, None], 7]
    headers = message.headers
    assert (headers['id'], headers['group'], headers['root_id'], headers['parent_id']) == \
        ('body1', chord.group, chord.ids[0], chord.ids[0])
    assert message.properties['reply_to'] == 'r'
    chord.wait_count(None)
    world.wait_counts(queue, ready=0, unacked=0)
    assert world.awards(users) == {user: ['Beginner'] for user in users}


def test_everything_is_ours(world, start):
    """The whole header in one batch, an immutable body, a result that nobody asked for."""
    queue = world.new_queue(declare=True)
    users = world.add_users(51)
    chord = Chord(world, queue, 50, signature('evaluate_user', users[50:], task_id='body2'))
    for place, user in enumerate(users[:50]):
        chord.send(place, user, ignore_result=place % 2 == 0)
    start(queue, env=DJANGO)
    found = wait_rows(world, ['body2', *chord.ids], 'SUCCESS')
    assert found['body2']['result'] == 'null'
    assert world.awards(users) == {user: ['Beginner'] for user in users}
    world.wait_counts(queue, ready=0, unacked=0)
    assert chord.count() is None


def test_messages_that_come_twice_count_once(world, start):
    queue, other = world.new_queue(), watched(world)
    start(queue, env=DJANGO)
    user, = world.add_users(1)
    chord = Chord(world, queue, 2, signature('body', task_id='body3', queue=other))
    for _ in range(3):
        chord.send(0, user)
    chord.wait_count(1)
    world.wait_counts(queue, ready=0, unacked=0)
    assert chord.count() == 1 and not messages(world, other)
    chord.send(1, user)
    wait_messages(world, other)
    chord.wait_count(None)
    for place in (0, 1, 1):
        chord.send(place, user)
    world.wait_counts(queue, ready=0, unacked=0)
    assert len(messages(world, other)) == 1 and chord.count() is None


@pytest.mark.parametrize('way', ['failed', 'expired'])
def test_failed_header(world, start, way):
    """The body does not run: FAILURE for whoever waits for it, once all have ended, and its errbacks."""
    queue, other = world.new_queue(), watched(world)
    start(queue, env=DJANGO)
    user, = world.add_users(1)
    name = f'body of {way}'
    chord = Chord(world, queue, 2, signature('body', task_id=name, queue='nowhere',
                                             link_error=[signature('errback', queue=other, immutable=False)]))
    if way == 'failed':
        chord.send(0, 'x')
    else:
        chord.send(0, user, expires='2020-01-01T00:00:00+00:00')
    chord.wait_count(1)
    assert name not in rows(world)
    chord.send(1, user)
    found = wait_rows(world, [name], 'FAILURE')
    why = f'ValueError("{WHY}")' if way == 'failed' else "TaskRevokedError('expired')"
    assert json.loads(found[name]['result']) == {'exc_type': 'ChordError', 'exc_message': [why],
                                                 'exc_module': 'celery.exceptions'}
    message, = wait_messages(world, other)
    assert json.loads(message.body)[0] == [name] and message.headers['parent_id'] == name
    world.wait_counts(queue, ready=0, unacked=0)
    assert chord.count() is None and found[chord.ids[1]]['status'] == 'SUCCESS'


def test_chain_in_a_header_that_fails(world, start):
    """The chain's last task is the part of the chord: it ends with the first one's failure."""
    queue = world.new_queue()
    start(queue, env=DJANGO)
    user, = world.add_users(1)
    chord = Chord(world, queue, 1, signature('body', task_id='body5'))
    last = signature('update_statistics', [user], task_id=chord.ids[0], group_id=chord.group, chord=chord.body,
                     reply_to='r')
    put(world, queue, 'first of a header', ['x'], chain=[last])
    found = wait_rows(world, ['body5', chord.ids[0]], 'FAILURE')
    assert json.loads(found['body5']['result'])['exc_type'] == 'ChordError'
    world.wait_counts(queue, ready=0, unacked=0)
    assert chord.count() is None


def test_killed_between_commit_and_publication(world, start):
    """The counter stays until the body is confirmed: redelivered, the last of the header publishes it."""
    queue, other = world.new_queue(), world.new_queue()
    first = start(queue, env=DJANGO)
    user, = world.add_users(1)
    chord = Chord(world, queue, 1, signature('body', task_id='body6', queue=other))
    chord.send(0, user)
    first.wait_log(f'queue {other} did not take the message')  # nobody has made it
    assert chord.count() == 0 and rows(world)[chord.ids[0]]['status'] == 'SUCCESS'
    first.kill()
    world.wire.watch(other)
    second = start(queue, env=DJANGO)
    wait_messages(world, other)
    chord.wait_count(None)
    world.wait_counts(queue, ready=0, unacked=0)
    assert [message.headers['id'] for message in messages(world, other)] == ['body6']
    assert second.stop() == 0


def test_body_that_leads_nowhere(world, start):
    queue = world.new_queue()
    start(queue, env=DJANGO)
    user, = world.add_users(1)
    chord = Chord(world, queue, 1, signature('body', task_id='body7', queue='no-such-queue'))
    chord.send(0, user)
    found = wait_rows(world, ['body7'], 'FAILURE', timeout_s=60)
    assert 'Callback error' in found['body7']['result'] and found[chord.ids[0]]['status'] == 'SUCCESS'
    world.wait_counts(queue, ready=0, unacked=0)
    assert chord.count() is None


def test_group_in_a_chain(world, start):
    """Celery makes a chord of a group with a step after it; the worker in front of it makes the counter."""
    queue = world.new_queue()
    start(queue, env=DJANGO)
    users = world.add_users(4)
    body = signature('evaluate_user', users[3:], task_id='after', reply_to='r')
    members = [signature('evaluate_user', [user], task_id=f'member{i}', chord=body, group_index=i)
               for i, user in enumerate(users[1:3])]
    header = {**signature('celery.group', task_id='a group', chord=body, root_id=None), 'kwargs': {'tasks': members},
              'subtask_type': 'group', 'immutable': False}
    upgraded = {**signature('celery.chord', task_id='a group'), 'subtask_type': 'chord', 'immutable': False,
                'kwargs': {'kwargs': {}, 'header': header, 'body': body}}
    put(world, queue, 'before', users[:1], chain=[upgraded])
    wait_rows(world, ['before', 'member0', 'member1', 'after'], 'SUCCESS')
    assert world.awards(users) == {user: ['Beginner'] for user in users}
    world.wait_counts(queue, ready=0, unacked=0)
    assert world.query(f"select count(*) from {COUNTERS} where group_id = 'a group'") == [(0,)]
    put(world, queue, 'failing before', ['x'], chain=[{**upgraded, 'kwargs': {
        **upgraded['kwargs'], 'body': signature('evaluate_user', task_id='never', reply_to='r')}}])
    found = wait_rows(world, ['failing before', 'never'], 'FAILURE')
    assert WHY in found['never']['result']


def test_where_results_go_elsewhere_a_chord_is_refused(world, start):
    queue = world.new_queue()
    start(queue)
    user, = world.add_users(1)
    chord = Chord(world, queue, 1, signature('body', task_id='body9'))
    chord.send(0, user)
    result = world.wire.result(chord.ids[0])['result']
    assert result['exc_type'] == 'NotImplementedError' and 'celery.results = django-db' in result['exc_message'][0]
    assert world.awards([user]) == {}
