# SPDX-License-Identifier: Apache-2.0
"""Celery's side of remote control: its own client, asking whoever listens on a virtual host.

    with Controller(world.broker_url) as control:
        control.ask('ping')                     # what the one worker says: {'ok': 'pong'}
        control.ask('frobnicate', x=1)
        control.seconds                         # how long the last answer took
        control.cli('inspect', 'ping')          # (exit code, output)
"""
import subprocess
import time

import celery
import kombu.pools


class Controller:
    def __init__(self, broker_url):
        self.broker_url = broker_url
        self.app = celery.Celery('controller', broker=broker_url, set_as_current=False)
        self.seconds = None

    def ask_all(self, method, timeout_s=1.0, limit=None, **options):
        """Every answer within the time: {node: answer}."""
        arguments = options.pop('arguments', {})
        answers = self.app.control.broadcast(method, arguments=arguments, reply=True, timeout=timeout_s, limit=limit,
                                             **options)
        return {node: answer for one in answers or [] for node, answer in one.items()}

    def ask(self, method, **arguments):
        """The first answer, which has to come within Celery's own second."""
        began = time.monotonic()
        answers = self.ask_all(method, limit=1, arguments=arguments)
        self.seconds = time.monotonic() - began
        assert len(answers) == 1, f'{method}: no answer'
        return next(iter(answers.values()))

    def tell(self, method, **arguments):
        """Without wanting an answer."""
        self.app.control.broadcast(method, arguments=arguments)

    def cli(self, *words):
        """The celery command as an administrator types it."""
        done = subprocess.run(['/usr/bin/python3', '-m', 'celery', '-b', self.broker_url, *words], text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={'PATH': '/usr/bin:/bin', 'LC_ALL': 'C.UTF-8', 'NO_COLOR': '1'}, timeout=60)
        return done.returncode, done.stdout

    def close(self):
        self.app.close()
        kombu.pools.reset()  # or the next one to this broker gets a connection of ours, which may be dead

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
