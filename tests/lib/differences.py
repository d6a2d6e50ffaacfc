# SPDX-License-Identifier: Apache-2.0
"""Where our worker differs from Celery's own, each with its reason: {scenario: {path: (native, ours, reason)}}.  One that is
not listed fails the suite, and so does one that is listed and does not occur any more."""
from normal import ABSENT, ANY

EVERYWHERE = []
TASKS = {}
CONTROL = {}
__all__ = ['ABSENT', 'ANY']
