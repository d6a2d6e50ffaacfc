# SPDX-License-Identifier: Apache-2.0
"""The part of deploy/demo that runs after installing and building: servers, world, worker, messages, tables, end.

usage: demo.py [--keep]      or      demo.py --stop FOLDER"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

from processes import Folder, open_things, started_at, stop_on_signals, wait_until
from servers import ROOT, SCHEMA, Postgres, RabbitMQ, Shim, Worker

DATABASE = 'demo'
TIMES = 100
STATISTICS = '''
    select u.username, u.first_name, coalesce(s.total_workouts::text, '-'), coalesce(s.total_weight_lifted::text, '-'),
           coalesce(s.longest_streak::text, '-'), coalesce(s.weekend_workout_streak::text, '-'),
           coalesce(string_agg(t.name, ', ' order by t."order"), '-')
    from auth_user u
    left join trophies_userstatistics s on s.user_id = u.id
    left join trophies_usertrophy a on a.user_id = u.id
    left join trophies_trophy t on t.id = a.trophy_id
    group by u.id, s.id order by u.id'''
PERSON = 'david'  # has some trophies and some progress
TITLES = ('user', 'story', 'workouts', 'kg lifted', 'best streak', 'weekends', 'trophies')


def table(titles, rows):
    """Columns as wide as they have to be; those of figures to the right."""
    widths = [max(len(str(row[i])) for row in [titles, *rows]) for i in range(len(titles))]
    right = [all(str(row[i]).lstrip('-').replace('.', '').isdigit() or row[i] == '-' for row in rows)
             for i in range(len(titles))]

    def line(row):
        return '  '.join(f'{v:>{w}}' if r else f'{v:<{w}}' for v, w, r in zip(row, widths, right)).rstrip()
    return '\n'.join([line(titles), '  '.join('-' * w for w in widths), *(line(row) for row in rows)])


def say(text):
    print(f'==> {text}', flush=True)


def produce(rabbit, times, ids):
    subprocess.run([sys.executable, ROOT / 'deploy' / 'demo_producer.py', rabbit.url(), str(times), *map(str, ids)],
                   check=True, env={**os.environ, 'PYTHONWARNINGS': 'ignore'})


def ask(shim, path, token):
    request = urllib.request.Request(f'{shim.url}{path}', headers={'Authorization': f'Token {token}'})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def show_shim(shim, token):
    """What a client sees that asks the shim with the token of PERSON."""
    progress = ask(shim, '/api/v2/trophy/progress/', token)
    print('\n' + table(('trophy', 'earned', 'percent', 'so far'), [
        (row['trophy']['name'], (row['earned_at'] or '-')[:10], f'{row["progress"]:.1f}', row['progress_display'] or '-')
        for row in progress]) + '\n')
    award = ask(shim, '/api/v2/user-trophy/?limit=1', token)
    print(f'GET /api/v2/user-trophy/?limit=1\n{json.dumps(award, ensure_ascii=False, separators=(",", ":"))}\n')


def show(folder):
    say('PostgreSQL: host schema, trophy tables, roles, the nine trophies, ten people')
    pg = Postgres(parent=folder)
    pg.create_database(DATABASE, [*(SCHEMA / f'{name}.sql' for name in ('host', 'trophies', 'roles', 'worker',
                                                                         'initial_trophies')),
                                  ROOT / 'deploy' / 'demo_world.sql'])
    pg.add_worker_login()
    pg.add_shim_login()
    say('RabbitMQ (takes some seconds)')
    rabbit = RabbitMQ(parent=folder)
    say('trophy-worker')
    start = time.monotonic()
    worker = Worker(rabbit.url(), pg.worker_url(DATABASE), parent=folder).wait_ready()
    print(f'consuming {1000 * (time.monotonic() - start):.0f} ms after its start')

    ids = [row[0] for row in pg.query(DATABASE, 'select id from auth_user order by id')]
    say('One evaluation for each user, sent by Celery')
    produce(rabbit, 1, ids)
    first = pg.query(DATABASE, STATISTICS)
    print('\n' + table(TITLES, first) + '\n')
    say(f'The same {TIMES} times more: nobody earns anything twice')
    produce(rabbit, TIMES, ids)
    if pg.query(DATABASE, STATISTICS) != first:
        raise SystemExit('the second evaluation changed something')
    print(f'peak memory of the worker: {worker.memory() / 2**20:.1f} MiB')

    say(f'trophy-shim: what {PERSON} sees')
    shim = Shim(pg.shim_url(DATABASE), parent=folder).wait_ready()
    show_shim(shim, token_of(pg, PERSON))
    return pg, rabbit, worker, shim


def token_of(pg, username):
    return pg.query(DATABASE, 'select key from authtoken_token t join auth_user u on u.id = t.user_id '
                    'where u.username = %s', [username])[0][0]


def keep(folder, pg, rabbit, worker, shim):
    """Let everything run on: note the processes for --stop and forget them here."""
    processes = [('shim', shim.process.pid, signal.SIGTERM), ('worker', worker.process.pid, signal.SIGTERM),
                 ('rabbitmq', rabbit.process.pid, signal.SIGTERM),
                 ('epmd', rabbit.epmd.pid, signal.SIGTERM), ('postgres', pg.process.pid, signal.SIGINT)]
    (folder / 'processes.json').write_text(json.dumps([[name, pid, started_at(pid), int(number)]
                                                       for name, pid, number in processes]))
    open_things.clear()
    say('Everything is left running')
    print(f'''
database      psql {pg.url(DATABASE)}
broker        {rabbit.url()}   (queue trophies)
page          {shim.url}/   (token of {PERSON}: {token_of(pg, PERSON)})
interface     curl -H 'Authorization: Token {token_of(pg, PERSON)}' {shim.url}/api/v2/trophy/progress/
worker's log  {worker.log_file}
shim's log    {shim.log_file}
send more     /usr/bin/python3 {ROOT}/deploy/demo_producer.py {rabbit.url()} 1 1 2 3
stop          {ROOT}/deploy/demo --stop {folder}''')


def stop(folder):
    """End what keep() noted, each only if it still is the process it was, and remove the folder."""
    listed = folder / 'processes.json'
    if not listed.is_file():
        raise SystemExit(f'{folder}: nothing of deploy/demo --keep here')
    for name, pid, start, number in json.loads(listed.read_text()):
        for attempt in (number, signal.SIGKILL):
            if started_at(pid) != start:
                break
            os.killpg(pid, attempt) if name == 'rabbitmq' else os.kill(pid, attempt)
            try:
                wait_until(lambda: started_at(pid) != start, 30, f'{name} ends')
            except TimeoutError:
                continue
        print(f'{name} stopped')
    shutil.rmtree(folder)


def main():
    if sys.argv[1:2] == ['--stop']:
        stop(pathlib.Path(sys.argv[2]).resolve())
        return
    stop_on_signals()
    folder = Folder('trophy-demo-').path
    try:
        parts = show(folder)
    except KeyboardInterrupt:
        raise SystemExit('interrupted, cleaned up') from None
    except (RuntimeError, TimeoutError, subprocess.CalledProcessError) as error:
        raise SystemExit(f'{error}\ndeploy/demo failed, cleaned up') from None
    if sys.argv[1:] == ['--keep']:
        keep(folder, *parts)
    else:
        say('Done: all stopped, nothing left behind')


if __name__ == '__main__':
    main()
