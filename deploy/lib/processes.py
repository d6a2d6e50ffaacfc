# SPDX-License-Identifier: Apache-2.0
"""Child processes that surely end with the Python process that started them, on any way out but SIGKILL.

What must be closed puts itself into the list open_things; close_all() runs at exit, also after SIGINT and, once
stop_on_signals() was called, SIGTERM and SIGHUP.
"""
import atexit
import contextlib
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

open_things = []  # everything that close() has not yet been called for, oldest first
_counting = threading.Lock()


def close_all():
    for thing in reversed(list(open_things)):
        thing.close()


class Folder:
    """A temporary folder that goes with us."""

    def __init__(self, prefix, parent=None):
        with undisturbed():
            self.path = pathlib.Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
            open_things.append(self)
        self.path.chmod(0o755)  # the user postgres must get in

    def close(self):
        if self in open_things:
            open_things.remove(self)
            shutil.rmtree(self.path, ignore_errors=True)


_undisturbed = 0   # blocks of undisturbed() that are being run
_waiting = []      # signals that came meanwhile


def _interrupt(number, frame):
    if _undisturbed:
        _waiting.append(number)
    else:
        raise KeyboardInterrupt(signal.Signals(number).name)


def stop_on_signals():
    """SIGINT, SIGTERM and SIGHUP then unwind the stack, and with it the servers."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


@contextlib.contextmanager
def undisturbed():
    """A signal has to wait: for between the start of a process and the note of it, that process would be an orphan."""
    global _undisturbed
    with _counting:
        _undisturbed += 1
    try:
        yield
    finally:
        with _counting:
            _undisturbed -= 1
            due = [] if _undisturbed else _waiting[:]
            del _waiting[:len(due)]
        for number in due:
            os.kill(os.getpid(), number)  # the main thread is the one to be interrupted


atexit.register(close_all)


_claims = []


def _find_port():
    """A port and the socket that claims it among the processes that ask here."""
    while True:
        port = random.randrange(20000, 32000)
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f'\0trophy-port-{port}')  # an abstract name: it goes with its socket
            with socket.socket() as s:
                s.bind(('127.0.0.1', port))
        except OSError:
            claim.close()
            continue
        return port, claim


def free_port():
    """A port below 32768 (not one the kernel hands out to clients) that nobody listens on now."""
    port, claim = _find_port()
    claim.close()
    return port


def claimed_port():
    """The same, and until this process ends no other one that asks here gets it either: for a server that takes its time to
    listen, or stops and starts again."""
    port, claim = _find_port()
    _claims.append(claim)
    return port


def family(pid):
    """The process and all that it has started, in sessions of their own, too, as PostgreSQL's are."""
    try:
        children = pathlib.Path(f'/proc/{pid}/task/{pid}/children').read_text().split()
    except OSError:
        children = []
    return [pid, *(one for child in children for one in family(int(child)))]


def wait_until(condition, timeout_s, what, every_s=0.1):
    """Call condition() until it returns something true, and return that."""
    end = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(f'{what}: not within {timeout_s} s')
        time.sleep(every_s)


class Process:
    """A child in a session of its own (so that ^C reaches only us), output in a log file."""

    def __init__(self, argv, log, **options):
        with open(log, 'ab') as out:
            self.popen = subprocess.Popen([str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                          start_new_session=True, **options)
        self.pid = self.popen.pid

    def running(self):
        return self.popen.poll() is None

    def signal(self, number, group=False):
        if self.running():
            (os.killpg if group else os.kill)(self.pid, number)

    def kill_all(self):
        """SIGKILL to it, to its group, and to all that it has started, which may lead groups of their own as PostgreSQL's
        do."""
        if self.running():
            started = family(self.pid)[1:]
            os.killpg(self.pid, signal.SIGKILL)
            for pid in started:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def wait(self, timeout_s):
        return self.popen.wait(timeout_s)

    def end(self, patience_s):
        """Ask it to end, ask it again, as daemons of ours then leave at once, and end it.  Its exit code."""
        self.signal(signal.SIGCONT)
        for _ in range(2):
            self.signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                return self.wait(patience_s)
        self.signal(signal.SIGKILL)
        return self.wait(10)


def started_at(pid):
    """What tells a process from a later one with the same id: its start in ticks since boot, None if there is none."""
    try:
        fields = pathlib.Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()
    except FileNotFoundError:
        return None
    return None if fields[0] == 'Z' else fields[19]
