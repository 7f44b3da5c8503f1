"""Measures what gets slower with many agents, many services and a long history: make growth.

Compares a small installation with a large one, on SQLite, and on PostgreSQL if `bin/on-postgresql-and-redis` can start
a server. Prints for each operation the ratio of its time in the large installation to its time in the small one.

    --full             a million agents, a thousand services, ten million entries: half an hour each, 15 GB of disk
    --agents, --services, --events   other sizes of the large installation
    --rounds           measurements of each operation in both installations
    --on DATABASE      sqlite or postgresql only
    --write            also update docs/explanation/performance.md
"""

import argparse
import shutil
import sys
import tempfile

from tests.growth import page
from tests.growth.on_database import ROUNDS
from tests.growth.sizes import FULL, MODEST, SMALL, Sizes
from tests.speed import separate_process
from tests.speed.separate_process import NAMES

BYTES_A_ROW = 3_000
"""Most bytes, with indexes, of a trail entry with its seal, or of a tenth of the rows of one agent."""


def main():
    asked = arguments()
    usual = FULL if asked.full else MODEST
    large = Sizes(asked.agents or usual.agents, asked.services or usual.services, asked.events or usual.events)
    room_for(large)
    measured = {NAMES[it]: (large, on_database(it, large, asked.rounds)) for it in asked.on or databases()}
    if asked.write:
        page.write(SMALL, measured)


def arguments():
    parser = argparse.ArgumentParser(prog="make growth")
    parser.add_argument("--full", action="store_true")
    for name in ("agents", "services", "events"):
        parser.add_argument(f"--{name}", type=int)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--on", action="append", choices=list(NAMES))
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    if asked.rounds < 2:
        parser.error("--rounds must be at least 2, because a middle half needs two measurements")
    return asked


def databases():
    there = shutil.which("pg_virtualenv") and shutil.which("redis-server")
    return ["sqlite", "postgresql"] if there else ["sqlite"]


def room_for(large):
    """Exit with a message if the disk is too small."""
    needed, free = BYTES_A_ROW * (large.events + 10 * large.agents), shutil.disk_usage(tempfile.gettempdir()).free
    if needed > free:
        sys.exit(f"This needs up to {needed >> 30} GiB in {tempfile.gettempdir()}, and {free >> 30} GiB are free.")


def on_database(vendor, large, rounds):
    """Measure in a separate process, print the results, and return them."""
    sizes = map(str, (rounds, large.agents, large.services, large.events))
    pairs = page.read(separate_process.results("tests.growth.on_database", vendor, *sizes))
    sys.stdout.write(f"\n{NAMES[vendor]}: {large.words}, compared with {SMALL.words}\n{page.as_text(pairs)}\n")
    sys.stdout.flush()
    return pairs


if __name__ == "__main__":
    main()
