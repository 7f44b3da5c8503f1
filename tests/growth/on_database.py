"""A small and a large place side by side, of either the same things in turn: A B A B.

python -m tests.growth.on_database FILE ROUNDS AGENTS SERVICES EVENTS, on a server for PostgreSQL or, without one, on
SQLite.
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
from tests.speed.rounds import Contest, outcome

MUST, AIM = round(1 / 0.85, 2), round(1 / 0.95, 2)
"""What time at the large place may be of that at the small one: speed has to be 0.85 of it."""
ROUNDS, FEWER, BLOCK, LONGEST = 9, 3, 0.25, 60
TOO_LONG = 2.0
"""What takes this many seconds once is measured in fewer rounds: it has grown, whatever they say."""
ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CLOCKS = {"cpu": "processor", "clock": "clock"}


class Place:
    """A place in a process of its own."""

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
            raise SystemExit("A place gave up; its log says why.")
        return json.loads(line)


@contextmanager
def a_place(sizes, database, redis, folder, log):
    """Begin one; `begun` is asked for its answer by whoever waits for it."""
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
    """Return the addresses of two empty databases, each with one of Redis beside it if there is any."""
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
    """Do something at both in turn, and return what comes of it by either clock."""
    times, slow = _times(name, small, large)
    rounds = min(rounds, FEWER) if slow else rounds
    both = []
    for nth in range(rounds):
        order = (large, small) if nth % 2 else (small, large)
        took = {it: it.do(name, times) for it in order}
        both.append((took[large], took[small]))
    contest = Contest(ID.sub("…", name), "at the small place", main, main, MUST, AIM)
    outcomes = {
        clock: outcome(contest, [(great[clock], little[clock]) for great, little in both]).as_json() for clock in CLOCKS
    }
    sys.stderr.write(f"{name}: {outcomes['cpu']['quotient']:.2f}\n")
    return outcomes


def _times(name, small, large):
    """Say how often it fits into a stretch, and whether it is slow; both have done it before, so that all is warm."""
    for it in (small, large):
        it.do(name, 2)
    slower = max(it.do(name, 1)["clock"] for it in (small, large))
    return max(1, min(LONGEST, int(BLOCK / slower))), slower > TOO_LONG


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Sizes(*map(int, sys.argv[3:6])))
