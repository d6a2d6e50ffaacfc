# SPDX-License-Identifier: Apache-2.0
"""Messages that came before, and one that kills the worker that runs it.

    take_away(world, queue, 5)       the broker delivers the first five messages to nobody, and will say so next time
    marks(world)                     {id: attempts} of trophy_worker.attempt
    with Poison(world, user) as poison:
        poison.strike({'w1': worker})    the workers killed since the last call, each while it wrote this user's row
"""
import time

import amqp

SLEEPING = "select application_name, pid from pg_stat_activity where datname = %s and wait_event = 'PgSleep'"


def take_away(world, queue, count=1, times=1):
    """count messages are delivered and come back because their connection ends."""
    for _ in range(times):
        with world.rabbitmq.connect(world.name) as connection:
            channel = connection.channel()
            end = time.monotonic() + 30
            taken = 0
            while taken < count and time.monotonic() < end:
                taken += isinstance(channel.basic_get(queue), amqp.Message)
            assert taken == count, f'{queue}: {taken} of {count} messages'


def marks(world):
    return dict(world.query('select id, attempts from trophy_worker.attempt'))


def no_marks(world):
    return not marks(world)


class Poison:
    """A user whose statistics take minutes to write: time enough to find out which worker does, and to kill it, as if
    the message had."""

    def __init__(self, world, user):
        self.world = world
        self.function = f'slow{user}'
        world.query(f"""
            create function {self.function}() returns trigger language plpgsql as $$
            begin
                if new.user_id = {user} then perform pg_sleep(200); end if;
                return new;
            end $$;
            create trigger {self.function} before insert or update on trophies_userstatistics
                for each row execute function {self.function}()""")

    def sleepers(self):
        """(name of the worker, server process) of the sessions that write the row."""
        return self.world.query(SLEEPING, [self.world.name])

    def wake(self):
        """Ends these sessions, as the server would that goes away; how many."""
        sleepers = self.sleepers()
        for _, pid in sleepers:
            self.world.query('select pg_terminate_backend(%s)', [pid])
        return len(sleepers)

    def strike(self, workers):
        struck = []
        for name, pid in self.sleepers():
            if name in workers:
                workers[name].kill()
                struck.append(name)
            self.world.query('select pg_terminate_backend(%s)', [pid])
        return struck

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.world.query(f'drop function {self.function} cascade')
