# SPDX-License-Identifier: Apache-2.0
"""What statistics and awards a history leads to: the rules once more, in plain Python, from their description and not from
the C code.  Exact: decimals and dates, no doubles.

    history = History(sessions=[(date, time or None)], logs=[(weight, repetitions, unit)])
    statistics(history, today)          # the row as the table has it, or None if the total does not fit its column
    owed(history, trophy)               # how many awards of this trophy the user is to have; None: it cannot be judged
    awards(history, trophies, given)    # ids newly given by an evaluation, in order
"""
import dataclasses
import datetime
import decimal
import json

POUND = decimal.Decimal('0.45359237')
POUNDS = 2  # the weight unit
CENT, TENTH_OF_A_GRAM = decimal.Decimal('0.01'), decimal.Decimal('0.0001')
TOO_MUCH = decimal.Decimal('9999999999.995')
LARGEST_DOUBLE = decimal.Decimal('1.7976931348623157e308')
AWARDS_AT_ONCE = 1000  # of a trophy, for one user in one batch
DAY = datetime.timedelta(days=1)
SATURDAY = 5
EXACT = decimal.Context(prec=60, rounding=decimal.ROUND_HALF_UP)


@dataclasses.dataclass
class History:
    """sessions: (date, time of the start or None), in any order; logs: (weight, repetitions, unit), decimals or None."""
    sessions: list
    logs: list

    @property
    def dates(self):
        """The distinct ones, ascending."""
        return sorted({date for date, _ in self.sessions})

    @property
    def starts(self):
        return [start for _, start in self.sessions if start is not None]


@dataclasses.dataclass(frozen=True)
class Trophy:
    """A definition; params is the text of its JSON."""
    id: int
    name: str
    checker: str
    params: str
    active: bool = True
    repeatable: bool = False
    order: int = 0


# ---- statistics

def total_weight(history):
    """In kg, rounded to two places; None if it does not fit numeric(12,2)."""
    total = decimal.Decimal(0)
    for weight, repetitions, unit in history.logs:
        if weight is None or repetitions is None:
            continue
        if unit == POUNDS:
            weight = EXACT.multiply(weight, POUND).quantize(TENTH_OF_A_GRAM, context=EXACT)
        total = EXACT.add(total, EXACT.multiply(weight, repetitions))
    return None if abs(total) >= TOO_MUCH else total.quantize(CENT, context=EXACT) + 0  # never -0.00


def runs(dates, step):
    """Lengths of the runs of dates so many days apart, the oldest first."""
    lengths = []
    for place, date in enumerate(dates):
        if place > 0 and (date - dates[place - 1]).days == step:
            lengths[-1] += 1
        else:
            lengths.append(1)
    return lengths


def weekends(dates):
    """The Saturdays of complete weekends, ascending."""
    worked = set(dates)
    return [date for date in dates if date.weekday() == SATURDAY and date + DAY in worked]


def gaps(dates):
    """(days, the date before) between neighbours, the oldest first."""
    return [((later - earlier).days, earlier) for earlier, later in zip(dates, dates[1:])]


def statistics(history, today):
    """The columns of the row; None if the total does not fit."""
    total = total_weight(history)
    if total is None:
        return None
    dates, saturdays, starts = history.dates, weekends(history.dates), history.starts
    last_saturday = today - DAY * ((today.weekday() - SATURDAY) % 7)
    inactive = [earlier for days, earlier in gaps(dates) if days >= 30]
    return {
        'total_weight_lifted': total,
        'total_workouts': len(history.sessions),
        'current_streak': runs(dates, 1)[-1] if dates and (today - dates[-1]).days <= 1 else 0,
        'longest_streak': max(runs(dates, 1), default=0),
        'last_workout_date': dates[-1] if dates else None,
        'earliest_workout_time': min(starts, default=None),
        'latest_workout_time': max(starts, default=None),
        'weekend_workout_streak': runs(saturdays, 7)[-1] if saturdays and (last_saturday - saturdays[-1]).days <= 7 else 0,
        'last_complete_weekend_date': saturdays[-1] if saturdays else None,
        'last_inactive_date': inactive[-1] if inactive else None,
        'worked_out_jan_1': any((date.month, date.day) == (1, 1) for date in dates),
    }


# ---- trophies

class Unjudgeable(Exception):
    """Parameters are invalid, the checker is unknown, or needs what these tasks do not have."""


def parameters(text):
    value = json.loads(text, parse_float=number_of_jsonb)
    if value is None or value in ([], {}, '') or (isinstance(value, (int, bool, decimal.Decimal)) and not value):
        return {}
    if not isinstance(value, dict):
        raise Unjudgeable(text)
    return value


def number_of_jsonb(text):
    """1e1 is an integer to jsonb, 1.0 is none."""
    value = decimal.Decimal(text)
    return int(value) if value.as_tuple().exponent >= 0 else value


def whole(params, name, low=1, high=None):
    value = params.get(name)
    if type(value) is not int or value < low or (high is not None and value > high):
        raise Unjudgeable(name)
    return value


def number(params, name):
    value = params.get(name)
    if type(value) is int:
        value = decimal.Decimal(value)
    if not isinstance(value, decimal.Decimal) or value <= 0:
        raise Unjudgeable(name)
    return value


def daytime(params, name):
    """The time of a bound; None if it is not given."""
    text = params.get(name)
    if text is None:
        return None
    if not isinstance(text, str):
        raise Unjudgeable(name)
    try:  # the application is Python, and so are its numbers: +6, 0_6, other digits than ours
        hour, minute, *_ = [int(part) for part in text.split(':')[:2]] + [0]
        return datetime.time(hour, minute)
    except ValueError:
        raise Unjudgeable(name) from None


def times(current, target):
    """How often the target is reached."""
    if target > LARGEST_DOUBLE or current < target:
        return 0
    return int(EXACT.divide_int(decimal.Decimal(current), decimal.Decimal(target)))


def count_owed(history, params):
    return times(len(history.sessions), whole(params, 'count'))


def streak_owed(history, params):
    return times(max(runs(history.dates, 1), default=0), whole(params, 'days'))


def weekend_owed(history, params):
    return times(max(runs(weekends(history.dates), 7), default=0), whole(params, 'weekends'))


def volume_owed(history, params):
    return times(total_weight(history), number(params, 'kg'))


def time_owed(history, params):
    before, after = daytime(params, 'before'), daytime(params, 'after')
    if before is None and after is None:
        raise Unjudgeable('before and after')
    return int((before is not None and any(start < before for start in history.starts)) or
               (after is not None and any(start > after for start in history.starts)))


def date_owed(history, params):
    day = whole(params, 'month', 1, 12), whole(params, 'day', 1, 31)
    return int(any((date.month, date.day) == day for date in history.dates))


def inactivity_owed(history, params):
    days = whole(params, 'inactive_days')
    return int(any(gap >= days for gap, _ in gaps(history.dates)))


CHECKERS = {
    'workout_count_based': count_owed, 'CountBasedChecker': count_owed, 'WorkoutCountBasedChecker': count_owed,
    'count_based': count_owed, 'streak': streak_owed, 'StreakChecker': streak_owed, 'weekend_warrior': weekend_owed,
    'WeekendWarriorChecker': weekend_owed, 'volume': volume_owed, 'VolumeChecker': volume_owed, 'time_based': time_owed,
    'TimeBasedChecker': time_owed, 'date_based': date_owed, 'DateBasedChecker': date_owed,
    'inactivity_return': inactivity_owed, 'InactivityReturnChecker': inactivity_owed,
}


def owed(history, trophy):
    """How many awards the user is to have of it; None: these tasks cannot judge it, so they neither give nor take."""
    name = trophy.checker.rpartition('.')[2] if trophy.checker.endswith('Checker') else trophy.checker
    if not trophy.active or name not in CHECKERS:
        return None
    try:
        reached = CHECKERS[name](history, parameters(trophy.params))
    except Unjudgeable:
        return None
    return reached if trophy.repeatable else min(reached, 1)


def awards(history, trophies, given):
    """Ids newly given by an evaluation, in order; given: {trophy's id: how many there are}."""
    new = []
    for trophy in sorted(trophies, key=lambda one: (one.order, one.name)):
        missing = (owed(history, trophy) or 0) - given.get(trophy.id, 0)
        new += [trophy.id] * min(max(missing, 0), AWARDS_AT_ONCE)
    return new
