# SPDX-License-Identifier: Apache-2.0
"""Where our worker differs from Celery's own, each with its reason.  One that is not listed fails the suite, and so does
one that is listed and does not occur any more."""
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

EVERYWHERE = [
    Difference(r'.*\.traceback', '<str>', None, PYTHON_ONLY),
    Difference(r'.*\.utcoffset', 0, ABSENT, ZONE),
    Difference(r'.*\.sent\[0\]\.headers\.argsrepr', ANY, ANY, LIST),
    Difference(r'new\d\.fields\.task-received\.args|(second|third)\.fields\.task-received\.args', ANY, ANY, LIST),
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

TASKS = {
    'failure_in_the_data': [
        Difference(r'.*(exception|exc_message|args)', ANY, ANY, 'found in the worker, before the database refuses it'),
    ],
    'lost_session': [
        Difference(r'task\.(deliveries|events|states)', ANY, ANY, RETRIED),
        Difference(r'task\.sent.*', ANY, ABSENT, RETRIED),
        Difference(r'task\.fields\.task-received\.(eta|parent_id|retries)', ANY, ANY, RETRIED),
        Difference(r'.*(exception|exc_message)', ANY, ANY, 'PostgreSQL\'s own words; psycopg2 has others'),
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

STATS = [
    Difference(r'.*\.pool\.writes.*', ANY, ANY, WRITES),
    Difference(r'.*\.pool\.implementation', ABSENT, '<str>', NEWER) if OLD else
    Difference(r'.*\.broker\.credential_provider', None, ABSENT, 'there is none, and before 5.6 it was not shown'),
]
CONTROL = {
    'registered': [Difference('reply', ANY, ANY, RANGES)],
    'dump_tasks': [Difference('reply', ANY, ANY, RANGES)],
    'registered with items': [Difference('reply', ANY, ANY, RANGES)],
    'celery_inspect_registered': [Difference('lines', ANY, ANY, RANGES)],
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
    'shutdown': [Difference(r'offline\.fields', ANY, ANY, ZONE)],
}
if not OLD:
    OLDER = 'as Celery up to 5.2 says it, without the braces of a Python set'
    CONTROL['revoke'] = [Difference(r'(one|none)\.ok', ANY, ANY, OLDER)]
    CONTROL['celery_control_revoke'] = [Difference('lines', ANY, ANY, OLDER)]
