"""Measures Latchkey's speed relative to what this machine can do: make bench.

On SQLite, and on PostgreSQL if `bin/on-postgresql-and-redis` can start a server. Prints ratios with the middle half of
their rounds. With `--write` it also updates the tables and the plot of docs/explanation/performance.md.

    python -m tests.speed arrivals    only agents who arrive at random, at a server on one core: make arrivals
"""

import shutil
import sys

from tests.speed import page, separate_process
from tests.speed.comparisons import Figure, Outcome
from tests.speed.separate_process import NAMES


def main():
    measured = {"sqlite": on_database("sqlite")}
    if shutil.which("pg_virtualenv") and shutil.which("redis-server"):
        measured["postgresql"] = on_database("postgresql")
    if "--write" in sys.argv and not _only():
        page.write({NAMES[vendor]: rows for vendor, rows in measured.items()})


def on_database(vendor):
    """Measure in a separate process, print the results, and return them."""
    rows = separate_process.results("tests.speed.on_database", vendor, *_only())
    outcomes = [Outcome(**it) for it in rows["outcomes"]]
    figures = [Figure(**it) for it in rows["figures"]]
    sys.stdout.write(f"\n{NAMES[vendor]}\n{page.as_text(outcomes, figures)}\n")
    sys.stdout.flush()
    return outcomes, figures


def _only():
    return ["arrivals"] if "arrivals" in sys.argv else []


if __name__ == "__main__":
    main()
