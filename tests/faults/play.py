# SPDX-License-Identifier: Apache-2.0
"""Plays a schedule on a stage: each step when its time has come, in one thread."""
import json
import signal
import time
import traceback

import history
import messages
import model
import psycopg2
import verdict
from proxy import CUT, PASS
from stage import Stage


class Player:
    def __init__(self, stage):
        self.stage, self.plan = stage, stage.plan
        self.most = {}   # user: {trophy: most awards that any state of the history was worth}

    def play(self):
        for seat in self.stage.seats:
            seat.start()
        self.note_worth(None)
        began = time.monotonic()
        for step in self.plan.steps:
            time.sleep(max(0, step.at - (time.monotonic() - began)))
            getattr(self, 'do_' + step.do)(**step.what)
        self.give_back()

    def give_back(self):
        """Everything that was taken away; and every worker runs."""
        for name in list(self.stage.transactions):
            self.stage.free_rows(name)
        for right in {step.what['right'] for step in self.plan.steps if step.do == 'revoke'}:
            self.do_grant(right)
        for seat in self.stage.seats:
            seat.restore()
        self.stage.tend()

    def note_worth(self, users, cursor=None):
        if cursor is None:
            with self.stage.transaction() as cursor:
                return self.note_worth(users, cursor)
        for user, life in history.read_histories(cursor, users).items():
            if model.total_weight(life) is None:
                continue
            most = self.most.setdefault(user, {})
            for trophy in self.stage.trophies:
                most[trophy.id] = max(most.get(trophy.id, 0), model.owed(life, trophy) or 0)

    # ---- messages and history

    def do_send(self, parcel):
        if parcel.counter:
            self.make_counter(*parcel.counter)
        ids, when = parcel.revoke or ((), None)
        if when == 'before':
            self.stage.revoke(ids)
        for publication in parcel.publications:
            self.stage.publish(publication.body, publication.filled(), publication.properties)
        if when == 'after':
            self.stage.revoke(ids)

    def make_counter(self, group, ids):
        """As the backend of django-celery-results does in apply_chord()."""
        with self.stage.transaction() as cursor:
            cursor.execute('insert into django_celery_results_chordcounter (group_id, sub_tasks, count) values (%s, %s, %s)',
                           [group, json.dumps([[[task_id, None], None] for task_id in ids]), len(ids)])

    def do_change(self, **what):
        try:
            with self.stage.transaction() as cursor:
                changed = history.change(cursor, what)
                self.note_worth(changed, cursor)
        except psycopg2.Error as error:  # a row that a worker holds, or the key of a row that it just wrote
            self.stage.log.append(f'{what["op"]} {what["user"]}: {error}'.strip())

    # ---- workers

    def seat(self, number):
        return self.stage.seats[number]

    def do_kill(self, worker):
        self.seat(worker).end('kill')

    def do_term(self, worker):
        self.seat(worker).end('term')

    def do_start(self, worker):
        self.seat(worker).start()

    def do_pause(self, worker):
        self.seat(worker).signal(signal.SIGSTOP)

    def do_continue(self, worker):
        self.seat(worker).signal(signal.SIGCONT)

    # ---- links

    def do_cut(self, worker, side, how):
        if side == 'broker':
            self.seat(worker).cut_at = time.monotonic()
        self.seat(worker).side(side).cut(how)

    def do_stall(self, worker, side, way):
        self.seat(worker).side(side).stall(up=way != 'down', down=way != 'up')

    def do_delay(self, worker, side, seconds):
        self.seat(worker).side(side).delay_s = seconds

    def do_throttle(self, worker, side, rate):
        self.seat(worker).side(side).rate = rate

    def do_refuse(self, worker, side):
        self.seat(worker).side(side).refuse()

    def do_restore(self, worker, side):
        self.seat(worker).side(side).restore()

    MOMENTS = {
        'commit': ('database', lambda e: e.up and e.is_commit),
        'committed': ('database', lambda e: not e.up and e.is_commit),
        'ack': ('broker', lambda e: e.up and e.name == 'basic.ack'),
        'publish': ('broker', lambda e: e.up and e.name == 'basic.publish'),
        'confirm': ('broker', lambda e: not e.up and e.name == 'basic.ack'),
        'deliver': ('broker', lambda e: not e.up and e.name == 'basic.deliver'),
    }

    def do_at(self, worker, where, then, seconds):
        """At the next message of this kind: held back, or the link is cut, or the process killed, before it passes."""
        seat = self.seat(worker)
        side, match = self.MOMENTS[where]

        def act(_):
            if then == 'kill':
                seat.end('kill')
                return CUT
            if then == 'cut':
                return CUT
            time.sleep(seconds)
            return PASS
        seat.side(side).on(match, act)

    # ---- the servers

    def do_lock(self, users, name):
        self.stage.hold_rows(name, 'select 1 from trophies_userstatistics where user_id = any(%s) for update', [users])

    def do_insert(self, users, name):
        """Rows of statistics that are being made by somebody else, in an order that invites a deadlock."""
        self.stage.hold_rows(name, """
            insert into trophies_userstatistics (user_id, total_weight_lifted, total_workouts, current_streak,
                longest_streak, weekend_workout_streak, worked_out_jan_1, last_updated)
            select id, 0, 0, 0, 0, 0, false, now() from unnest(%s) with ordinality as u (id, place)
             where exists (select from auth_user a where a.id = u.id) order by place on conflict do nothing""", [users])

    def do_unlock(self, name):
        self.stage.free_rows(name)

    def do_revoke(self, right):
        self.rights(f'revoke {right} from trophy_worker')

    def do_grant(self, right):
        self.rights(f'grant {right} to trophy_worker')

    def rights(self, sql):
        try:
            with self.stage.transaction() as cursor:
                cursor.execute(sql)
        except psycopg2.Error as error:
            self.stage.log.append(f'{sql}: {error}'.strip())
            if sql.startswith('grant'):
                raise

    def do_terminate(self):
        with self.stage.transaction() as cursor:
            cursor.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and usename like "
                           "'trophy_worker%%'", [self.stage.name])

    def do_postgres(self, fast):
        self.stage.postgres.stop(fast=fast)
        time.sleep(0.5)
        self.stage.postgres.start()

    def do_rabbitmq(self, clean):
        self.stage.forget_connection()
        if clean:
            self.stage.rabbitmq.stop()
        else:
            self.stage.rabbitmq.kill()
        self.stage.rabbitmq.start()


# ---- the end

def send_to_all(stage, name, prefix, kwargs=None):
    with stage.transaction() as cursor:
        users = [user for user in history.read_histories(cursor) if user != stage.plan.strange['overflow']]
    for user in users:
        task_id = f'{prefix}-{user}'
        one = messages.task(task_id, name, (user,), kwargs)
        stage.publish(one.body, one.headers, one.properties)
        stage.plan.expected[task_id] = messages.GOOD


def judge(stage, player, prefix, kwargs, exact):
    """Update and evaluate everybody, and compare; once more if midnight came in between, as streaks end with a day."""
    before = verdict.today()
    send_to_all(stage, 'update_statistics', f'{prefix}-update')
    send_to_all(stage, 'evaluate_user', f'{prefix}-evaluate', kwargs)
    left = stage.wait_results(stage.plan.expected_of(prefix), 120)
    wrong = verdict.compare(stage, player.most, exact)
    if verdict.today() != before:
        return judge(stage, player, f'{prefix}-again', kwargs, exact)
    return [f'{task_id}: no result after 120 s' for task_id in left] + wrong


def run(postgres, rabbitmq, plan, binary=None, quiet_s=150):
    """Play it, let it come to rest, and judge: the complaints, none if all is as it has to be; and the workers' logs."""
    with Stage(postgres, rabbitmq, plan, binary) as stage:
        player = Player(stage)
        complaints = []
        try:
            player.play()
            complaints += verdict.stuck('after the schedule', stage.wait_quiet(quiet_s))
            complaints += judge(stage, player, f's{plan.seed}-last', None, exact=False)
            complaints += judge(stage, player, f's{plan.seed}-taken', {'force': True, 'revoke': True}, exact=True)
            complaints += verdict.stuck('at the end', stage.wait_quiet(120))
            for seat in stage.seats:
                seat.end('term')
            for seat in stage.seats:
                deadline = time.monotonic() + 45
                while not seat.is_over() and time.monotonic() < deadline:
                    time.sleep(0.05)
            complaints += verdict.outcomes(stage)
            complaints += verdict.workers(stage)
        except Exception:
            complaints.append(f'the schedule itself failed: {traceback.format_exc()}')
        return complaints, {seat.number: seat.log() for seat in stage.seats}, stage.log
