# SPDX-License-Identifier: Apache-2.0
"""Runs scenarios on two stands at once and compares their rows.

    suite = Suite(native, ours, differences)
    suite.check('success', scenario)             # fails with every difference that is not listed, and listed ones that are none
"""
import re

import normal


class Suite:
    """listed: {scenario: {path: (native, ours, reason)}}; everywhere: [(path as a regular expression, native, ours,
    reason)], for what is so in many scenarios: there it is not demanded that it occurs in each, but in some."""

    def __init__(self, native, ours, listed, everywhere):
        self.stands, self.listed, self.everywhere = (native, ours), listed, everywhere
        self.seen = set()  # places in everywhere

    def rows(self, scenario):
        """Both stands' rows; each does it in its own thread, so that their waiting is the same waiting."""
        futures = [stand.thread.submit(scenario, stand) for stand in self.stands]
        failures = [future.exception() for future in futures]
        for stand, failure in zip(self.stands, failures):
            if failure is not None:
                raise AssertionError(f'{stand.kind}: {failure}') from failure
        return [normal.flat(future.result()) for future in futures]

    def check(self, name, scenario):
        native, ours = self.rows(scenario)
        listed = dict(self.listed.get(name, {}))
        for path in sorted({*native, *ours}):
            pair = native.get(path, normal.ABSENT), ours.get(path, normal.ABSENT)
            if pair[0] == pair[1] or path in listed:
                continue
            for place, (pattern, *expected, _) in enumerate(self.everywhere):
                if re.fullmatch(pattern, path) and normal.matches(pair, expected):
                    self.seen.add(place)
                    native.pop(path, None)
                    ours.pop(path, None)
                    break
        complaints = normal.compare(native, ours, listed)
        assert not complaints, '\n'.join([name, *complaints])

    def never_seen(self):
        """Differences that are listed for everywhere and were nowhere."""
        return [self.everywhere[place] for place in range(len(self.everywhere)) if place not in self.seen]
