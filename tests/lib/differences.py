# SPDX-License-Identifier: Apache-2.0
"""Where our worker differs from Celery's own, each with its reason.  One that is not listed fails the suite, and so does
one that is listed and does not occur any more."""
import ast

import celery

from conformance import ABSENT, ANY, Difference

OLD = celery.VERSION[:2] < (5, 3)  # Debian's; else as in 5.6

PYTHON_ONLY = 'there is no Python, and so no traceback of it'
ZONE = 'the offset is left out, and nobody corrects a time: right in every zone, where native sends whole hours only'
LIST = 'the arguments of a signature are a list on the wire; native writes some of them as a tuple'
OURSELVES = 'says truly who sent it'
NEWER = 'as Celery 5.6 sends it'
UNHEARD = 'native names a reply queue of its own, in which nobody reads'
INDEX = 'numbered as a group is; native leaves errbacks and callbacks without'
NO_REPR = 'built from the arguments where the sender did not write them; native shows nothing'
RETRIED = 'tried again in place, not as a message of its own: nothing to be sent, received and lost in between'



def as_list(native):
    """The same arguments, written as a list."""
    return repr(list(ast.literal_eval(native))) if str(native).startswith('(') else ABSENT


EVERYWHERE = [
    Difference(r'.*\.traceback', '<str>', None, PYTHON_ONLY),
    Difference(r'.*\.utcoffset', 0, ABSENT, ZONE),
    Difference(r'.*\.sent\[0\]\.headers\.argsrepr', ANY, as_list, LIST),
    Difference(r'new\d\.fields\.task-received\.args|(second|third)\.fields\.task-received\.args', ANY, as_list, LIST),
    Difference(r'.*\.sent\[0\]\.headers\.origin', '<origin>', 'worker@conform', OURSELVES),
    Difference(r'.*\.sent\[0\]\.headers\.lang', 'py', 'c', OURSELVES),
    Difference(r'new\d\.sent\[0\]\.properties\.reply_to', ANY, ABSENT, UNHEARD),
    Difference(r'new\d\.states', ['STARTED', 'SUCCESS'], [], UNHEARD),
    Difference(r'new\d\.states', ['STARTED', 'FAILURE'], [], UNHEARD),
    Difference(r'new\d\.results.*', ANY, ABSENT, UNHEARD),
    Difference(r'new\d\.results', ABSENT, {}, UNHEARD),
    Difference(r'new\d\.sent\[0\]\.headers\.group', 'new3', 'new2', UNHEARD + ': one id less'),
    Difference(r'task\.fields\.task-received\.(kw)?args', '', ANY, NO_REPR),
    Difference(r'task\.fields\.task-received\.(kw)?args', None, ANY, NO_REPR),
]
if OLD:
    EVERYWHERE += [
        Difference(r'new\d\.sent\[0\]\.headers\.group_index', None, ANY, INDEX),
        Difference(r'.*\.sent\[0\]\.headers\.(stamps|stamped_headers|replaced_task_nesting)', ABSENT, ANY, NEWER),
    ]

ONE_TRY = ['task-received', 'task-started', 'task-retried', 'task-succeeded']


def tried_once_less(native):
    """Native's second try is a message of its own, which may come before it has told of the first."""
    return ONE_TRY if sorted(native) == sorted([*ONE_TRY, 'task-received', 'task-started']) else ABSENT


ENDED = 'terminating connection due to administrator command'
POSTGRES = 'PostgreSQL\'s own words; psycopg2 has others'

TASKS = {
    'failure_in_the_data': [
        Difference(r'.*(exception|exc_message|args)', ANY, ANY, 'found in the worker, before the database refuses it'),
    ],
    'lost_session': [
        Difference(r'task\.deliveries', ['first', 'first'], ['first'], RETRIED),
        Difference(r'task\.events', ANY, tried_once_less, RETRIED),
        Difference(r'task\.states', ['STARTED', 'RETRY', 'STARTED', 'SUCCESS'], ['STARTED', 'RETRY', 'SUCCESS'], RETRIED),
        Difference(r'task\.sent.*', ANY, ABSENT, RETRIED),
        Difference(r'task\.fields\.task-received\.eta', '<time>', None, RETRIED),
        Difference(r'task\.fields\.task-received\.parent_id', 'task', None, RETRIED),
        Difference(r'task\.fields\.task-received\.retries', 1, 0, RETRIED),
        Difference(r'.*exception', ANY, f'OperationalError({ENDED!r})', POSTGRES),
        Difference(r'.*exc_message', ANY, [ENDED], POSTGRES),
        Difference(r'.*exc_module', 'psycopg2', 'django.db.utils', 'the class that the application knows'),
    ],
    'time_limit': [
        Difference(r'task\.states', ['STARTED', 'FAILURE', 'FAILURE'], ['STARTED', 'FAILURE'], 'once is enough'),
    ],
    'terminated_SIGKILL': [
        Difference(r'.*\.signum', 9, 15, 'no process is killed: the statement is cancelled, whatever the signal'),
    ],
}
if OLD:
    TASKS['ignored_success'] = [Difference(r'task\.(results|states).*', ANY, ANY, NEWER + ': no STARTED either')]
    TASKS['ignored_failure'] = [Difference(r'task\.(client|results|states).*', ANY, ANY, NEWER + ': nothing')]
    TASKS['time_limit'] += [
        Difference(r'.*\.exception', 'ExceptionWithTraceback()', 'TimeLimitExceeded(1)', NEWER),
    ]
else:
    TASKS['time_limit'] = [Difference(r'task\..*', ANY, ANY, 'native 5.6.3 requeues it for ever: revoked here to end that')]

RANGES = 'the slices of a task for all are tasks of our own'
COUNTS = 'by the real name: the sender chooses shadows, and there may be any number'
WRITES = 'of the pool of processes: there is none'
UNLIMITED = 'no limit, and not shown as one'
VERSION = 'an honest name (celery.sw_ident says another)'

OWN = ['trophy_worker.evaluate_range', 'trophy_worker.recalculate_range']
RETRIES = 'and they are tried again worker.delivery_limit times'


def with_ranges(native):
    return sorted([*OWN, *native])


def with_ranges_and_retries(native):
    items = ' [max_retries=5 acks_late=True]'
    return [name + items for name in OWN] + [name.replace(' [max_retries=3 acks_late=True]', items) for name in native]


def with_lines_of_ranges(native):
    first = next(i for i, line in enumerate(native) if '*' in line)
    return [*native[:first], *(f'    * {name}' for name in OWN), *native[first:]]


def without_offset(native):
    return [field for field in native if field != 'utcoffset']


STATS = [
    Difference(r'.*\.pool\.writes.*', ANY, ANY, WRITES),
    Difference(r'.*\.pool\.implementation', ABSENT, '<str>', NEWER) if OLD else
    Difference(r'.*\.broker\.credential_provider', None, ABSENT, 'there is none, and before 5.6 it was not shown'),
]
CONTROL = {
    'registered': [Difference('reply', ANY, with_ranges, RANGES)],
    'dump_tasks': [Difference('reply', ANY, with_ranges, RANGES)],
    'registered with items': [Difference('reply', ANY, with_ranges_and_retries, f'{RANGES}, {RETRIES}')],
    'celery_inspect_registered': [Difference('lines', ANY, with_lines_of_ranges, RANGES)],
    'stats': STATS,
    'celery_inspect_stats': [*STATS, Difference(r'document\.total\.shadow', '<int>', ABSENT, COUNTS)],
    'memsample': [Difference('reply', None, '<str>', 'native needs psutil for it')],
    'celery_inspect_memsample': [Difference('lines', ANY, ANY, 'native needs psutil for it')],
    'at_work': [Difference('total', ANY, ANY, COUNTS)],
    'rate_limit': [Difference("listed (''|0)", ANY, ANY, UNLIMITED)],
    'time_limit': [
        Difference('states', ['SUCCESS'], ['FAILURE'],
                   'native keeps what it had at its start until it consumes anew; ours obeys'),
    ],
    'pool': [Difference(r'wrong.*', ANY, ANY, 'there is no pool, so how much it is to grow is not looked at')],
    'worker_events': [
        Difference(r'.*\.(sw_ident|sw_ver)', ANY, ANY, VERSION),
        Difference(r'.*\.utcoffset', 0, ABSENT, ZONE),
    ],
    'heartbeat': [
        Difference(r'beat\.(active|processed|loadavg)', ABSENT, ANY, 'the whole of it, which native leaves out'),
        Difference(r'beat\.freq', '<int>', '<float>', 'the true interval; native says 5'),
        Difference(r'beat\.utcoffset', '<int>', ABSENT, ZONE),
    ],
    'shutdown': [Difference(r'offline\.fields', ANY, without_offset, ZONE)],
}
if not OLD:
    OLDER = 'as Celery up to 5.2 says it, without the braces of a Python set'
    CONTROL['revoke'] = [Difference(r'(one|none)\.ok', ANY, ANY, OLDER)]
    CONTROL['celery_control_revoke'] = [Difference('lines', ANY, ANY, OLDER)]
