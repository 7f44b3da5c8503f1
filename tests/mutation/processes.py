"""Runs tests in a forked process."""

import json
import os
import resource
import select
import signal
import time

from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

from tests.mutation.outcomes import BROKEN, KILLED, SURVIVED, TIMED_OUT

HANGS_AFTER = 600  # elapsed seconds


def forked(name, items, allowed):
    """Run tests in a forked process until one fails. Return the outcome, and a report: seconds, functions, failed."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CPU, (allowed, allowed + 1))
        _run(name, items, writing)
    os.close(writing)
    report, until = b"", time.monotonic() + HANGS_AFTER
    while select.select([reading], [], [], max(0, until - time.monotonic()))[0]:
        if not (more := os.read(reading, 1 << 16)):
            break
        report += more
    else:
        os.kill(pid, signal.SIGKILL)
    os.close(reading)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return (TIMED_OUT, {}) if code < 0 else (code, json.loads(report or "{}"))


def _run(name, items, writing):
    code = BROKEN
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        set_mutant_under_test(name)
        watch = Watch()
        items[0].config.pluginmanager.register(watch)
        started = time.process_time()
        for it, following in zip(items, [*items[1:], None], strict=True):
            it.config.hook.pytest_runtest_protocol(item=it, nextitem=following)
            if watch.failed:
                break
        report = {
            "seconds": time.process_time() - started,
            "reached": sorted(state()._stats),
            "failed": watch.failed,
        }
        with os.fdopen(writing, "w") as pipe:
            json.dump(report, pipe)
        code = KILLED if watch.failed else SURVIVED
    finally:
        os._exit(code)


class Watch:
    failed = ""

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed = report.nodeid
