# SPDX-License-Identifier: Apache-2.0
"""It must be able to fail: workers with one defect each (tests/lib/defects.py), and for each the small part of the suite
that has to find it.  The sound worker passes the same part.

A row's edits follow the code: where their text is gone the row fails, and is to be made anew.
"""
import concurrent.futures
import contextlib
import dataclasses
import time

import defects
import proxy
import pytest
import servers
import trial
import wire

LATE_S = 4           # an ETA
PATIENCE_S = 60, 6   # with the sound worker, which is quicker, and with another one, whose end may never come
LIMIT = 3            # worker.delivery_limit
SIDE_BY_SIDE = 4


# ---- parts of the suite: each plays on a trial and leaves what is wrong to its account

def executes(statement):
    return lambda event: event.up and event.name == 'execute' and event.statement == statement


def publishes(routing_key):
    return lambda event: event.up and event.name == 'basic.publish' and event.routing_key == routing_key


@contextlib.contextmanager
def at_commit(one, up, action):
    """The action at the next COMMIT of a transaction that writes statistics, or at its answer."""
    with one.database.on(executes('statistics_write')) as written, \
            one.database.on(lambda e: written.events and e.up == up and e.is_commit, action) as watch:
        yield watch


def await_ends(one, more_s=0):
    with contextlib.suppress(TimeoutError):
        one.wait_ended(timeout_s=PATIENCE_S[one.program is not None] + more_s)


def start_again(one):
    one.start(ready=False)
    await_ends(one)


def killed_at_commit(one):
    one.send(5)
    with at_commit(one, True, lambda _: one.worker.kill() and proxy.CUT) as watch:
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
        await_ends(one)


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
    await_ends(one)


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
    await_ends(one)


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
    with at_commit(one, False, lambda _: proxy.CUT) as watch:
        one.send(1)
        one.start(ready=False)
        watch.wait()
    await_ends(one)


def lock_cut(one):
    """The database goes in the middle of a transaction."""
    with one.database.on(executes('statistics_lock'), lambda _: proxy.CUT) as watch:
        one.send(1)
        one.start(ready=False)
        watch.wait()
    await_ends(one)


def killed_with_one_waiting(one):
    """One message waits for its ETA, those behind it are done and acknowledged."""
    one.start()
    one.send(1, headers={'eta': wire.at(LATE_S)})
    one.wait_ended(one.send(3), timeout_s=30)
    one.wait_acknowledged()
    one.worker.kill()
    one.start(ready=False)
    await_ends(one, LATE_S)


def one_bad_among_good(one):
    """The database refuses one user's row."""
    ids = one.send(5)
    one.guilty.add(ids[2])
    one.query(f'''
        create function refuse() returns trigger language plpgsql as $$ begin
            if new.user_id = {one.expected[ids[2]]} and new.total_workouts > 0 then raise 'not this one'; end if;
            return new;
        end $$;
        create trigger refuse before insert or update on trophies_userstatistics for each row execute function refuse();
        ''')
    one.start()
    await_ends(one)
    with contextlib.suppress(TimeoutError):
        servers.wait_until(lambda: one.collect() or one.dead[ids[2]], 6, 'the dead letter')


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
    await_ends(one)


def killed_again_and_again(one):
    """A message whose every run ends the process: it is to be given up."""
    token, = one.send(1)
    one.guilty.add(token)
    one.users.clear()
    for _ in range(LIMIT + 3):
        with one.database.on(executes('statistics_lock'), lambda _: one.worker.kill() and proxy.CUT) as watch:
            one.start(ready=False)
            with contextlib.suppress(TimeoutError):
                servers.wait_until(lambda: watch.events or token in one.ended(), 30, 'a run, or the end', every_s=0.05)
            if token in one.ended():
                break
            one.worker.process.wait(30)


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
        'worker/dispatch.c', '    case SUBJECT_SKIPPED:\n        if (message->kind',
        '    case SUBJECT_SKIPPED:\n    case SUBJECT_LOCKED:\n        if (message->kind'), (
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
        'worker/transaction_write.c', '    status = db_run(t->db);',
        '    status = db_run(t->db);\n    status = status == DB_LOST ? DB_DATA : status;'),), commit_answer_cut),
    Defect('gives up what the database lost', ((
        'worker/dispatch.c', '        worker_retry(worker, message, db_message(worker->db));',
        '        worker_fail(worker, message, &(struct exception){"RuntimeError", "builtins", "lost", NULL});'),), lock_cut),
    Defect('acknowledges past what waits', ((
        'worker/inbox.c', 'i < inbox->count && inbox->messages[i]->state == MESSAGE_ACKED; i++)\n        up_to =',
        'i < inbox->count; i++)\n        if (inbox->messages[i]->state == MESSAGE_ACKED)\n            up_to ='),),
        killed_with_one_waiting),
    Defect('counts deliveries as attempts', ((
        'worker/arrive.c', '    if (worker_adopt(worker, message))\n        return;',
        '    if (worker_adopt(worker, message))\n        return;\n'
        '    if (header_number(message, "x-delivery-count") > worker->options->worker_delivery_limit) {\n'
        '        refuse(worker, message, "WorkerLostError", "billiard.exceptions", "delivered too often");\n'
        '        return;\n    }'),), cuts_with_the_database_away, kind='quorum'),
    Defect('acknowledges suspects at a stop', ((
        'worker/suspects_leave.c', '    attempts_note_left(attempts, &worker->inbox);',
        '    for (size_t i = 0; i < worker->inbox.count; i++)\n        if (worker->inbox.messages[i]->suspect)\n'
        '            (void)consumer_ack(worker->consumer, worker->inbox.messages[i]->delivery.tag, false);\n'
        '    attempts_note_left(attempts, &worker->inbox);'),), stops_with_the_database_away),
    Defect('keeps the mark', ((
        'common/sql/attempt/attempt_end.sql', 'WHERE id IN', 'WHERE false AND id IN'),), killed_at_commit),
    Defect('does not count its marks', ((
        'common/sql/attempt/attempt_mark.sql', 'SET attempts = a.attempts + 1', 'SET attempts = a.attempts'),),
        killed_again_and_again),
    Defect('does not halve', ((
        'worker/evaluate_halving.c', '    if (count == 1)\n        return judge(evaluator, subjects, status);',
        '    if (count > 1)\n        for (size_t i = 0; i < count; i++)\n'
        '            condemn(evaluator, &subjects[i], status);\n'
        '    if (count > 1)\n        return DB_OK;\n'
        '    if (count == 1)\n        return judge(evaluator, subjects, status);'),), one_bad_among_good),
]


def play(arena, defect, program=None):
    """What is wrong after the part that has to find the defect."""
    env = {'BROKER_HEARTBEAT': 10, 'WORKER_DELIVERY_LIMIT': LIMIT}
    with arena.trial(defect.kind, defect.results, env=env, program=program) as one:
        with contextlib.suppress(TimeoutError):
            defect.found_by(one)
        one.settle(timeout_s=1)
        found = [found for those in one.account().values() for found in those]
        return found + [f'mark left: {row}' for row in one.query('select * from trophy_worker.attempt')], one.logs()


@pytest.fixture(scope='module')
def played(arena):
    """{name: (future of the sound worker, future of the other)}; side by side, as they mostly wait."""
    defects.commands()
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        yield {one.name: (pool.submit(play, arena, one),
                          pool.submit(lambda one: play(arena, one, defects.build(one.name, one.edits)), one))
               for one in DEFECTS}


@pytest.mark.parametrize('defect', DEFECTS, ids=lambda one: one.name.replace(' ', '_'))
def test_defect_is_found(played, defect):
    sound, other = played[defect.name]
    found, logs = sound.result()
    assert not found, f'the sound worker: {found}\n{logs}'
    found, logs = other.result()
    assert found, f'nothing was found\n{logs}'
    print(f'{defect.name}: {found[0]}')
