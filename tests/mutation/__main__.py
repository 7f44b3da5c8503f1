"""Puts small faults into pure modules, one at a time, and lists those that no test notices: make mutants.

python -m tests.mutation [--table] [idp.tokens.* …]   only these faults, in this order; --table only prints results

mutmut writes the faults, and `runner` runs the tests. A noticed fault is not tried again until its function changes;
all others are. An interrupted run continues where it stopped.
"""

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from mutmut import __main__ as mutmut
from mutmut.mutation.trampoline import set_mutant_under_test

from tests.mutation import outcomes

FOLDER = Path("mutants")


def write_faults():
    """Copy the project with all faults to `mutants/`. A fault is inactive until its name is set."""
    set_mutant_under_test("mutant_generation")
    FOLDER.mkdir(exist_ok=True)
    shutil.rmtree(FOLDER / "tests", ignore_errors=True)  # else a renamed test would stay under its old name
    mutmut.copy_src_dir()
    mutmut.copy_also_copy_files()
    mutmut.setup_source_paths()
    mutmut.store_lines_covered_by_tests()
    mutmut.create_mutants(1)


def table(codes, depth):
    """Count outcomes by the first parts of a fault's name."""
    counts = {}
    for name, code in codes.items():
        where = ".".join(name.rpartition(".")[0].split(".")[:depth])
        counts.setdefault(where, Counter())[outcomes.meaning(code)] += 1
    yield f"| Where | {' | '.join(outcomes.MEANINGS.values())} |"
    for where, count in sorted(counts.items()):
        yield f"| {where} | {' | '.join(str(count[it]) for it in outcomes.MEANINGS.values())} |"


def main(*words):
    patterns = [it for it in words if it != "--table"]
    if "--table" not in words:
        write_faults()
        # CI: the same Hypothesis examples each time. In that folder Python imports the project with the faults.
        there = {**os.environ, "CI": "1", "MUTANT_UNDER_TEST": "stats"}
        subprocess.run([sys.executable, "-m", "tests.mutation.runner", *patterns], cwd=FOLDER, env=there, check=True)
    codes = {name: code for it in outcomes.modules(FOLDER) for name, code in it.exit_code_by_key.items()}
    unnoticed = [name for name in outcomes.chosen(codes, patterns or ["*"]) if codes[name] != outcomes.KILLED]
    lines = [f"{outcomes.meaning(codes[it])}: {it}" for it in unnoticed]
    sys.stdout.write("\n".join([*lines, "", *table(codes, None), "", *table(codes, 2), ""]))


if __name__ == "__main__":
    main(*sys.argv[1:])
