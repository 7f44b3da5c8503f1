"""Runs the same operations alternately in a small and a large installation, and writes the ratios to a file.

python -m tests.growth.on_database FILE ROUNDS AGENTS SERVICES EVENTS, on the PostgreSQL server of DATABASE_URL or,
without one, on SQLite.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from idp.conf import ROOT
from tests.growth.sizes import SMALL, Sizes
from tests.speed.comparisons import Comparison, outcome

REQUIRED, GOAL = round(1 / 0.85, 2), round(1 / 0.95, 2)
"""Limits of time in the large installation / time in the small one: 0.85 and 0.95 of the speed."""
ROUNDS, FEWER, BLOCK, LONGEST = 9, 3, 0.25, 60
TOO_LONG = 2.0
"""Seconds: an operation that takes longer is measured in fewer rounds, because it has clearly become slower."""
ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CLOCKS = ("cpu", "clock")


class Place:
    """An installation in a separate process (`tests.growth.place`)."""

    def __init__(self, process):
        self.process = process
        self.names = self._answer()

    def do(self, name, times):
        self.process.stdin.write(json.dumps([name, times]) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("An installation's process ended early. The log above says why.")
        return json.loads(line)


@contextmanager
def a_place(sizes, database, redis, folder, log):
    """Start the process of an installation of these sizes."""
    environment = os.environ | {"DATABASE_URL": database, "TMPDIR": folder}
    if redis:
        environment["REDIS_URL"] = redis
    command = [sys.executable, "-m", "tests.growth.place", str(sizes.agents), str(sizes.services), str(sizes.events)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
    ) as process:
        try:
            yield process
        finally:
            process.stdin.close()
            process.wait(60)


def main(found, rounds, large):
    with tempfile.TemporaryDirectory(prefix="latchkey-growth-") as folder, ExitStack() as stack:
        log = sys.stderr
        begun = [
            stack.enter_context(a_place(sizes, database, redis, folder, log))
            for sizes, (database, redis) in zip((SMALL, large), two_databases(folder), strict=True)
        ]
        small, great = map(Place, begun)
        Path(found).write_text(
            json.dumps([measured(name, small, great, rounds) for name in great.names]), encoding="utf-8"
        )


def two_databases(folder):
    """Return the URLs of two empty databases, each with the URL of a Redis database if there is a server."""
    server, redis = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    if not server.startswith("postgres"):
        return [(f"sqlite:///{folder}/{name}.sqlite3", "") for name in ("small", "large")]
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        for name in ("small", "large"):
            connection.execute(f"CREATE DATABASE {name}")
    own = urlsplit(server)
    return [
        (own._replace(path=f"/{name}").geturl(), f"{redis}?db={nth}") for nth, name in enumerate(("small", "large"), 1)
    ]


def measured(name, small, large, rounds):
    """Run an operation alternately in both, and return its outcomes in CPU time and in elapsed time."""
    times, slow = _times(name, small, large)
    rounds = min(rounds, FEWER) if slow else rounds
    both = []
    for nth in range(rounds):
        order = (large, small) if nth % 2 else (small, large)
        took = {it: it.do(name, times) for it in order}
        both.append((took[large], took[small]))
    comparison = Comparison(ID.sub("…", name), "the small installation", main, main, REQUIRED, GOAL)
    pairs = {clock: [(great[clock], little[clock]) for great, little in both] for clock in CLOCKS}
    outcomes = {clock: outcome(comparison, it).as_json() for clock, it in pairs.items()}
    sys.stderr.write(f"{name}: {outcomes['cpu']['ratio']:.2f}\n")
    return outcomes


def _times(name, small, large):
    """Return how many calls fit into a block, and whether it is slow. Both run it before, so that caches are warm."""
    for it in (small, large):
        it.do(name, 2)
    slower = max(it.do(name, 1)["clock"] for it in (small, large))
    return max(1, min(LONGEST, int(BLOCK / slower))), slower > TOO_LONG


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Sizes(*map(int, sys.argv[3:6])))
