# SPDX-License-Identifier: Apache-2.0
"""The scenarios of the conformance suite: each does the same to a stand (stands.py), whoever works there, and returns a row
of what was to be seen.  Source of the list: how Celery's worker treats each case, as its own source and captures show.
"""
import datetime
import json
import time

import celery.utils

import processes
from stands import ID, PREFIX, QUEUE

TASK = PREFIX + 'evaluate_user_trophies_task'
EMBED = {'callbacks': None, 'errbacks': None, 'chain': None, 'chord': None}
SCENARIOS = {}


def scenario(function):
    SCENARIOS[function.__name__] = function
    return function


def user(stand):
    return stand.users(1)[0]


def moment(seconds):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).isoformat()


def body(*args, kwargs=None, embed=EMBED):
    return json.dumps([list(args), kwargs or {}, embed])


# ---- calls that succeed


@scenario
def success(stand):
    return stand.row(stand.call(stand.producer.evaluate_user, (user(stand),)))


@scenario
def keyword_argument(stand):
    return stand.row(stand.call(stand.producer.evaluate_user, kwargs={'user_id': user(stand)}))


@scenario
def text_argument(stand):
    return stand.row(stand.call(stand.producer.evaluate_user, (str(user(stand)),)))


@scenario
def user_that_does_not_exist(stand):
    return stand.row(stand.call(stand.producer.evaluate_user, (2147483647,)))


@scenario
def big_id(stand):
    return stand.row(stand.call(stand.producer.update_statistics, (2**53 + 1,)))


@scenario
def every_option(stand):
    """What the caller may say besides, which changes nothing here but must come back as it was."""
    return stand.row(stand.call(stand.producer.evaluate_user, (user(stand),), priority=5, shadow='shadow',
                                headers={'mine': 'kept', 'number': 2**40}, time_limit=60, soft_time_limit=30.5,
                                expires=60))


def compressed(name):
    def run(stand):
        return stand.row(stand.call(stand.producer.evaluate_user, (user(stand),), compression=name))
    run.__name__ = f'compressed_{name}'
    return run


for method in ('gzip', 'bzip2', 'lzma'):
    scenario(compressed(method))


@scenario
def ignored_success(stand):
    return stand.row(stand.call(stand.producer.evaluate_user, (user(stand),), ignore_result=True))


# ---- other producers than Celery 4 and later


def protocol_1(stand):
    if not hasattr(stand, 'protocol_1'):
        stand.protocol_1 = stand.world.producer(QUEUE, task_protocol=1)
    return stand.protocol_1


def first_call(stand, *args, **options):
    """By protocol 1, its result to the queue of the usual producer."""
    call = stand.call(protocol_1(stand).evaluate_user, args, reply_to=stand.reply_queue, **options)
    call.results = [stand.producer.app.AsyncResult(one) for one in call.ids]
    return call


@scenario
def protocol_1_success(stand):
    return stand.row(first_call(stand, user(stand)))


@scenario
def protocol_1_failure(stand):
    return stand.row(first_call(stand, 'seven', link_error=stand.producer.update_statistics.si(user(stand))))


@scenario
def protocol_1_link(stand):
    return stand.row(first_call(stand, user(stand), link=stand.producer.update_statistics.si(user(stand))))


@scenario
def only_task_and_id(stand):
    return stand.row(stand.raw(body(user(stand)), {'task': TASK, 'id': ID}))


@scenario
def no_embed(stand):
    return stand.row(stand.raw(body(user(stand), embed=None), {'task': TASK, 'id': ID}))


@scenario
def protocol_1_smallest(stand):
    return stand.row(stand.raw(json.dumps({'task': TASK, 'id': 'ID', 'args': [user(stand)]}), {}))


@scenario
def both_protocols(stand):
    return stand.row(stand.raw(json.dumps({'task': TASK, 'id': 'ID', 'args': [user(stand)]}), {'task': TASK, 'id': ID}))


@scenario
def no_reply_to(stand):
    return stand.row(stand.raw(body(user(stand)), {'task': TASK, 'id': ID}, reply_to=None))


@scenario
def no_correlation_id(stand):
    return stand.row(stand.raw(body(user(stand)), {'task': TASK, 'id': ID}, correlation_id=None))


# ---- calls that fail


@scenario
def wrong_value(stand):
    return stand.row(stand.call(stand.producer.evaluate_user, ('seven',)))


@scenario
def wrong_type(stand):
    return stand.row(stand.call(stand.producer.evaluate_user, ([7],)))


@scenario
def too_many_arguments(stand):
    return stand.row(stand.call(stand.producer.evaluate_user, (1, 2, 3)))


@scenario
def argument_missing(stand):
    return stand.row(stand.call(stand.producer.evaluate_user))


@scenario
def unknown_keyword(stand):
    return stand.row(stand.call(stand.producer.evaluate_user, (1,), {'nope': 1}))


@scenario
def failure_in_the_data(stand):
    """More than numeric(12, 2) holds."""
    strong = user(stand)
    stand.world.query("""
        insert into manager_workoutlog (id, repetitions, weight, date, user_id, weight_unit_id, exercise_id, session_id)
        select gen_random_uuid(), 9999.99, 9999.99, s.date, s.user_id, 1, 1, s.id
          from manager_workoutsession s, generate_series(1, 120) where s.user_id = %s""", [strong])
    return stand.row(stand.call(stand.producer.update_statistics, (strong,)))


@scenario
def unknown_task(stand):
    return stand.row(stand.call(stand.producer.task('no.such', prefix=''), (1,)))


@scenario
def unknown_task_with_errback(stand):
    return stand.row(stand.call(stand.producer.task('no.such', prefix=''),
                                link_error=stand.producer.update_statistics.si(user(stand))))


@scenario
def ignored_failure(stand):
    return stand.row(stand.call(stand.producer.evaluate_user, ('seven',), ignore_result=True))


@scenario
def lost_session(stand):
    """Passing trouble: the task's session with the database is ended under it, once."""
    slow = user(stand)
    with stand.world.blocked(slow) as cursor:
        call = stand.call(stand.producer.evaluate_user, (slow,))
        stand.await_event(call, 'task-started')
        time.sleep(0.3)
        cursor.execute("select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = %s and "
                       "usename <> 'postgres'", [stand.world.name])
        time.sleep(0.3)
    stand.trace.until(lambda: 'SUCCESS' in [one.body['status'] for one in stand.trace.results(call.mark)], 20,
                      'the next attempt')
    return stand.row(call)


# ---- later, too late, never


@scenario
def eta_in_the_future(stand):
    return stand.row(stand.call(stand.producer.evaluate_user, (user(stand),), countdown=1.2))


@scenario
def eta_in_the_past(stand):
    return stand.row(stand.call(stand.producer.evaluate_user, (user(stand),), countdown=-60))


@scenario
def eta_without_zone(stand):
    return stand.row(stand.raw(body(user(stand)), {'task': TASK, 'id': ID, 'eta': '2020-01-02T03:04:05.5'}))


@scenario
def expired_when_received(stand):
    return stand.row(stand.raw(body(user(stand)), {'task': TASK, 'id': ID, 'expires': moment(-60)}))


@scenario
def expired_when_sent(stand):
    """The broker itself drops it: nobody ever hears of it."""
    return stand.row(stand.call(stand.producer.evaluate_user, (user(stand),), expires=-10), over=())


@scenario
def expired_while_held(stand):
    return stand.row(stand.raw(body(user(stand)), {'task': TASK, 'id': ID, 'eta': moment(1.5), 'expires': moment(0.8)}))


@scenario
def expired_while_in_line(stand):
    slow, other = user(stand), user(stand)
    with stand.world.blocked(slow):
        first = stand.call(stand.producer.evaluate_user, (slow,))
        stand.await_event(first, 'task-started')
        call = stand.call(stand.producer.evaluate_user, (other,), expires=0.5)
        stand.await_event(call, 'task-received')
        time.sleep(0.7)
    return stand.row(call)


@scenario
def revoked_before(stand):
    token = celery.utils.uuid()
    stand.control.revoke(token, reply=True, timeout=1)
    return stand.row(stand.call(stand.producer.evaluate_user, (user(stand),), task_id=token))


@scenario
def revoked_while_held(stand):
    call = stand.call(stand.producer.evaluate_user, (user(stand),), countdown=1.5)
    stand.await_event(call, 'task-received')
    stand.control.revoke(call.ids[0])
    return stand.row(call)


@scenario
def revoked_while_in_line(stand):
    slow = user(stand)
    with stand.world.blocked(slow):
        first = stand.call(stand.producer.evaluate_user, (slow,))
        stand.await_event(first, 'task-started')
        call = stand.call(stand.producer.evaluate_user, (user(stand),))
        stand.await_event(call, 'task-received')
        stand.control.revoke(call.ids[0], reply=True, timeout=1)
    return stand.row(call)


@scenario
def revoked_while_running(stand):
    """Without terminate it is done all the same."""
    slow = user(stand)
    with stand.world.blocked(slow):
        call = stand.call(stand.producer.evaluate_user, (slow,))
        stand.await_event(call, 'task-started')
        stand.control.revoke(call.ids[0], reply=True, timeout=1)
    return stand.row(call)


def terminated(signal):
    def run(stand):
        slow = user(stand)
        with stand.world.blocked(slow):
            call = stand.call(stand.producer.evaluate_user, (slow,))
            stand.await_event(call, 'task-started')
            stand.control.terminate(call.ids[0], signal=signal)
            stand.await_event(call, 'task-revoked')
        return stand.row(call)
    run.__name__ = f'terminated_{signal}'
    return run


for name in ('SIGTERM', 'SIGKILL'):
    scenario(terminated(name))


@scenario
def terminated_while_held(stand):
    call = stand.call(stand.producer.evaluate_user, (user(stand),), countdown=1.5)
    stand.await_event(call, 'task-received')
    stand.control.terminate(call.ids[0])
    return stand.row(call)


def limited(**limits):
    def run(stand):
        slow = user(stand)
        with stand.world.blocked(slow):
            call = stand.call(stand.producer.evaluate_user, (slow,), **limits)
            try:
                stand.await_event(call, 'task-failed', timeout_s=5)
            except TimeoutError:
                stand.control.revoke(call.ids[0])
        return stand.row(call)
    run.__name__ = '_and_'.join(limits)
    return run


scenario(limited(soft_time_limit=1))
scenario(limited(time_limit=1))
scenario(limited(soft_time_limit=1, time_limit=20))


# ---- twice


@scenario
def same_id_again(stand):
    """Sent once more after it has ended."""
    one = user(stand)
    call = stand.call(stand.producer.evaluate_user, (one,))
    stand.await_event(call, 'task-succeeded')
    stand.call(stand.producer.evaluate_user, (one,), task_id=call.ids[0])
    stand.trace.until(lambda: [one.body['status'] for one in stand.trace.results(call.mark)].count('SUCCESS') == 2, 15,
                      'a second result')
    return stand.row(call)


@scenario
def redelivered(stand):
    """A message that was delivered once before, to somebody who gave it back."""
    stand.control.cancel_consumer(QUEUE, reply=True, timeout=1)
    try:
        call = stand.call(stand.producer.evaluate_user, (user(stand),))
        channel = stand.world.wire.channel
        message = processes.wait_until(lambda: channel.basic_get(QUEUE), 10, 'nobody consumes any more')
        channel.basic_reject(message.delivery_tag, requeue=True)
    finally:
        stand.control.add_consumer(QUEUE, reply=True, timeout=1)
    return stand.row(call)
