"""Runs the tests of each fault in a process that is forked after collection and before any test.

So no cached answer of an earlier test hides a fault, and tests are collected once. Only tests that reach the faulty
function run, those of its module's own file first, until one fails. The limit is CPU time, which does not depend on the
load. (mutmut itself passes test ids to pytest, and counts faults as timed out if an id has unusual characters.)
"""

import functools
import gc
import sys
import time

import pytest
from mutmut.configuration import config
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

from tests.mutation import rsa_keys
from tests.mutation.coverage import reached
from tests.mutation.outcomes import KILLED, NO_TESTS, chosen, modules, say
from tests.mutation.processes import forked

SECONDS = 10  # CPU seconds for a fault, in addition to ten times those of its tests


class FaultRunner:
    """A pytest plugin that runs the tests of each fault instead of all tests once."""

    def __init__(self, *patterns):
        self.modules = {name: it for it in modules(".") for name in it.exit_code_by_key}
        self.names = [it for it in chosen(self.modules, patterns) if self.modules[it].exit_code_by_key[it] != KILLED]

    def pytest_runtestloop(self, session):
        state()._stats.clear()
        set_mutant_under_test("")
        forget_answers()
        rsa_keys.make()
        gc.freeze()
        tests, seconds = reached(session.items)
        begun = time.monotonic()
        for at, name in enumerate(self.names, 1):
            self.keep(name, *tried(name, tests.get(name.partition("__mutmut_")[0], []), seconds))
            if at % 50 == 0 or at == len(self.names):
                say(f"{at} of {len(self.names)} faults tried after {time.monotonic() - begun:.0f} s")
        return True

    def keep(self, name, code, took):
        module = self.modules[name]
        module.exit_code_by_key[name] = code
        module.durations_by_key[name] = took
        module.save()


def forget_answers():
    """Empty Latchkey's caches, because many test cases are built when their module is imported."""
    gc.unfreeze()
    gc.collect()
    for it in gc.get_objects():
        if isinstance(it, functools._lru_cache_wrapper) and (it.__module__ or "").startswith("idp."):
            it.cache_clear()


def tried(name, items, seconds):
    """Run these tests with one fault. Return the outcome and the elapsed seconds."""
    if not items:
        return NO_TESTS, 0
    begun = time.monotonic()
    code, report = forked(name, items, int(SECONDS + 10 * sum(seconds[it.nodeid] for it in items)))
    if report.get("failed"):  # it is likely to notice the next fault of the function too
        items.sort(key=lambda it: it.nodeid != report["failed"])
    return code, time.monotonic() - begun


def main(*patterns):
    runner = FaultRunner(*(patterns or ["*"]))
    folders = sorted({f"tests/{name.split('.')[1]}" for name in runner.names})
    if folders:
        sys.exit(
            pytest.main(["--rootdir=.", "-qs", "--tb=no", *folders, *config().pytest_add_cli_args], plugins=[runner])
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
