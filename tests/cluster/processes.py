"""Programs that a cluster is made of: started in a folder of their own, ended by their pids and no others."""

import os
import signal
import subprocess
import time
from contextlib import contextmanager, suppress

from tests.races.installation import children_of

PATIENCE = 30.0


class Program:
    """One program that runs until it is killed; may be started again."""

    def __init__(self, command, log, *, user=None):
        self.command, self.log, self.user, self.process = command, log, user, None

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, user=self.user, group=self.user)
        return self

    def kill(self):
        """As a crash of the computer would: the program and all it began, without a word."""
        if self.process is not None:
            kill_all(self.process)
            self.process = None


def kill_all(process):
    """Kill a process and its children, and take leave of it."""
    children = []
    with suppress(OSError):
        children = children_of(process.pid)
    process.kill()
    tell(children, signal.SIGKILL)
    process.wait(PATIENCE)


@contextmanager
def stopped(process):
    """Stop a process and its children as long as the block lasts: they are there and do nothing."""
    every = [process.pid, *children_of(process.pid)]
    tell(every, signal.SIGSTOP)
    try:
        yield
    finally:
        tell(every, signal.SIGCONT)


def tell(pids, what):
    """Send a signal to those that are there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, what)


def until(happened, what, seconds=PATIENCE):
    """Wait for something, and return the seconds that it took."""
    begun = time.monotonic()
    while not happened():
        assert time.monotonic() - begun < seconds, f"{what} did not happen within {seconds} s"
        time.sleep(0.05)
    return time.monotonic() - begun
