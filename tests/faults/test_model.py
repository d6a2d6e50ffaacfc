# SPDX-License-Identifier: Apache-2.0
"""The model against the recorded cases: what it says of a history is what the application did, where that is right."""
import collections
import datetime
import decimal
import json
import pathlib

import model
import pytest

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / 'data' / 'golden'
SETS = {name: [model.Trophy(one['id'], one['name'], one['checker'], one['params'], one['active'], one['repeatable'],
                            one['order']) for one in trophies]
        for name, trophies in json.loads((GOLDEN / 'sets.json').read_text()).items()}
KEYS = {name: {one['key']: one['id'] for one in trophies}
        for name, trophies in json.loads((GOLDEN / 'sets.json').read_text()).items()}
UNORDERED = {'v_misc'}  # sets whose awards were recorded in the order of the keys


def history_of(case):
    def start(text):
        return None if text is None else datetime.time.fromisoformat(text)

    def number(text):
        return None if text is None else decimal.Decimal(text)
    return model.History(
        [(datetime.date.fromisoformat(date), start(begin)) for date, begin, _, _ in case['sessions']],
        [(number(weight), number(repetitions), unit) for _, copies, weight, unit, repetitions in case['logs']
         for _ in range(copies)])


def as_text(row):
    def one(value):
        return value if value is None or isinstance(value, (bool, int)) else str(value)
    return {column: one(value) for column, value in row.items()}


def recorded(row):
    row = {**row, 'total_weight_lifted': f"{decimal.Decimal(row['total_weight_lifted']):.2f}"}
    for column in ('earliest_workout_time', 'latest_workout_time'):
        if row[column] is not None:
            row[column] = str(datetime.time.fromisoformat(row[column]))
    return row


@pytest.mark.parametrize('file', ['boundary', 'random', 'deviations', 'params'])
def test_model_is_what_was_recorded(file):
    differences, looked_at = [], 0
    for case in map(json.loads, (GOLDEN / f'{file}.jsonl').read_text().splitlines()):
        history = history_of(case)
        for run in case['runs']:
            keys = KEYS[run['set']]
            earned = keys if '*' in (case.get('earned') or []) else case.get('earned') or []
            given = collections.Counter(keys[key] for key in earned if key in keys)
            row = model.statistics(history, datetime.date.fromisoformat(run['today']))
            looked_at += 1
            if (row is None) != run['fails']:
                differences.append((case['name'], 'fails', run['fails']))
            if row is None:
                continue
            if as_text(row) != recorded(run['stats']):
                differences.append((case['name'], as_text(row), recorded(run['stats'])))
            new = [] if run['skip'] else model.awards(history, SETS[run['set']], given)
            wanted = [keys[key] for key in run['awarded']]
            if new != wanted and (run['set'] not in UNORDERED or sorted(new) != sorted(wanted)):
                differences.append((case['name'], new, wanted))
    assert looked_at and not differences, f'{len(differences)} of {looked_at}: {differences[:5]}'
