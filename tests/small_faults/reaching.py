"""Which tests reach a function, in the order in which they are asked about its faults."""

import hashlib
import json
from collections import Counter, defaultdict
from pathlib import Path

from tests.small_faults.kept import SURVIVED, say
from tests.small_faults.processes import forked

LONGEST = 0.25  # seconds of the processor of one test


def reached(items):
    """Return the tests that reach each function, in order, and the seconds of each test, which is run alone for it.

    Tests that take long are left out: there are some hundred for a function, and few faults that only they notice.
    """
    kept = Path("reached.json")
    now = digest()
    told = json.loads(kept.read_text()) if kept.exists() else {}
    told = told["tests"] if told.get("digest") == now else {}
    for it in items:
        if it.nodeid not in told:
            code, told[it.nodeid] = forked("stats", [it], 120)
            if code != SURVIVED:  # it would seem to notice every fault
                say(f"fails alone, without any fault: {it.nodeid}")
                told[it.nodeid] = {"seconds": 0, "reached": []}
    kept.write_text(json.dumps({"digest": now, "tests": told}))
    tests = defaultdict(list)
    for it in items:
        if told[it.nodeid]["seconds"] <= LONGEST:
            for function in told[it.nodeid]["reached"]:
                tests[function].append(it)
    seconds = {node: it["seconds"] for node, it in told.items()}
    return {function: in_order(function, those, seconds) for function, those in tests.items()}, seconds


def digest():
    """Return a digest of all that decides which test reaches what."""
    found = hashlib.sha256()
    for path in sorted([*Path("idp").rglob("*.py"), *Path("tests").rglob("*.py")]):
        found.update(path.read_bytes())
    return found.hexdigest()


def in_order(function, items, seconds):
    """Put the tests of the module's own file first, if it has one; of any other test one case is enough then."""
    module = function.rpartition(".")[0].split(".")
    own = f"tests/{module[1]}/test_{'_'.join(module[2:])}.py"
    has_own = any(it.nodeid.startswith(own) for it in items)
    cases, ranks = Counter(), {}
    for it in sorted(items, key=lambda it: seconds[it.nodeid]):
        test, others = it.nodeid.partition("[")[0], has_own and not it.nodeid.startswith(own)
        cases[test] += 1
        if cases[test] == 1 or not others:
            ranks[it] = (others, cases[test], seconds[it.nodeid])
    return sorted(ranks, key=ranks.get)
