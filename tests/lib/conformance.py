# SPDX-License-Identifier: Apache-2.0
"""Runs scenarios on two stands at once and compares their rows, leaf by leaf.

    suite = Suite(native, ours, {'success': [Difference('task.end', 'acknowledged', 'dead', 'why')]}, ())
    suite.check('success', scenario)          # fails with every difference that is not listed, and with listed ones that are none
"""
import collections
import itertools
import re

import normal

ABSENT = '<absent>'
ANY = object()  # as a value: whatever it is

# path: a regular expression for the whole of it; ours: a value, or a function of native's that tells it
Difference = collections.namedtuple('Difference', 'path native ours reason')


def is_listed(difference, path, pair):
    native, ours = pair
    wanted = difference.ours
    if not re.fullmatch(difference.path, path) or (difference.native is not ANY and difference.native != native):
        return False
    return wanted is ANY or ours == (wanted(native) if callable(wanted) else wanted)


class Suite:
    """listed: {scenario: differences}; everywhere: differences that may be in any scenario, and are in some."""

    def __init__(self, native, ours, listed, everywhere):
        self.stands, self.listed, self.everywhere = (native, ours), listed, everywhere
        self.seen = []  # of everywhere
        self.numbers = itertools.count(1000, 1000)  # so that both have the same ids

    def rows(self, scenario):
        """Both stands' rows, flat; each does it in its own thread, so that their waiting is the same waiting."""
        number = next(self.numbers)
        for stand in self.stands:
            stand.ids = itertools.count(number)
        futures = [stand.thread.submit(scenario, stand) for stand in self.stands]
        for stand, failure in [(stand, future.exception()) for stand, future in zip(self.stands, futures)]:
            if failure is not None:
                raise AssertionError(f'{stand.kind}: {failure}') from failure
        return [normal.flat(future.result()) for future in futures]

    def check(self, name, scenario):
        native, ours = self.rows(scenario)
        listed, occurred, complaints = self.listed.get(name, ()), [], []
        for path in sorted({*native, *ours}):
            pair = native.get(path, ABSENT), ours.get(path, ABSENT)
            if pair[0] == pair[1]:
                continue
            why = next((one for one in (*listed, *self.everywhere) if is_listed(one, path, pair)), None)
            if why is not None:
                occurred.append(why)
            else:
                complaints.append(f'{path}: native {pair[0]!r}, ours {pair[1]!r}')
        complaints += [f'listed, but not so any more: {one}' for one in listed if one not in occurred]
        self.seen += occurred
        assert not complaints, '\n'.join([name, *complaints])

    def never_seen(self):
        """Differences that are listed for everywhere and were nowhere."""
        return [one for one in self.everywhere if one not in self.seen]
