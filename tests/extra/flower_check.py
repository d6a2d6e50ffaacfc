# SPDX-License-Identifier: Apache-2.0
"""Flower beside our worker: it shows the worker and its tasks, and its buttons work.  Run by tests/extra/celery56, in whose
environment Flower is; everything is asked through Flower's own HTTP interface.  With --screenshot FILE, and Debian's chromium
installed, its pages of workers and tasks are photographed too (FILE gets -workers.png and -tasks.png at its end).
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / 'lib'), str(TESTS.parent / 'deploy' / 'lib')]

import processes  # noqa: E402
import servers  # noqa: E402
import stands  # noqa: E402

NODE = stands.NODE
TASK = stands.PREFIX + 'evaluate_user_trophies_task'
CHROMIUM = ['/usr/bin/chromium', '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
            '--disable-background-networking', '--disable-component-update', '--disable-sync', '--window-size=1500,900',
            '--virtual-time-budget=8000']


class Flower:
    def __init__(self, stand):
        self.port = processes.free_port()
        self.folder = processes.Folder('trophy-flower-')
        env = stands.celery_environment(stand.world.broker_url, 'postgresql:///nowhere')
        self.process = processes.Process(
            [sys.executable, '-m', 'celery', '-A', 'native_app', 'flower', f'--port={self.port}', '--address=127.0.0.1'], self.folder.path / 'flower.log', cwd=self.folder.path,
            env={**env, 'FLOWER_UNAUTHENTICATED_API': 'true'})
        processes.open_things.append(self)

    def close(self):
        if self in processes.open_things:
            processes.open_things.remove(self)
            self.process.signal(9, group=True)
            self.process.wait(10)

    def post(self, path, **form):
        """POST: (status, decoded answer)."""
        data = urllib.parse.urlencode(form).encode()
        request = urllib.request.Request(f'http://127.0.0.1:{self.port}{path}', data)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                status, body = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read().decode()
        try:
            return status, json.loads(body)
        except ValueError:
            return status, body

    def get(self, path):
        with urllib.request.urlopen(f'http://127.0.0.1:{self.port}{path}', timeout=20) as answer:
            return answer.read().decode()

    def tasks(self):
        return json.loads(self.get('/api/tasks'))

    def up(self):
        try:
            return self.get('/healthcheck')
        except OSError:
            if not self.process.running():
                raise RuntimeError((self.folder.path / 'flower.log').read_text())
            return None


def say(what, found):
    print(f'ok   {what}: {found}')


def press(flower, what, path, wanted, **form):
    status, answer = flower.post(path, **form)
    text = answer.get('message', '') if isinstance(answer, dict) else str(answer)
    if status != 200 or wanted not in text:
        raise SystemExit(f'FAILED {what}: {status} {answer}')
    say(what, text)


def see(flower, stand):
    """The worker, its tasks and their pages."""
    processes.wait_until(lambda: NODE in json.loads(flower.get('/api/workers?refresh=1')), 30, 'the worker in Flower')
    worker = json.loads(flower.get('/api/workers'))[NODE]
    say('worker', {key: len(worker[key]) for key in ('registered', 'active_queues', 'stats', 'conf')})
    assert TASK in worker['registered'] and worker['active_queues'][0]['name'] == stands.QUEUE
    assert worker['stats']['broker']['transport'] == 'amqp'
    processes.wait_until(lambda: json.loads(flower.get('/api/workers?status=1')).get(NODE), 30, 'alive')

    users = stand.users(3)
    good = [stand.call(stand.producer.evaluate_user, (user,)) for user in users]
    bad = stand.call(stand.producer.evaluate_user, ('seven',))
    unknown = stand.call(stand.producer.task('nobody.knows', prefix=''))

    processes.wait_until(lambda: [flower.tasks().get(c.ids[0], {}).get('state') for c in good] == ['SUCCESS'] * 3, 30, 'tasks')
    processes.wait_until(lambda: flower.tasks().get(bad.ids[0], {}).get('state') == 'FAILURE', 30, 'the failure')
    one = flower.tasks()[good[0].ids[0]]
    assert (one['name'], one['worker'], one['args'], one['result']) == (TASK, NODE, f'({users[0]},)', 'None'), one
    assert one['runtime'] is not None and one['started'] and one['received'] and one['succeeded'], one
    assert 'seven' in flower.tasks()[bad.ids[0]]['exception']
    assert flower.tasks().get(unknown.ids[0], {}).get('state') == 'FAILURE'
    say('tasks', {state: sum(t['state'] == state for t in flower.tasks().values()) for state in ('SUCCESS', 'FAILURE')})
    assert NODE in flower.get(f'/worker/{NODE}') and TASK in flower.get(f'/task/{good[0].ids[0]}')
    say('pages', 'worker, task')


def press_all(flower, stand):
    slow, user = stand.users(2)
    with stand.world.locked(slow):
        running = stand.call(stand.producer.evaluate_user, (slow,))
        stand.await_event(running, 'task-started')
        press(flower, 'terminate', f'/api/task/revoke/{running.ids[0]}', 'Revoked', terminate='true')
        stand.await_event(running, 'task-revoked')
    later = stand.call(stand.producer.evaluate_user, (user,), countdown=3)
    press(flower, 'revoke', f'/api/task/revoke/{later.ids[0]}', 'Revoked')
    processes.wait_until(lambda: [flower.tasks().get(c.ids[0], {}).get('state') for c in (running, later)] == ['REVOKED'] * 2, 30,
                         'revoked in Flower')
    press(flower, 'rate limit', f'/api/task/rate-limit/{TASK}', 'new rate limit', workername=NODE, ratelimit='100/s')
    press(flower, 'time limit', f'/api/task/timeout/{TASK}', 'time limits set', workername=NODE, hard='60', soft='30')
    press(flower, 'grow', f'/api/worker/pool/grow/{NODE}', "Growing", n='1')
    press(flower, 'shrink', f'/api/worker/pool/shrink/{NODE}', "Shrinking", n='1')
    press(flower, 'add consumer', f'/api/worker/queue/add-consumer/{NODE}', 'add consumer extra', queue='extra')
    press(flower, 'cancel consumer', f'/api/worker/queue/cancel-consumer/{NODE}', 'no longer consuming', queue='extra')
    for what, path, form in (('autoscale', 'autoscale', {'min': '1', 'max': '3'}), ('restart', 'restart', {})):
        status, answer = flower.post(f'/api/worker/pool/{path}/{NODE}', **form)
        assert status == 403, (status, answer)
        say(what, f'{status} {answer}')


def shut_down(flower, stand):
    press(flower, 'shut down', f'/api/worker/shutdown/{NODE}', 'Shutting down')
    assert stand.worker.process.wait(20) == 0
    processes.wait_until(lambda: not json.loads(flower.get('/api/workers?status=1')).get(NODE), 30, 'offline in Flower')
    say('worker', 'offline')


def photograph(flower, file):
    for page in 'workers', 'tasks':
        subprocess.run([*CHROMIUM, f'--user-data-dir={flower.folder.path}/chromium-{page}',
                        f'--screenshot={file}-{page}.png', f'http://127.0.0.1:{flower.port}/{page}'],
                       check=True, timeout=120, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        say('picture', f'{file}-{page}.png')


def check(stand, screenshot):
    flower = Flower(stand)
    processes.wait_until(flower.up, 60, 'flower')
    see(flower, stand)
    press_all(flower, stand)
    if screenshot:
        photograph(flower, screenshot)
    shut_down(flower, stand)
    log = (flower.folder.path / 'flower.log').read_text()
    assert 'Traceback' not in log, log
    flower.close()


def main():
    parser = argparse.ArgumentParser(description='Flower beside our worker')
    parser.add_argument('--screenshot', help='where to put the pictures: a path without .png')
    options = parser.parse_args()
    servers.stop_on_signals()
    os.environ.setdefault('LC_ALL', 'C.UTF-8')
    with servers.Postgres() as postgres, servers.RabbitMQ() as rabbitmq:
        postgres.create_database('trophy_template', [servers.SCHEMA / f'{name}.sql' for name in
                                                     ('host', 'trophies', 'roles', 'worker', 'initial_trophies')])
        postgres.add_worker_login()
        with stands.Stand('ours', postgres, rabbitmq) as stand:
            stand.thread.submit(check, stand, options.screenshot and os.path.abspath(options.screenshot)).result()
    print('Flower shows the worker and its tasks, and its buttons work')


if __name__ == '__main__':
    main()
