"""Tries faults: each in a process of its own, forked when the tests are collected and none of them has run.

So no answer kept from an earlier test hides a fault, and nothing is collected twice. A fault meets only the tests that
reach its function, those of its module's own file first, until one fails. Its time is counted by the processor: on a
busy machine nothing ends that would not end on a quiet one. (mutmut names tests to pytest by their ids, and counts the
faults whose tests it cannot find so, for the odd letters in some, as out of time.)
"""

import functools
import gc
import json
import os
import resource
import select
import signal
import sys
import time
from collections import Counter, defaultdict

import pytest
from mutmut.configuration import config
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

from tests.small_faults.kept import KILLED, NO_TESTS, ODD, OUT_OF_TIME, SURVIVED, chosen, modules

SECONDS = 10  # of the processor for a fault, beside ten times what its tests take
GIVEN_UP = 600  # seconds of the clock after which whatever hangs is ended


class Trying:
    """A plugin that takes the place of running the collected tests once."""

    def __init__(self, *patterns):
        self.modules = {name: it for it in modules(".") for name in it.exit_code_by_key}
        self.names = [it for it in chosen(self.modules, patterns) if self.modules[it].exit_code_by_key[it] != KILLED]

    def pytest_runtestloop(self, session):
        state()._stats.clear()
        set_mutant_under_test("")
        forget_answers()
        gc.freeze()
        tests, seconds = reached(session.items)
        begun = time.monotonic()
        for at, name in enumerate(self.names, 1):
            self.keep(name, *tried(name, tests.get(name.partition("__mutmut_")[0], []), seconds))
            if at % 50 == 0 or at == len(self.names):
                say(f"{at} of {len(self.names)} after {time.monotonic() - begun:.0f} s")
        return True

    def keep(self, name, code, took):
        module = self.modules[name]
        module.exit_code_by_key[name] = code
        module.durations_by_key[name] = took
        module.save()


def say(text):
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def forget_answers():
    """Empty our caches: the cases of a test are often made where its module is read."""
    gc.unfreeze()
    gc.collect()
    for it in gc.get_objects():
        if isinstance(it, functools._lru_cache_wrapper) and (it.__module__ or "").startswith("idp."):
            it.cache_clear()


def reached(items):
    """Run every test alone; return the tests that reach each function, in order, and the seconds of each test."""
    tests, seconds = defaultdict(list), {}
    for it in items:
        code, told = forked("stats", [it], 120)
        if code != SURVIVED:  # it would seem to notice every fault
            say(f"fails alone, without any fault: {it.nodeid}")
            continue
        seconds[it.nodeid] = told["seconds"]
        for function in told["reached"]:
            tests[function].append(it)
    return {function: in_order(function, those, seconds) for function, those in tests.items()}, seconds


def in_order(function, items, seconds):
    module = function.rpartition(".")[0].split(".")
    own = f"tests/{module[1]}/test_{'_'.join(module[2:])}.py"
    cases, ranks = Counter(), {}
    for it in sorted(items, key=lambda it: seconds[it.nodeid]):
        test = it.nodeid.partition("[")[0]
        cases[test] += 1
        ranks[it] = (not it.nodeid.startswith(own), cases[test], seconds[it.nodeid])
    return sorted(items, key=ranks.get)


def tried(name, items, seconds):
    """Try one fault by these tests; return what became of it, and the seconds of the clock it took."""
    if not items:
        return NO_TESTS, 0
    begun = time.monotonic()
    code, told = forked(name, items, int(SECONDS + 10 * sum(seconds[it.nodeid] for it in items)))
    if told.get("failed"):  # what notices one fault of a function is likely to notice the next
        items.sort(key=lambda it: it.nodeid != told["failed"])
    return code, time.monotonic() - begun


def forked(name, items, allowed):
    """Run tests in a process of their own, until one fails; return what became of the fault, and what was told."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CPU, (allowed, allowed + 1))
        _run(name, items, writing)
    os.close(writing)
    told, until = b"", time.monotonic() + GIVEN_UP
    while select.select([reading], [], [], max(0, until - time.monotonic()))[0]:
        if not (more := os.read(reading, 1 << 16)):
            break
        told += more
    else:
        os.kill(pid, signal.SIGKILL)
    os.close(reading)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return (OUT_OF_TIME, {}) if code < 0 else (code, json.loads(told or "{}"))


def _run(name, items, writing):
    code = ODD
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
        told = {
            "seconds": time.process_time() - started,
            "reached": sorted(state()._stats),
            "failed": watch.failed,
        }
        with os.fdopen(writing, "w") as pipe:
            json.dump(told, pipe)
        code = KILLED if watch.failed else SURVIVED
    finally:
        os._exit(code)


class Watch:
    failed = ""

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed = report.nodeid


def main(*patterns):
    trying = Trying(*(patterns or ["*"]))
    folders = sorted({f"tests/{name.split('.')[1]}" for name in trying.names})
    if folders:
        sys.exit(
            pytest.main(["--rootdir=.", "-qs", "--tb=no", *folders, *config().pytest_add_cli_args], plugins=[trying])
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
