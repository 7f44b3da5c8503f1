"""Measures Latchkey's speed relative to what this machine can do: make bench.

On SQLite, and on PostgreSQL if `bin/on-postgresql-and-redis` can start a server. Prints ratios with the middle half of
their rounds. With `--write` it also updates the tables and the plot of docs/explanation/performance.md.

    python -m tests.speed arrivals    only agents who arrive at random, at a server on one core: make arrivals
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from idp.conf import ROOT
from tests.speed import page
from tests.speed.comparisons import Figure, Outcome

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def main():
    measured = {"sqlite": on_database("sqlite")}
    if shutil.which("pg_virtualenv") and shutil.which("redis-server"):
        measured["postgresql"] = on_database("postgresql")
    if "--write" in sys.argv and not _only():
        page.write({NAMES[vendor]: rows for vendor, rows in measured.items()})


def on_database(vendor):
    """Measure in a separate process, print the results, and return them."""
    with tempfile.TemporaryDirectory(prefix="latchkey-speed-") as folder:
        found, log = Path(folder) / "found.json", Path(folder) / "log"
        command = [sys.executable, "-m", "tests.speed.on_database", str(found), *_only()]
        if vendor == "postgresql":
            command = [str(ROOT / "bin" / "on-postgresql-and-redis"), *command]
        environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
        with log.open("w") as lines:
            ended = subprocess.run(command, cwd=ROOT, env=environment, stdout=lines, stderr=lines, check=False)
        if ended.returncode or not found.exists():
            sys.exit(f"The measurement on {NAMES[vendor]} failed. The end of its log:\n{log.read_text()[-4000:]}")
        rows = json.loads(found.read_text())
    outcomes = [Outcome(**it) for it in rows["outcomes"]]
    figures = [Figure(**it) for it in rows["figures"]]
    sys.stdout.write(f"\n{NAMES[vendor]}\n{page.as_text(outcomes, figures)}\n")
    sys.stdout.flush()
    return outcomes, figures


def _only():
    return ["arrivals"] if "arrivals" in sys.argv else []


if __name__ == "__main__":
    main()
