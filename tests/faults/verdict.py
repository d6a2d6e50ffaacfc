# SPDX-License-Identifier: Apache-2.0
"""What is wrong after a schedule: the tables against the model, the messages against what was to become of them."""
import collections
import datetime
import re
import zoneinfo

import history
import model
from schedule import DEAD

ZONE = zoneinfo.ZoneInfo('Europe/Berlin')  # the worker's default
BAD_WORDS = re.compile(r'.*(?:Sanitizer|runtime error:|[Aa]ssert|core dumped|double free|corrupted).*')
MICROSECOND = datetime.timedelta(microseconds=1)


def today():
    return datetime.datetime.now(ZONE).date()


def stuck(when, left):
    return [f'stuck {when}: {queue}: {ready} ready, {unacked} unacknowledged' for queue, (ready, unacked) in left.items()]


def compare(stage, most, exact):
    """Statistics are those of the model.  exact: and so are the awards; else there is nothing that no state of the history
    was worth, and nothing owed is missing."""
    with stage.transaction() as cursor:
        histories = history.read_histories(cursor)
        rows, awards, active = history.read_statistics(cursor), history.read_awards(cursor), history.read_active(cursor)
    day = today()
    wrong = [f'user {user} is deleted, but has rows' for user in (rows.keys() | awards.keys()) - histories.keys()]
    for user, life in sorted(histories.items()):
        wrong += compare_statistics(user, rows.get(user), model.statistics(life, day))
        if user in most:
            wrong += compare_awards(stage.trophies, user, life, awards.get(user, []), most[user], active, exact)
    return wrong


def compare_statistics(user, found, wanted):
    if found is None or wanted is None:
        return [] if found == wanted else [f'user {user}: {"no" if found is None else "a"} row of statistics, and there '
                                           f'should be {"none" if wanted is None else "one"}']
    return [f'user {user}: {column} {found[column]}, not {wanted[column]}' for column in wanted
            if found[column] != wanted[column]]


def compare_awards(trophies, user, life, found, most, active, exact):
    counts, wrong = collections.Counter(award['trophy'] for award in found), []
    for trophy in trophies:
        there, owed = counts[trophy.id], model.owed(life, trophy)
        if owed is None:  # only what was there before
            if any(award['context'] != {'log': 1} for award in found if award['trophy'] == trophy.id):
                wrong.append(f'user {user}: {trophy.name} was given, which cannot be judged')
            continue
        highest = owed if exact and user in active else most[trophy.id]
        lowest = owed if user in active else 0
        if not lowest <= there <= highest:
            wrong.append(f'user {user}: {there} × {trophy.name}, not {lowest} to {highest}')
    return wrong + compare_order(trophies, user, [award for award in found if award['context'] is None])


def compare_order(trophies, user, given):
    """Those of one batch are a microsecond apart, in the order of the trophies."""
    places = {trophy.id: place for place, trophy in enumerate(trophies)}
    wrong = [f'user {user}: award {award}' for award in given if award['progress'] != 100.0 or award['is_notified']]
    pairs = [(before, after, after['earned_at'] - before['earned_at']) for before, after in zip(given, given[1:])]
    same = sum(apart < MICROSECOND for _, _, apart in pairs)
    disordered = [(before['id'], after['id']) for before, after, apart in pairs if apart == MICROSECOND and
                  (places[before['trophy']] > places[after['trophy']] or before['id'] > after['id'])]
    if same:
        wrong.append(f'user {user}: {same} awards were earned at the same time as another one')
    if disordered:
        wrong.append(f'user {user}: awards of one batch that are not in order: {disordered[:3]}')
    return wrong


def unjudged_stay(stage):
    with stage.transaction() as cursor:
        histories, awards = history.read_histories(cursor), history.read_awards(cursor)
    ids = {trophy.id for trophy in stage.trophies if trophy.name in history.UNJUDGED}
    wanted = {user: ids for user in list(stage.plan.users)[:3] if user in histories}
    found = {user: {award['trophy'] for award in awards.get(user, ()) if award['context'] == {'log': 1}} for user in wanted}
    return [] if found == wanted else [f'awards that nobody may take: {found}, not {wanted}']


def id_of(message):
    headers = message.properties.get('application_headers') or {}
    return headers.get('id') or message.properties.get('correlation_id') or message.properties.get('message_id')


def went_with_its_process(stage, task_id):
    """Over rpc results are published, and not awaited, before the message is acknowledged (design, "After the commit"): a
    process that is killed, or has no way to the broker at its stop, may take some with it."""
    return not stage.plan.django and any(f'[{task_id}]' in log for seat in stage.seats for log in seat.lossy_logs)


def outcomes(stage):
    """Every message has ended, as it had to."""
    found = stage.collect()
    dead = collections.Counter(id_of(message) for message in stage.take_all(DEAD))
    log = '\n'.join(seat.log() for seat in stage.seats)
    wrong = [f'{task_id}: dead, and harmed nobody' for task_id in dead
             if not (task_id in stage.plan.expected and stage.plan.expected[task_id].dead)]
    for task_id, expected in stage.plan.expected.items():
        statuses = found.get(task_id, [])
        if not statuses and not expected.silent and not went_with_its_process(stage, task_id):
            ended = f'[{task_id}]' in log
            wrong.append(f'{task_id}: no result' + (', though it ended' if ended else ', no end'))
        if set(statuses) - expected.statuses or (len(set(statuses)) > 1 and stage.plan.django):
            wrong.append(f'{task_id}: {statuses}, not {sorted(expected.statuses)}')
        if expected.dead and not dead[task_id]:
            wrong.append(f'{task_id}: not among the dead letters')
    unknown = found.keys() - stage.plan.expected.keys()
    wrong += [f'{task_id}: a result of a task that was never sent: {found[task_id]}' for task_id in unknown
              if task_id.startswith('s')]
    return wrong + unjudged_stay(stage) + counters(stage) + [f'a mark is left: {mark}' for mark in stage.marks()]


def counters(stage):
    with stage.transaction() as cursor:
        cursor.execute('select group_id, count from django_celery_results_chordcounter')
        return [f'the counter of chord {group} is left: {count}' for group, count in cursor]


def workers(stage):
    wrong = [complaint for seat in stage.seats for complaint in seat.complaints]
    for seat in stage.seats:
        wrong += [f'worker {seat.number}: {line}' for line in BAD_WORDS.findall(seat.log())[:5]]
    return wrong
