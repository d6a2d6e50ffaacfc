# SPDX-License-Identifier: Apache-2.0
"""cmake --install: what is there afterwards, and that it works without the source tree."""
import pathlib
import subprocess

import pytest
import servers

BUILD = servers.ROOT / 'build' / 'release'


@pytest.fixture(scope='module')
def prefix(tmp_path_factory):
    folder = tmp_path_factory.mktemp('prefix')
    done = subprocess.run(['cmake', '--install', BUILD, '--prefix', folder], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return folder


def test_everything_is_there(prefix):
    installed = {str(path.relative_to(prefix)) for path in prefix.rglob('*') if path.is_file()}
    schema = {f'share/trophy-worker/schema/{path.name}' for path in servers.SCHEMA.glob('*.sql')}
    documents = {path.split('/')[-1] for path in installed if path.startswith('share/doc/')}
    assert {'bin/trophy-worker', 'bin/trophy-shim'} | schema <= installed
    assert {'README.md', 'LICENSE', 'trophy-worker.cfg'} <= documents
    assert not [path for path in installed if path.endswith(('.a', '.h', '.o'))]  # nothing that only a build needs


@pytest.mark.parametrize('name', ['trophy-worker', 'trophy-shim'])
def test_programs_start(prefix, name):
    done = subprocess.run([prefix / 'bin' / name, '--version'], cwd='/', env={}, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30)
    assert (done.returncode, done.stdout.split()[0]) == (0, name)


def test_installed_schema_and_programs_do_the_work(prefix, postgres, world, request):
    """Tables by the files that were installed, a trophy by the worker, and the shim that shows it."""
    name = f'{world.name}_installed'
    folder = prefix / 'share' / 'trophy-worker' / 'schema'
    postgres.create_database(name, [pathlib.Path(folder, f'{file}.sql')
                                    for file in ('host', 'trophies', 'roles', 'initial_trophies')])
    request.addfinalizer(lambda: postgres.drop_database(name))
    queue = world.new_queue(declare=True)
    postgres.query(name, "insert into auth_user (id, password, last_login, is_superuser, username, first_name, last_name, "
                   "email, is_staff, is_active, date_joined) "
                   "values (1, '', now(), false, 'ann', '', '', '', false, true, now())")
    postgres.query(name, "insert into manager_workoutsession (id, date, impression, time_start, user_id) "
                   "values (gen_random_uuid(), '2025-06-30', '2', '12:00', 1)")
    postgres.query(name, "insert into manager_workoutlog (id, repetitions, weight, date, user_id, weight_unit_id, "
                   "exercise_id, session_id) select gen_random_uuid(), 10, 50, date, 1, 1, 1, id "
                   "from manager_workoutsession")
    with servers.Worker(world.broker_url, postgres.worker_url(name), queue=queue,
                        binary=prefix / 'bin' / 'trophy-worker') as worker:
        worker.wait_ready()
        assert world.wire.result(world.wire.send(queue, 'evaluate_user', [1]))['status'] == 'SUCCESS'
        assert worker.stop() == 0
    assert postgres.query(name, 'select count(*) from trophies_usertrophy') == [(1,)]
    with servers.Shim(postgres.shim_url(name), binary=prefix / 'bin' / 'trophy-shim') as shim:
        shim.wait_ready()
        assert shim.stop() == 0
