# SPDX-License-Identifier: Apache-2.0
"""A database and a virtual host that the tests of one file share.  What keeps those tests apart are queues and users of
their own.

    with World(postgres, rabbitmq, 'flow') as world:
        queue, (a, b) = world.new_queue(), world.add_users(2)
"""
import collections
import contextlib
import itertools

import producer as celery_producer
import wire as celery_wire
from processes import wait_until

LOGS = 3  # a workout; each 50 kg × 10
STATISTICS = 'trophies_userstatistics'
# Where a transaction that reads the sessions of certain users can be held up: a policy, to which roles without privileges are
# subject.  An advisory lock is allowed in transactions that only read, too.
GATE = """
    create or replace function pass_gate(user_id integer) returns boolean language plpgsql as
        $$ begin perform pg_advisory_xact_lock_shared(user_id); return true; end $$;
    drop policy if exists gate on manager_workoutsession;
    create policy gate on manager_workoutsession using (pass_gate(user_id));
    alter table manager_workoutsession enable row level security"""


class World:
    def __init__(self, postgres, rabbitmq, name, template='trophy_template', vhost=True, made=False):
        """vhost: it is to have a virtual host; made: both are there already, and go with whoever made them."""
        self.postgres, self.rabbitmq, self.name = postgres, rabbitmq, name
        self._ids = itertools.count(1)
        self._queues = itertools.count(1)
        self._closing = contextlib.ExitStack()
        self._wire = None
        self._has_vhost = vhost
        if not made:
            postgres.create_database(name, template=template)
        if vhost and not made:
            rabbitmq.add_vhost(name)
        self.query(GATE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._closing.close()
        if self._has_vhost:
            self.rabbitmq.delete_vhost(self.name)
        self.postgres.drop_database(self.name)

    # ---- the broker

    @property
    def broker_url(self):
        return self.rabbitmq.url(self.name)

    @property
    def wire(self):
        if self._wire is None or not self._wire.connection.connected:
            self._wire = celery_wire.Wire(self.rabbitmq, self.name)
            self._closing.callback(self._wire.close)
        return self._wire

    def forget_wire(self):
        """Before the broker ends all connections: the next use of the wire makes a new one."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def new_queue(self, declare=False, **options):
        name = f'q{next(self._queues)}'
        if declare:
            self.rabbitmq.declare(name, self.name, **options)
        return name

    def producer(self, queue, **settings):
        return self._closing.enter_context(celery_producer.Producer(self.broker_url, queue, **settings))

    def ready(self, queue):
        return self.rabbitmq.ready(queue, self.name)

    def counts(self, queue):
        """(ready, unacknowledged) as the broker itself counts them."""
        counted = self.rabbitmq.queues(self.name)[queue]
        return counted['ready'], counted['unacked']

    def close_connections(self, which):
        """End the workers' connections whose name at the broker has this in it; how many there were."""
        rows = self.rabbitmq.ctl('list_connections', 'pid', 'vhost', 'client_properties').splitlines()
        pids = [row.split('\t')[0] for row in rows if which in row and f'\t{self.name}\t' in row]
        for pid in pids:
            self.rabbitmq.ctl('close_connection', pid, 'cut')
        return len(pids)

    def wait_counts(self, queue, ready, unacked, timeout_s=30):
        def there():  # the second question takes a second
            return self.ready(queue) == ready and self.counts(queue) == (ready, unacked)
        wait_until(there, timeout_s, f'{queue}: {ready} ready, {unacked} unacked')

    # ---- the database

    def query(self, sql, params=None):
        return self.postgres.query(self.name, sql, params)

    def connect(self):
        """A connection of the superuser in autocommit, closed with the world."""
        connection = self.postgres.connect(self.name)
        self._closing.callback(connection.close)
        return connection

    @contextlib.contextmanager
    def blocked(self, user_id):
        """A transaction that reads the user's sessions waits there; the user needs to have one.  Gives the cursor of the
        transaction that holds it up, which the block may commit or roll back."""
        with self._holding('select pg_advisory_xact_lock(%s)', user_id) as cursor:
            yield cursor

    @contextlib.contextmanager
    def locked(self, user_id):
        """Hold the lock on the user's row of statistics, for which no worker waits.  Gives the cursor, as blocked()."""
        with self._holding(f'select 1 from {STATISTICS} where user_id = %s for update', user_id) as cursor:
            yield cursor

    @contextlib.contextmanager
    def _holding(self, query, user_id):
        connection = self.postgres.connect(self.name)
        connection.autocommit = False
        try:
            with connection.cursor() as cursor:
                cursor.execute(query, [user_id])
                assert cursor.rowcount == 1
                yield cursor
        finally:
            connection.close()

    @contextlib.contextmanager
    def table_locked(self, table='manager_workoutlog'):
        """Hold up whatever reads the table, by default every evaluation; released by the block's end or a commit of the
        connection given.  A worker has to be connected before, as it prepares its statements then."""
        connection = self.postgres.connect(self.name)
        connection.autocommit = False
        try:
            with connection.cursor() as cursor:
                cursor.execute(f'lock table {table} in access exclusive mode')
            yield connection
        finally:
            connection.close()

    def wait_blocked(self, sessions=1):
        """Until so many sessions of workers wait for a lock."""
        wait_until(lambda: self.query("select count(*) from pg_stat_activity where datname = %s "
                                      "and wait_event_type = 'Lock'", [self.name])[0][0] >= sessions,
                   30, f'{sessions} sessions wait for a lock', every_s=0.02)

    def add_users(self, count, workouts=1, opted_out=False, statistics=False, ids=None):
        """Active users with workouts on consecutive days up to 2025-06-30 at 12:00; with an empty row of statistics,
        if so asked.  Their ids, which may be chosen."""
        ids = list(itertools.islice(self._ids if ids is None else ids, count))
        self.query("""
            insert into auth_user (id, password, last_login, is_superuser, username, first_name, last_name, email,
                                   is_staff, is_active, date_joined)
            select id, '', now(), false, 'user' || id, '', '', '', false, true, now() from unnest(%(ids)s) id;
            insert into core_userprofile (is_temporary, workout_reminder_active, workout_reminder, workout_duration,
                                          weight_unit, notification_language_id, user_id, num_days_weight_reminder,
                                          can_add_user, trophies_enabled)
            select false, false, 14, 12, 'kg', 2, id, 0, false, not %(opted_out)s from unnest(%(ids)s) id;
            insert into manager_workoutsession (id, date, impression, time_start, user_id)
            select gen_random_uuid(), date '2025-06-30' - day, '2', '12:00', id
              from unnest(%(ids)s) id, generate_series(0, %(workouts)s - 1) day;
            insert into manager_workoutlog (id, repetitions, weight, date, user_id, weight_unit_id, exercise_id,
                                            session_id)
            select gen_random_uuid(), 10, 50, s.date, s.user_id, 1, 1, s.id
              from manager_workoutsession s, generate_series(1, %(logs)s) where s.user_id = any(%(ids)s);
            """, {'ids': ids, 'opted_out': opted_out, 'workouts': workouts, 'logs': LOGS})
        if statistics:
            self.query(f"""
                insert into {STATISTICS} (user_id, total_weight_lifted, total_workouts, current_streak, longest_streak,
                                          weekend_workout_streak, worked_out_jan_1, last_updated)
                select id, 0, 0, 0, 0, 0, false, '2000-01-01' from unnest(%s) id""", [ids])
        return ids

    def awards(self, ids):
        """{user: sorted names of the trophies earned}, users without any left out."""
        found = collections.defaultdict(list)
        for user_id, name in self.query('select u.user_id, t.name from trophies_usertrophy u join trophies_trophy t '
                                        'on t.id = u.trophy_id where u.user_id = any(%s) order by t.name', [list(ids)]):
            found[user_id].append(name)
        return dict(found)

    def statistics(self, user_id):
        """(total weight, workouts, longest streak) as stored, None if there is no row."""
        rows = self.query(f'select total_weight_lifted, total_workouts, longest_streak from {STATISTICS} '
                          'where user_id = %s', [user_id])
        return rows[0] if rows else None
