# SPDX-License-Identifier: Apache-2.0
"""A private PgBouncer before a private PostgreSQL.

    with PgBouncer(postgres, pool_mode='session') as pooler:
        pooler.through(postgres.worker_url('demo'))
"""
import re
import socket
import subprocess

import server_programs
import servers
from processes import Process, free_port


def forgetful():
    """Settings of a transaction mode in which prepared statements are lost: from 1.21 on it has to be asked for."""
    argv, options = server_programs.command(['/usr/sbin/pgbouncer', '--version'], '/tmp')
    text = subprocess.run(argv, check=True, text=True, stdout=subprocess.PIPE, **options).stdout
    version = tuple(int(part) for part in re.search(r'PgBouncer (\d+)\.(\d+)', text).groups())
    return {'pool_mode': 'transaction', **({'max_prepared_statements': 0} if version >= (1, 21) else {})}


class PgBouncer(servers.Server):
    """settings: of its section [pgbouncer]; pool_size: server sessions a database and user get at most."""

    name = 'pgbouncer'

    def __init__(self, postgres, **settings):
        super().__init__()
        self.postgres, self.port = postgres, free_port()
        self.user = postgres.user
        logins = {'postgres': postgres.password, servers.WORKER_LOGIN: postgres.worker_password,
                  servers.SHIM_LOGIN: postgres.shim_password}
        (self.folder / 'users').write_text(''.join(f'"{name}" "{word}"\n' for name, word in logins.items()))
        postgres.own(self.folder)
        self.configure(**settings)

    def configure(self, **settings):
        """Start it anew, with other settings."""
        if self.process:
            self.kill()
        settings = {'listen_addr': '127.0.0.1', 'listen_port': self.port, 'unix_socket_dir': '', 'auth_type': 'plain',
                    'auth_file': self.folder / 'users', 'admin_users': 'postgres', 'default_pool_size': 2, **settings}
        (self.folder / 'ini').write_text(
            f'[databases]\n* = host=127.0.0.1 port={self.postgres.port}\n[pgbouncer]\n' +
            ''.join(f'{name} = {value}\n' for name, value in settings.items()))
        self.start()

    def start(self):
        argv, options = server_programs.command(['/usr/sbin/pgbouncer', self.folder / 'ini'], self.folder, self.user)
        self.process = Process(argv, self.log, env={'PATH': '/usr/bin:/bin', 'LC_ALL': 'C.UTF-8'}, **options)
        self.await_ready(lambda: socket.create_connection(('127.0.0.1', self.port), 5).close(), OSError, 30)

    def through(self, url):
        return url.replace(f':{self.postgres.port}/', f':{self.port}/')
