# SPDX-License-Identifier: Apache-2.0
"""The application's side of the database: users, their workouts, what happens to these, and how it all looks in the end.

Every function takes a cursor of a superuser's connection and leaves the transaction to the caller.
"""
import datetime
import decimal

import model

COLUMNS = ('total_weight_lifted', 'total_workouts', 'current_streak', 'longest_streak', 'last_workout_date',
           'earliest_workout_time', 'latest_workout_time', 'weekend_workout_streak', 'last_complete_weekend_date',
           'last_inactive_date', 'worked_out_jan_1')
LOGINS = {'now': 'now()', 'never': 'null', 'long ago': "now() - interval '100 days'"}
# name, type, checker, params, repeatable, active, order
MORE_TROPHIES = (
    ('Every third', 'count', 'workout_count_based', '{"count": 3}', True, True, 20),
    ('Every second', 'count', 'wger.trophies.checkers.CountBasedChecker', '{"count": 2}', True, True, 5),
    ('Ton', 'volume', 'volume', '{"kg": 1000.0}', True, True, 21),
    ('A bit more than a ton', 'volume', 'volume', '{"kg": 1234.57}', False, True, 21),
    ('Run', 'sequence', 'streak', '{"days": 2}', True, True, 1),
    ('Weekends', 'sequence', 'weekend_warrior', '{"weekends": 2}', True, True, 0),
    ('Lunch', 'time', 'time_based', '{"before": "12:01", "after": "21"}', False, True, 3),
    ('Ten days off', 'other', 'inactivity_return', '{"inactive_days": 10}', False, True, 3),
    ('Unknown', 'other', 'nobody_knows', '{}', False, True, 4),
    ('Invalid', 'count', 'workout_count_based', '{"count": "3"}', False, True, 4),
    ('Retired', 'count', 'workout_count_based', '{"count": 1}', False, False, 4),
    ('Personal Record', 'pr', 'personal_record', '{}', True, True, 30),
)
UNJUDGED = ('Unknown', 'Invalid', 'Retired', 'Personal Record')


def add_trophies(cursor):
    for name, kind, checker, params, repeatable, active, order in MORE_TROPHIES:
        cursor.execute('insert into trophies_trophy (uuid, name, description, trophy_type, checker_class, checker_params,'
                       ' is_hidden, is_progressive, is_active, is_repeatable, "order", created, updated) '
                       "values (gen_random_uuid(), %s, '', %s, %s, %s::jsonb, false, false, %s, %s, %s, now(), now())",
                       [name, kind, checker, params, active, repeatable, order])


def read_trophies(cursor):
    """[model.Trophy] in the order in which they are given."""
    cursor.execute('select id, name, checker_class, checker_params::text, is_active, is_repeatable, "order" '
                   'from trophies_trophy')
    return sorted((model.Trophy(*row) for row in cursor), key=lambda one: (one.order, one.name))


# ---- users

def add_user(cursor, user, life):
    cursor.execute('insert into auth_user (id, password, last_login, is_superuser, username, first_name, last_name, email,'
                   f" is_staff, is_active, date_joined) values (%s, '', {LOGINS[life['logged_in']]}, false, %s, '', '', '',"
                   ' false, true, now())', [user, f'user{user}'])
    cursor.execute('insert into core_userprofile (is_temporary, workout_reminder_active, workout_reminder, '
                   'workout_duration, weight_unit, notification_language_id, user_id, num_days_weight_reminder, '
                   "can_add_user, trophies_enabled) values (false, false, 14, 12, 'kg', 2, %s, 0, false, %s)",
                   [user, not life['opted_out']])
    if life['statistics']:
        cursor.execute('insert into trophies_userstatistics (user_id, total_weight_lifted, total_workouts, current_streak,'
                       ' longest_streak, weekend_workout_streak, worked_out_jan_1, last_updated) '
                       "values (%s, 77, 5, 1, 1, 0, true, '2000-01-01')", [user])
    for workout in life['sessions']:
        add_workout(cursor, user, workout)


def add_overflow(cursor, user):
    """Whose total does not fit its column."""
    add_user(cursor, user, {'logged_in': 'now', 'opted_out': False, 'statistics': False, 'sessions': []})
    cursor.execute('insert into manager_workoutlog (id, repetitions, weight, date, user_id, weight_unit_id, exercise_id) '
                   'select gen_random_uuid(), 9999.99, 9999.99, now(), %s, 1, 1 from generate_series(1, 101)', [user])


def add_unjudged(cursor, users):
    """Awards that nobody may take."""
    cursor.execute('insert into trophies_usertrophy (user_id, trophy_id, earned_at, progress, is_notified, context_data) '
                   "select u, t.id, timestamptz '2020-01-01' + t.id * interval '1 s', 100, true, '{\"log\": 1}' "
                   'from unnest(%s) u, trophies_trophy t where t.name = any(%s)', [list(users), list(UNJUDGED)])


def add_workout(cursor, user, workout):
    date = datetime.date.today() - datetime.timedelta(days=workout['days_ago'])
    cursor.execute("insert into manager_workoutsession (id, date, impression, time_start, user_id) values (%s, %s, '2', "
                   '%s, %s)', [workout['id'], date, workout['start'], user])
    for log, weight, repetitions, unit in workout['logs']:
        cursor.execute('insert into manager_workoutlog (id, repetitions, weight, date, user_id, weight_unit_id, '
                       'exercise_id, session_id) values (%s, %s, %s, %s, %s, %s, 1, %s)',
                       [log, repetitions, weight, date, user, unit, workout['id']])


# ---- changes

def pick(cursor, table, user, place):
    """An id of the user's rows, the same one for the same place in the same rows."""
    cursor.execute(f'select id from {table} where user_id = %s order by id', [user])
    ids = [row[0] for row in cursor]
    return ids[min(int(place * len(ids)), len(ids) - 1)] if ids else None


def change(cursor, what):
    """Apply it; the users whose history is another one now."""
    user = what['user']
    if what['op'] == 'add':
        add_workout(cursor, user, what['workout'])
    elif what['op'] == 'weigh':
        cursor.execute('update manager_workoutlog set weight = %s where id = %s',
                       [what['weight'], pick(cursor, 'manager_workoutlog', user, what['pick'])])
    elif what['op'] == 'opt':
        cursor.execute('update core_userprofile set trophies_enabled = not trophies_enabled where user_id = %s', [user])
    elif what['op'] == 'delete_user':
        delete_user(cursor, user)
    elif what['op'] == 'delete_all':
        cursor.execute('delete from manager_workoutlog where user_id = %s', [user])
        cursor.execute('delete from manager_workoutsession where user_id = %s', [user])
    else:
        change_session(cursor, what, pick(cursor, 'manager_workoutsession', user, what['pick']))
    return {user, what.get('to', user)}


def change_session(cursor, what, session):
    if what['op'] == 'move_day':
        cursor.execute('update manager_workoutsession set date = %s where id = %s',
                       [datetime.date.today() - datetime.timedelta(days=what['days_ago']), session])
    elif what['op'] == 'move_user':
        cursor.execute('update manager_workoutlog set user_id = %s where session_id = %s', [what['to'], session])
        cursor.execute('update manager_workoutsession set user_id = %s where id = %s', [what['to'], session])
    elif what['op'] == 'delete':
        cursor.execute('delete from manager_workoutlog where session_id = %s', [session])
        cursor.execute('delete from manager_workoutsession where id = %s', [session])
    else:
        raise ValueError(what)


def delete_user(cursor, user):
    """As Django does: what hangs on it first."""
    for table in ('trophies_usertrophy', 'trophies_userstatistics', 'manager_workoutlog', 'manager_workoutsession',
                  'core_userprofile'):
        cursor.execute(f'delete from {table} where user_id = %s', [user])
    cursor.execute('delete from auth_user where id = %s', [user])


# ---- how it looks

def read_histories(cursor, users=None):
    """{user: model.History} of these users, or all there are."""
    cursor.execute('select id from auth_user' + ('' if users is None else ' where id = any(%s)'),
                   None if users is None else [list(users)])
    found = {user: model.History([], []) for user, in cursor}
    cursor.execute('select user_id, date, time_start from manager_workoutsession where user_id = any(%s)', [list(found)])
    for user, date, start in cursor:
        found[user].sessions.append((date, start))
    cursor.execute('select user_id, weight, repetitions, weight_unit_id from manager_workoutlog where user_id = any(%s)',
                   [list(found)])
    for user, weight, repetitions, unit in cursor:
        assert weight is None or isinstance(weight, decimal.Decimal)
        found[user].logs.append((weight, repetitions, unit))
    return found


def read_statistics(cursor):
    cursor.execute(f'select user_id, {", ".join(COLUMNS)} from trophies_userstatistics')
    return {user: dict(zip(COLUMNS, row)) for user, *row in cursor}


def read_awards(cursor):
    """{user: [{id, trophy, earned_at, progress, is_notified, context}]}, oldest first."""
    cursor.execute('select user_id, id, trophy_id, earned_at, progress, is_notified, context_data '
                   'from trophies_usertrophy order by earned_at, id')
    found = {}
    for user, *row in cursor:
        found.setdefault(user, []).append(dict(zip(('id', 'trophy', 'earned_at', 'progress', 'is_notified', 'context'), row)))
    return found


def read_active(cursor):
    """Users whom the evaluation does not skip when they are named."""
    cursor.execute("select u.id from auth_user u left join core_userprofile p on p.user_id = u.id where coalesce("
                   "p.trophies_enabled, true) and coalesce(u.last_login >= now() - interval '30 days', true)")
    return {user for user, in cursor}
