"""Tries faults: each in a process of its own, forked when the tests are collected and none of them has run.

So no answer kept from an earlier test hides a fault, and nothing is collected twice. A fault meets only the tests that
reach its function, those of its module's own file first, until one fails. Its time is counted by the processor: on a
busy machine nothing ends that would not end on a quiet one. (mutmut names tests to pytest by their ids, and counts the
faults whose tests it cannot find so, for the odd letters in some, as out of time.)
"""

import functools
import gc
import sys
import time

import pytest
from mutmut.configuration import config
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

from tests.small_faults.kept import KILLED, NO_TESTS, chosen, modules, say
from tests.small_faults.processes import forked
from tests.small_faults.reaching import reached

SECONDS = 10  # of the processor for a fault, beside ten times what its tests take


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


def forget_answers():
    """Empty our caches: the cases of a test are often made where its module is read."""
    gc.unfreeze()
    gc.collect()
    for it in gc.get_objects():
        if isinstance(it, functools._lru_cache_wrapper) and (it.__module__ or "").startswith("idp."):
            it.cache_clear()


def tried(name, items, seconds):
    """Try one fault by these tests; return what became of it, and the seconds of the clock it took."""
    if not items:
        return NO_TESTS, 0
    begun = time.monotonic()
    code, told = forked(name, items, int(SECONDS + 10 * sum(seconds[it.nodeid] for it in items)))
    if told.get("failed"):  # what notices one fault of a function is likely to notice the next
        items.sort(key=lambda it: it.nodeid != told["failed"])
    return code, time.monotonic() - begun


def main(*patterns):
    trying = Trying(*(patterns or ["*"]))
    folders = sorted({f"tests/{name.split('.')[1]}" for name in trying.names})
    if folders:
        sys.exit(
            pytest.main(["--rootdir=.", "-qs", "--tb=no", *folders, *config().pytest_add_cli_args], plugins=[trying])
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
