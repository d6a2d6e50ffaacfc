#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Sends real Celery messages to the worker, as the application does.

usage: demo_producer.py BROKER_URL TIMES USER_ID...

Asks TIMES times for the evaluation of each user, waits until all are done, and prints how many a second that was."""
import sys
import time

from celery import Celery

app = Celery('demo', broker=sys.argv[1], backend='rpc://')
app.conf.task_default_queue = 'trophies'


@app.task(name='wger.trophies.tasks.evaluate_user_trophies_task')
def evaluate_user(user_id):
    raise NotImplementedError('done by trophy-worker, in another process')


def main():
    times, users = int(sys.argv[2]), [int(word) for word in sys.argv[3:]]
    start = time.monotonic()
    results = [evaluate_user.delay(user_id) for _ in range(times) for user_id in users]
    for result in results:
        result.get(timeout=60)
    seconds = time.monotonic() - start
    print(f'{len(results)} messages sent with .delay() and answered in {seconds:.2f} s, '
          f'{len(results) / seconds:.0f} a second')


if __name__ == '__main__':
    main()
