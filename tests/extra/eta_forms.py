#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What Celery's parsers make of the forms of an eta: writes tests/data/celery/eta-forms.tsv, which test_iso8601.c reads.

usage: tests/extra/eta_forms.py PYTHON_WITH_CELERY_5.6 >tests/data/celery/eta-forms.tsv

Debian's Python answers for Celery 5.2, the other for 5.6.  A line: the text, what 5.2 makes of it, what 5.6 makes of it, with
tabs between.  An answer is microseconds since 1970 (without an offset the text is UTC), "-" for a refusal, or "ignores" where
5.2 does not look at the end of the text, so that its answer is no reading of it."""
import subprocess
import sys

DATES = ['2026-11-30', '20261130', '2026-11', '2026', '202611', '2026-1-5', '2026-01-5', '2026-1-05', '2026-001', '2026-334',
         '2026334', '2026-365', '2026-366', '2024-366', '2026-000', '2026-W49-1', '2026W491', '2026-W49', '2026W49', '2026-W491',
         '2026W49-1', '2026-W53-7', '2026-W54-1', '2026-W00-1', '2026-W49-8', '2026-W49-0', '2020-W53-7', '2025-W01-1',
         '0001-W01-1', '9999-W52-7', '2024-02-29', '2026-02-29', '1900-02-29', '2000-02-29', '2026-02-30', '2026-04-31', '2026-00-10',
         '2026-13-01', '2026-11-00', '2026-11-31', '0000-01-01', '0001-01-01', '9999-12-31', '1969-12-31', '26-11-30', '+2026-11-30',
         '2026/11/30', '2026-1130', '202611-30', '2026-11-3', '12026-11-30', '1764000000', '2026.11.30', '30.11.2026']
TIMES = ['14', '1411', '14:11', '141112', '14:11:12', '14:1112', '1411:12', '14:11:12.5', '14:11:12,5', '141112.5', '141112,25',
         '14:11:12.', '14:11:12,', '14:11.5', '14.5', '1', '14:', '14:11:', '14:1', '14:11:1', '24:00:00', '24:00', '24', '2400', '240000',
         '24:00:00.0', '24:00:01', '24:01', '24:00:00.000001', '25:00', '14:60', '14:11:60', '00:00:00', '23:59:59.9999999',
         '14:11:12.123', '14:11:12.1234567', '14:11:12.123456789', '14:11:12.12345678901234567890', '14:11:12.5.5', '14:11:12:13', '']
OFFSETS = ['', 'Z', 'z', '+00', '+0000', '+00:00', '-00:00', '+01', '+0100', '+01:00', '-0530', '-05:30', '+05:30', '+19:00', '+23:59',
           '-23:59', '+24:00', '+01:60', '+1', '+1:00', '+010', '+01:0', '+01:', '+', '+01:00:00', ' Z', 'Z ', ' +01:00', 'UTC', '+01:00x']
SEPARATORS = ['T', 't', ' ', '_', '', '  ', 'TT', '-', 'T ', '5']
OTHERS = ['2026-11-30TZ', '2026-11-30T+01', '2026-11-30T+01:00', '2026-11-30 +0100', '2026-11-30Z', '2026-11-30+01:00', ' 2026-11-30',
          '2026-11-30 ', '2026-11-30T14:11:12-', '9999-12-31T24:00', '9999-12-31T23:59:59.999999-23:59', '0001-01-01T00:00:00+23:59',
          '20261130T141112Z', '20261130T141112.123456+0100', '20261130 1411', '2026-334T14:11', '2026334T1411', '2026-W49-1T14:11:12Z',
          '2026W491T141112Z', '2026-11T14:11', '2026T14:11', '2026-W49T14:11', 'garbage', 'now', '2026-11-30T14:11:12+01:00Z', '2026',
          'T14:11', '14:11:12', '2026-11-30T14:11:12.5Z', '2026-11-30T14:11:12,5+0100', '2026-111510:00', '2026-1-5T14:11:12Z',
          '2026-1-5 14:11', '2026-01-5T14:11:12.000001+01:00', 'Mon, 30 Nov 2026 14:11:12 GMT', '2026-11-30T14:11:12 UTC']

ANSWER = r'''
import sys, warnings
from datetime import datetime, timedelta, timezone
from celery.utils import iso8601
from celery.utils.time import maybe_iso8601
warnings.simplefilter("ignore")
old = not hasattr(iso8601, "warn")
for text in sys.stdin.read().split("\n"):
    try:
        at = maybe_iso8601(text)
        if old and iso8601.ISO8601_REGEX.match(text).end() < len(text):
            print("ignores")
            continue
        if old and at.microsecond:  # 5.2 takes ".5" for 5 microseconds
            digits = iso8601.ISO8601_REGEX.match(text)["fraction"]
            at = at.replace(microsecond=int(digits[:6].ljust(6, "0")))
        if at.tzinfo is None:
            at = at.replace(tzinfo=timezone.utc)
        print((at - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1))
    except Exception:
        print("-")
'''


def forms():
    yield from DATES
    yield from (f'{date}T14:11:12Z' for date in DATES)
    yield from (f'2026-11-30T{time}{offset}' for time in TIMES for offset in ('', 'Z', '+0100'))
    yield from (f'2026-11-30T{time}{offset}' for time in ('14:11:12', '14', '141112.25') for offset in OFFSETS)
    yield from (f'{date}{separator}14:11:12Z' for date in ('2026-11-30', '20261130') for separator in SEPARATORS)
    yield from OTHERS


def answers(python, texts):
    done = subprocess.run([python, '-W', 'ignore', '-c', ANSWER], input='\n'.join(texts), text=True, stdout=subprocess.PIPE, check=True)
    return done.stdout.splitlines()


texts = list(dict.fromkeys(forms()))
old, new = answers('/usr/bin/python3', texts), answers(sys.argv[1], texts)
assert len(old) == len(new) == len(texts)
print('# made by tests/extra/eta_forms.py with Celery 5.2.6 and 5.6.3 (dateutil): text, 5.2, 5.6')
for row in zip(texts, old, new):
    print('\t'.join(row))
