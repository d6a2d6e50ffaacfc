# SPDX-License-Identifier: Apache-2.0
"""It must be able to fail: workers with one defect each (tests/lib/defects.py), and for each the small part of the suite
that has to find it.  The sound worker passes the same part.

A row's edits follow the code: where their text is gone the row fails, and is to be made anew.
"""
import contextlib
import dataclasses
import json
import time

import defects
import proxy
import pytest
import servers
import trial

LATE_S = 4        # an ETA
PATIENCE_S = 12   # what a defect has lost is not waited for much longer; the sound worker is quicker


# ---- parts of the suite: each plays on a trial and leaves what is wrong to its account

def executes(statement):
    return lambda event: event.up and event.name == 'execute' and event.statement == statement


def publishes(routing_key):
    return lambda event: event.up and event.name == 'basic.publish' and event.routing_key == routing_key


def start_again(one):
    one.start(ready=False)
    with contextlib.suppress(TimeoutError):
        one.wait_ended(timeout_s=PATIENCE_S)


def killed_at_commit(one):
    one.send(5)
    with one.database.on(lambda e: e.up and e.is_commit, lambda _: one.worker.kill() and proxy.CUT) as watch:
        one.start(ready=False)
        watch.wait()
        one.worker.process.wait(30)
    start_again(one)


def two_at_once(one):
    """The first worker is held up with what it is about to write; the second one gets the same user."""
    one.start(BROKER_PREFETCH=1)
    user = one.expected[one.send(1, task='update_statistics')[0]]
    one.wait_ended()  # now there is a row to lock
    with proxy.Proxy(one.postgres.port, 'postgres') as other, one.database.hold(executes('statistics_write')) as hold:
        one.send(1, users=[user])
        hold.wait()
        one.start(database=other, BROKER_PREFETCH=1)
        second, = one.send(1, users=[user])
        with contextlib.suppress(TimeoutError):
            one.wait_ended([second], timeout_s=3)
        hold.release()
        one.wait_ended()


def twice_in_a_row(one):
    first, = one.send(1)
    one.start()
    one.wait_ended()
    one.send(1, users=[one.expected[first]])
    one.wait_ended()


def cuts_with_the_database_away(one):
    one.start()
    one.database.refuse()
    one.send(10)
    for n in range(8):
        one.worker.wait_log('consuming', timeout_s=60, times=n + 1)
        time.sleep(0.1)
        one.broker.cut('rst')
    one.database.restore()
    with contextlib.suppress(TimeoutError):
        one.wait_ended()


def stops_with_the_database_away(one):
    one.database.refuse()
    one.send(10)
    for _ in range(8):
        one.start()
        time.sleep(0.1)
        one.worker.stop()
    one.database.restore()
    start_again(one)


def result_cut(one):
    one.start()
    with one.broker.on(publishes(trial.REPLIES), lambda _: proxy.CUT) as watch:
        one.send(1)
        watch.wait()
    with contextlib.suppress(TimeoutError):
        one.wait_ended(timeout_s=PATIENCE_S)


def follow_up_held(one):
    """What follows is on its way when the worker is killed: it has acknowledged too early if it has done so by now."""
    one.send(1, follow_up=True)
    with one.broker.hold(publishes(one.queue)) as hold:
        one.start(ready=False)
        hold.wait()
        time.sleep(1)
        one.worker.kill()
        hold.release(proxy.CUT)
    start_again(one)


def commit_answer_cut(one):
    with one.database.on(lambda e: not e.up and e.is_commit, lambda _: proxy.CUT) as watch:
        one.send(1)
        one.start(ready=False)
        watch.wait()
    with contextlib.suppress(TimeoutError):
        one.wait_ended(timeout_s=PATIENCE_S)


def lock_cut(one):
    """The database goes in the middle of a transaction."""
    with one.database.on(executes('statistics_lock'), lambda _: proxy.CUT) as watch:
        one.send(1)
        one.start(ready=False)
        watch.wait()
    with contextlib.suppress(TimeoutError):
        one.wait_ended(timeout_s=PATIENCE_S)


def killed_with_one_waiting(one):
    """One message waits for its ETA, those behind it are done and acknowledged."""
    one.start()
    user, = one.add_users(1, workouts=trial.WORKOUTS)
    eta = (servers_now() + LATE_S)
    one._expect('late', user, 'evaluate_user')
    one.rabbitmq.publish(json.dumps([[user], {}, {}]), one.queue, one.name, content_type='application/json',
                         content_encoding='utf-8', delivery_mode=2, correlation_id='late', reply_to=trial.REPLIES,
                         headers={'task': 'evaluate_user', 'id': 'late', 'eta': iso(eta)})
    one.wait_ended(one.send(3))
    one.wait_acknowledged()
    one.worker.kill()
    one.start(ready=False)
    with contextlib.suppress(TimeoutError):
        one.wait_ended(timeout_s=LATE_S + PATIENCE_S)


def one_bad_among_good(one):
    """The total of one user does not fit its column."""
    ids = one.send(5)
    one.guilty.add(ids[2])
    one.query('insert into manager_workoutlog (id, repetitions, weight, date, user_id, weight_unit_id, exercise_id) '
              'select gen_random_uuid(), 9999.99, 9999.99, now(), %s, 1, 1 from generate_series(1, 101)',
              [one.expected[ids[2]]])
    one.start()
    with contextlib.suppress(TimeoutError):
        one.wait_ended(timeout_s=PATIENCE_S)
    with contextlib.suppress(TimeoutError):
        servers.wait_until(lambda: one.collect() or one.dead[ids[2]], PATIENCE_S, 'the dead letter')


def locked_by_somebody(one):
    first, = one.send(1)
    one.start()
    one.wait_ended()
    user = one.expected[first]
    one.query('delete from trophies_usertrophy where user_id = %s', [user])
    with one.locked(user):
        again, = one.send(1, users=[user])
        with contextlib.suppress(TimeoutError):
            one.wait_ended([again], timeout_s=3)
    one.wait_ended()


def servers_now():
    return time.time()


def iso(moment):
    return time.strftime('%Y-%m-%dT%H:%M:%S+00:00', time.gmtime(moment))


# ---- the defects

@dataclasses.dataclass(frozen=True)
class Defect:
    name: str
    edits: tuple         # (file, text, replacement)
    found_by: object
    kind: str = 'classic'
    results: str = 'rpc'


DEFECTS = [
    Defect('acknowledges before COMMIT', ((
        'worker/dispatch.c', '    worker_begin(worker, message);\n    cut_begin(',
        '    (void)consumer_ack(worker->consumer, message->delivery.tag, false);\n    message->delivery.tag = 0;\n'
        '    worker_begin(worker, message);\n    cut_begin('),), killed_at_commit),
    Defect('does not lock', (('common/sql/statistics_lock.sql', 'FOR NO KEY UPDATE SKIP LOCKED', ''),), two_at_once),
    Defect('acknowledges a locked user', ((
        'worker/dispatch.c', '    case SUBJECT_SKIPPED:\n        worker_succeed',
        '    case SUBJECT_SKIPPED:\n    case SUBJECT_LOCKED:\n        worker_succeed'), (
        'worker/dispatch.c', '    case SUBJECT_LOCKED:\n    case SUBJECT_CONFLICTED', '    case SUBJECT_CONFLICTED')),
        locked_by_somebody),
    Defect('forgets what is given', (('common/sql/awards.sql', ' WHERE user_id', ' WHERE false AND user_id'),),
           twice_in_a_row),
    Defect('forgets the outbox on reconnect', ((
        'worker/outbox.c', 'outgoing_append_take(&again[rank(outgoing)], outgoing);', 'end_outgoing(outbox, outgoing);'),),
        result_cut),
    Defect('does not wait for confirms', ((
        'worker/settle.c', '        publish(worker, message);\n    if (message->state == MESSAGE_CONFIRMING)\n        return;',
        '        publish(worker, message);'),), follow_up_held),
    Defect('takes a lost COMMIT answer for a failure', ((
        'common/db.c', '    return db->broken ? DB_LOST : status;',
        '    if (db->broken && db->sent_count > 0 && db->sent[db->sent_count - 1].statement == DB_commit)\n'
        '        return DB_DATA;\n    return db->broken ? DB_LOST : status;'),), commit_answer_cut),
    Defect('gives up what the database lost', ((
        'worker/dispatch.c', '        worker_retry(worker, message, db_message(worker->db));',
        '        worker_fail(worker, message, &(struct exception){"RuntimeError", "builtins", "lost", NULL});'),), lock_cut),
    Defect('acknowledges past what waits', ((
        'worker/inbox.c', 'i < inbox->count && inbox->messages[i]->state == MESSAGE_ACKED; i++)\n        up_to =',
        'i < inbox->count; i++)\n        if (inbox->messages[i]->state == MESSAGE_ACKED)\n            up_to ='),),
        killed_with_one_waiting),
]


@pytest.fixture(scope='session')
def sound():
    """The program that the others are made from."""
    defects.commands()
    return servers.Worker.binary


def play(arena, defect, program, monkeypatch):
    monkeypatch.setattr(servers.Worker, 'binary', program)
    with arena.trial(defect.kind, defect.results, env={'BROKER_HEARTBEAT': 10}) as one:
        with contextlib.suppress(TimeoutError):
            defect.found_by(one)
        one.settle(timeout_s=1)
        return [found for those in one.account().values() for found in those], one.logs()


@pytest.mark.parametrize('defect', DEFECTS, ids=lambda one: one.name.replace(' ', '_'))
def test_defect_is_found(arena, sound, defect, monkeypatch):
    found, logs = play(arena, defect, sound, monkeypatch)
    assert not found, f'the sound worker: {found}\n{logs}'
    program = defects.build(defect.name, defect.edits)
    found, logs = play(arena, defect, program, monkeypatch)
    assert found, f'nothing was found\n{logs}'
    print(f'{defect.name}: {found[0]}')
