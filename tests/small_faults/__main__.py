"""Small faults, put into pure modules one at a time, and which of them no test notices: `make mutants`.

python -m tests.small_faults [--table] [idp.tokens.* ...]   only these faults, in this order

mutmut writes the faults; `trying` tries them. What was noticed stays noticed until its function changes; all else is
tried again. Whatever is broken off goes on where it was.
"""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from mutmut import __main__ as mutmut
from mutmut.mutation.trampoline import set_mutant_under_test

from tests.small_faults import kept

FOLDER = Path("mutants")


def write_faults():
    """Copy the project to `mutants/`, with all faults in it, each asleep until its name is called."""
    set_mutant_under_test("mutant_generation")
    FOLDER.mkdir(exist_ok=True)
    mutmut.copy_src_dir()
    mutmut.copy_also_copy_files()
    mutmut.setup_source_paths()
    mutmut.store_lines_covered_by_tests()
    mutmut.create_mutants(1)


def table(outcomes, depth):
    """Count by the first parts of a fault's name."""
    counts = {}
    for name, code in outcomes.items():
        where = ".".join(name.rpartition(".")[0].split(".")[:depth])
        counts.setdefault(where, Counter())[kept.meaning(code)] += 1
    yield f"| Where | {' | '.join(kept.MEANINGS.values())} |"
    for where, count in sorted(counts.items()):
        yield f"| {where} | {' | '.join(str(count[it]) for it in kept.MEANINGS.values())} |"


def main(*words):
    patterns = [it for it in words if it != "--table"]
    if "--table" not in words:
        write_faults()
        # The same examples each time; the mutated project is read instead of this one.
        there = {**os.environ, "CI": "1", "MUTANT_UNDER_TEST": "stats"}
        subprocess.run(
            [sys.executable, "-m", "tests.small_faults.trying", *patterns], cwd=FOLDER, env=there, check=True
        )
    outcomes = {name: code for it in kept.modules(FOLDER) for name, code in it.exit_code_by_key.items()}
    unnoticed = [name for name in kept.chosen(outcomes, patterns or ["*"]) if outcomes[name] != kept.KILLED]
    lines = [f"{kept.meaning(outcomes[it])}: {it}" for it in unnoticed]
    sys.stdout.write("\n".join([*lines, "", *table(outcomes, None), "", *table(outcomes, 2), ""]))


if __name__ == "__main__":
    main(*sys.argv[1:])
