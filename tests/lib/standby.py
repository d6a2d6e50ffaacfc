# SPDX-License-Identifier: Apache-2.0
"""A hot standby of a private PostgreSQL.

    with Standby(postgres) as standby:
        standby.catch_up()                     # whatever the primary has committed can be read here
        standby.shim_url('demo')
"""
import servers
from processes import free_port, wait_until


class Standby(servers.Postgres):
    name = 'standby'

    def __init__(self, primary):
        servers.Server.__init__(self)
        for same in ('password', 'worker_password', 'shim_password', 'user', 'bin'):
            setattr(self, same, getattr(primary, same))
        self.primary = primary
        self.port = free_port()
        self.env = {**primary.env, 'HOME': str(self.folder)}
        self.settings = [*(one for one in primary.settings if not one.startswith('unix_socket_directories')),
                         f'unix_socket_directories={self.folder}']
        self.own(self.folder)
        self.run('pg_basebackup', '--write-recovery-conf', '--checkpoint=fast', '--no-sync', '-D', self.folder / 'data',
                 '-d', primary.url('postgres'))
        self.start()

    def catch_up(self):
        written, = self.primary.query('postgres', 'select pg_current_wal_insert_lsn()')[0]
        wait_until(lambda: self.query('postgres', 'select pg_last_wal_replay_lsn() >= %s', [written])[0][0], 30,
                   'the standby has caught up')
