"""Which tests reach a function, in the order in which they run for its faults."""

import hashlib
import json
from collections import Counter, defaultdict
from pathlib import Path

from tests.mutation.outcomes import SURVIVED, say
from tests.mutation.processes import forked

LONGEST = 0.25  # CPU seconds of a test


def reached(items):
    """Return the tests that reach each function, in order, and the CPU seconds of each test when it runs alone.

    Slow tests are left out: a function has about a hundred tests, and few faults are noticed only by a slow one.
    """
    stored = Path("reached.json")
    now = digests()
    before = json.loads(stored.read_text()) if stored.exists() else {"tests": {}}
    same = {of for of, digest in before.get("digests", {}).items() if digest == now.get(of)}
    known = {node: it for node, it in before["tests"].items() if same >= {"", node.partition("::")[0]}}
    for it in items:
        if it.nodeid not in known:
            code, known[it.nodeid] = forked("stats", [it], 120)
            if code != SURVIVED:  # else it would seem to notice every fault
                say(f"This test fails when it runs alone, without any fault, and is not used: {it.nodeid}")
                known[it.nodeid] = {"seconds": 0, "reached": []}
    stored.write_text(json.dumps({"digests": now, "tests": known}))
    tests = defaultdict(list)
    for it in items:
        if known[it.nodeid]["seconds"] <= LONGEST:
            for function in known[it.nodeid]["reached"]:
                tests[function].append(it)
    seconds = {node: it["seconds"] for node, it in known.items()}
    return {function: in_order(function, those, seconds) for function, those in tests.items()}, seconds


def digests():
    """Return a digest of each file of tests, and, under an empty name, one of all other code that they run.

    Together they decide which functions a test reaches.
    """
    found = defaultdict(hashlib.sha256)
    for path in sorted([*Path("idp").rglob("*.py"), *Path("tests").rglob("*.py")]):
        found[str(path) if path.name.startswith("test_") else ""].update(path.read_bytes())
    return {name: it.hexdigest() for name, it in found.items()}


def in_order(function, items, seconds):
    """Put the tests of the module's own file first, and of each test the quickest case."""
    *packages, module = function.rpartition(".")[0].split(".")[1:]
    own = "/".join(["tests", *packages, f"test_{module}.py"])
    cases, ranks = Counter(), {}
    for it in sorted(items, key=lambda it: seconds[it.nodeid]):
        test = it.nodeid.partition("[")[0]
        cases[test] += 1
        ranks[it] = (not test.startswith(own), cases[test], seconds[it.nodeid])
    return sorted(items, key=ranks.get)
