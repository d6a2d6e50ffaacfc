#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Counts the cases of a JUnit file of pytest or ctest: prints "passed failed skipped", then a line for each skipped.

A ctest case that is a Check program counts as its checks, by the closing line that Check prints."""
import re
import sys
import xml.etree.ElementTree as ElementTree

CHECKS = re.compile(r'^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)', re.M)


def count(case):
    """(passed, failed, reason why skipped) of one test case."""
    failed = case.find('failure') is not None or case.find('error') is not None or case.get('status') == 'fail'
    skipped = case.find('skipped')
    if skipped is not None:
        return 0, 0, f'{case.get("classname")} {case.get("name")}: {skipped.get("message")}'
    checks = CHECKS.findall(case.findtext('system-out') or '')
    if not checks:
        return (0, 1, None) if failed else (1, 0, None)
    total, bad = (sum(int(c[0]) for c in checks), sum(int(c[1]) + int(c[2]) for c in checks))
    return total - bad, max(bad, int(failed)), None


def main():
    counts = [count(case) for case in ElementTree.parse(sys.argv[1]).iter('testcase')]
    reasons = [c[2] for c in counts if c[2]]
    print(sum(c[0] for c in counts), sum(c[1] for c in counts), len(reasons))
    print(*reasons, sep='\n')


if __name__ == '__main__':
    main()
