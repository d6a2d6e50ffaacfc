# SPDX-License-Identifier: Apache-2.0
"""Evaluations with wishes of their own, forced and revoking ones, and the switches that an administrator has."""
import signal
import uuid

import pytest
from all_users import (BEGINNER, LIFTER, RANGE, add_trophy, count_log,
                       ended, fresh, give, ranges_of, trophy_id)  # noqa: F401


# ---- force and revoke

@pytest.mark.parametrize('task', ['evaluate_all', 'evaluate_user'])
def test_force_and_revoke(world, start, task):
    """Everybody has Lifter, Atlas and five of a repeatable one, of which few are still owed."""
    queue = world.new_queue()
    worker = start(queue)
    users = world.add_users(4, workouts=4)  # 6,000 kg: Lifter, not Atlas
    opted_out, = world.add_users(1, opted_out=True)
    inactive, = world.add_users(1)
    world.query("update auth_user set last_login = now() - interval '31 days' where id = %s", [inactive])
    everybody = [*users, opted_out, inactive]
    pairs, _ = add_trophy(world, 'Pairs', 'workout_count_based', {'count': 2}, repeatable=True)
    for name, count in (('Lifter', 1), ('Atlas', 1), ('Pairs', 5), ('Phoenix', 1)):
        give(world, everybody, name, count)

    def run(**kwargs):
        before = ended(worker, RANGE)
        sent = [world.wire.send(queue, task, [user], kwargs) for user in everybody] if task == 'evaluate_user' else \
            [world.wire.send(queue, task, kwargs=kwargs)]
        results = {world.wire.result(token)['status'] for token in sent}
        if task == 'evaluate_all' and results == {'SUCCESS'}:
            worker.wait_log(f'{RANGE} succeeded', times=before + 1)
        return results

    before = {user: names + ['Beginner'] * (user in users) for user, names in world.awards(everybody).items()}
    before = {user: sorted(names) for user, names in before.items()}
    assert run(force=True) == {'SUCCESS'}
    assert world.awards(everybody) == before  # earned what was missing, lost nothing
    assert run(trophy_ids=[trophy_id(world, 'Atlas'), pairs, LIFTER], force=True, revoke=True) == {'SUCCESS'}
    after = world.awards(everybody)
    assert after == {**{user: ['Beginner', 'Lifter', 'Pairs', 'Pairs', 'Phoenix'] for user in users},
                     **{user: before[user] for user in (opted_out, inactive)}}
    assert {row for row in world.query("select to_char(earned_at at time zone 'utc', 'DD') from trophies_usertrophy "
                                       'where trophy_id = %s and user_id = any(%s)', [pairs, users])} == \
        {('01',), ('02',)}  # the newest went
    assert run(trophy_ids=['Phoenix', BEGINNER], force=True, revoke=True) == {'SUCCESS'}
    assert {user: 'Phoenix' in names for user, names in world.awards(everybody).items()} == \
        {**dict.fromkeys(users, False), opted_out: True, inactive: True}
    assert run(force=True, revoke=True) == {'SUCCESS'}
    assert world.awards(users) == {user: ['Beginner', 'Lifter', 'Pairs', 'Pairs'] for user in users}


@pytest.mark.parametrize('task', ['evaluate_all', 'evaluate_user'])
def test_wrong_wishes_fail(world, start, task):
    queue = world.new_queue()
    worker = start(queue)
    user, = world.add_users(1)
    wrong = [({'trophy_ids': [99999]}, 'ValueError', '99999'), ({'trophy_ids': [str(uuid.uuid4())]}, 'ValueError', '-'),
             ({'trophy_ids': [BEGINNER, 'Nobody']}, 'ValueError', 'Nobody'), ({'revoke': True}, None, 'force'),
             ({'trophy_ids': 7}, None, 'trophy_ids'), ({'unknown': 7}, 'TypeError', 'unknown')]
    for kwargs, exception, word in wrong:
        token = world.wire.send(queue, task, [user] if task == 'evaluate_user' else [], kwargs)
        result = world.wire.result(token)
        assert result['status'] == 'FAILURE' and word in str(result['result']['exc_message']), (kwargs, result)
        assert exception in (None, result['result']['exc_type']), (kwargs, result)
    assert world.awards([user]) == {} and RANGE not in worker.log()
    for kwargs in ({'force': True}, {'trophy_ids': [BEGINNER]}):  # statistics tasks have no such wishes
        for other, args in (('recalculate_all_statistics', []), ('update_statistics', [user])):
            result = world.wire.result(world.wire.send(queue, other, args, kwargs))
            assert result['result']['exc_type'] == 'TypeError'
    world.wait_counts(queue, ready=0, unacked=0)


# ---- switches and definitions

def test_disabled_here_and_there(world, start, tmp_path):
    """is_active, the configuration by uuid and by name (read again on SIGHUP), the user's preference."""
    file = tmp_path / 'worker.cfg'

    def configure(*disabled, enabled=True):
        names = ', '.join(f'"{name}"' for name in disabled)
        file.write_text(f'trophies: {{ disabled = [ {names} ]; enabled = {str(enabled).lower()}; }};\n')

    configure(BEGINNER.upper(), 'Lifter')
    tmp_path.chmod(0o755)
    queue = world.new_queue()
    worker = start(queue, args=('-c', str(file), 'run'))
    _, sleeping = add_trophy(world, 'Sleeping', 'workout_count_based', {'count': 1}, active=False)
    add_trophy(world, 'Awake', 'workout_count_based', {'count': 1})
    users = world.add_users(5, workouts=4)
    opted_out, = world.add_users(1, workouts=4, opted_out=True)

    def evaluate():
        done = ended(worker, RANGE)
        assert world.wire.result(world.wire.send(queue, 'evaluate_all'))['status'] == 'SUCCESS'
        worker.wait_log(f'{RANGE} succeeded', times=done + 1)
        awards = world.awards([*users, opted_out])
        assert opted_out not in awards and len({tuple(awards.get(user, ())) for user in users}) == 1
        return awards.get(users[0], [])

    def again(*disabled, **options):
        configure(*disabled, **options)
        times = count_log(worker, 'configuration: trophies.') + 1
        worker.process.signal(signal.SIGHUP)
        worker.wait_log('configuration: trophies.', times=times)

    assert evaluate() == ['Awake']
    again('Lifter', enabled=True)
    assert evaluate() == ['Awake', 'Beginner']
    again('Awake', enabled=True)
    assert evaluate() == ['Awake', 'Beginner', 'Lifter']  # what is earned stays
    world.query('update trophies_trophy set is_active = true where uuid = %s', [sleeping])
    again('Awake', enabled=False)
    assert evaluate() == ['Awake', 'Beginner', 'Lifter']
    again('Awake', enabled=True)
    assert evaluate() == ['Awake', 'Beginner', 'Lifter', 'Sleeping']


def test_definitions_are_read_for_every_batch(world, start):
    queue = world.new_queue()
    worker = start(queue)
    users = world.add_users(3)  # 1,500 kg

    def evaluate():
        done = ended(worker, RANGE)
        world.wire.result(world.wire.send(queue, 'evaluate_all'))
        worker.wait_log(f'{RANGE} succeeded', times=done + 1)
        return world.awards(users)

    assert evaluate() == {user: ['Beginner'] for user in users}
    world.query("""update trophies_trophy set checker_params = '{"kg": 1500}' where name = 'Lifter'""")
    assert evaluate() == {user: ['Beginner', 'Lifter'] for user in users}
    add_trophy(world, 'New', 'streak', {'days': 1})
    assert evaluate() == {user: ['Beginner', 'Lifter', 'New'] for user in users}


def test_invalid_definition_is_named_once(world, start):
    """With trophy, checker, key, value and what was expected; not for every user, batch or range."""
    queue = world.new_queue()
    worker = start(queue, env={**ranges_of(100), 'TROPHY_WORKER_BATCH_USERS': '20'})
    users = world.add_users(300)
    bad = {'Text': ('streak', {'days': 'seven'}), 'Missing': ('volume', {}), 'True': ('workout_count_based', {'count': True}),
           'Stranger': ('no_such_checker', {}), 'Month': ('date_based', {'month': 13, 'day': 1})}
    ids = {name: add_trophy(world, name, *definition)[0] for name, definition in bad.items()}

    def complaints(name):
        return [line for line in worker.log().splitlines() if f"trophy {ids[name]} '{name}'" in line]

    for round in (1, 2):
        world.wire.result(world.wire.send(queue, 'evaluate_all'))
        worker.wait_log(f'{RANGE} succeeded', times=4 * round)
    world.wire.result(world.wire.send(queue, 'evaluate_user', users[:1]))
    assert {name: len(complaints(name)) for name in bad} == dict.fromkeys(bad, 1)
    said = {name: complaints(name)[0].split('is skipped: ')[1] for name in bad}
    assert said == {
        'Text': 'checker streak: days: integer > 0 expected, got "seven"',
        'Missing': 'checker volume: kg: number > 0 expected, got nothing',
        'True': 'checker workout_count_based: count: integer > 0 expected, got true',
        'Stranger': 'checker no_such_checker: checker_class: one of workout_count_based streak weekend_warrior volume '
                    'time_based date_based inactivity_return personal_record expected, got "no_such_checker"',
        'Month': 'checker date_based: month: integer in 1..12 expected, got 13'}
    world.query("""update trophies_trophy set checker_params = '{"days": "eight"}' where name = 'Text'""")
    world.wire.result(world.wire.send(queue, 'evaluate_user', users[:1]))
    assert [line.rpartition(' ')[2] for line in complaints('Text')] == ['"seven"', '"eight"']
    assert world.awards(users) == {user: ['Beginner'] for user in users}
