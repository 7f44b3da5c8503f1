"""Compares Latchkey with other identity providers and with another token library: make peers.

Eight browsers sign in silently at one server on one core, Latchkey and each other product in turn; the server's CPU
time counts. Token rotation is compared by elapsed time. A product that is not installed is named as not measured.

    python -m tests.peers sign-ins    the sign-ins only
    python -m tests.peers rotation    the rotation only, on the database of DATABASE_URL
"""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from idp.conf import ROOT
from tests import environment
from tests.peers import driving, node, ours, pysaml2, rotation, simplesamlphp
from tests.speed import place
from tests.speed.comparisons import Comparison, outcome

PEERS = (simplesamlphp, node.SAMLP, node.SAMLIFY, pysaml2)
ROUNDS = 7


def main():
    place.as_production()
    import django

    django.setup()
    from django.db import connection, connections
    from django.test.utils import setup_databases, teardown_databases

    name = f"{environment.FOLDER}/peers.sqlite3" if connection.vendor == "sqlite" else "peers"
    connections["default"].settings_dict["TEST"]["NAME"] = name
    made = setup_databases(verbosity=0, interactive=False)
    try:
        place.furnish()
        with tempfile.TemporaryDirectory(prefix="latchkey-peers-") as folder:
            if "rotation" not in sys.argv:
                sign_ins(Path(folder))
            if "sign-ins" not in sys.argv:
                rotations(Path(folder), connection.vendor)
    finally:
        connections.close_all()
        teardown_databases(made, verbosity=0)
    if len(sys.argv) == 1 and shutil.which("pg_virtualenv"):
        on_postgresql()


def rotations(folder, database):
    """Compare the rotation of a token with the library's."""
    with place.standing_clock() as clock, ours.quietly():
        found = rotation.measured(clock, folder)
    if isinstance(found, str):
        say(f"Not measured. {found}")
        return
    for it in found:
        say_comparison(it, database)


def sign_ins(folder):
    """Sign in at Latchkey and at each peer alternately, and print the results."""

    def query():
        return place.a_query(datetime.now(UTC))

    here = [it for it in PEERS if not it.missing()]
    with ExitStack() as stack:
        servers = []
        for it in (ours, *here):
            own = folder / it.name
            own.mkdir()
            servers.append(stack.enter_context(it.serving(own, query, place.ENTITY, place.ACS)).checked())
        in_process = stack.enter_context(ours.in_process())
        sides = list(zip(servers, (ours, *here), strict=True))
        for server, it in sides:
            driving.drive(server, it.times)
        rounds = [[*in_process(), *(driving.drive(server, it.times) for server, it in sides)] for _ in range(ROUNDS)]
    inner, pairs, we, *others = zip(*rounds, strict=True)
    names = ("Latchkey, in process", "Latchkey, over HTTP", *(it.name for it in here))
    for name, taken in zip(names, (inner, we, *others), strict=True):
        of_pairs = median(took / pair for took, pair in zip(taken, pairs, strict=True))
        say(f"{name:40}{median(taken):8.2f} ms of CPU time, {of_pairs:6.1f} times two raw signatures")
    share = median(inside / whole for inside, whole in zip(inner, we, strict=True))
    say(f"{'Latchkey in process / over HTTP':40}{100 * share:8.0f} %")
    for it, they in zip(here, others, strict=True):
        comparison = Comparison("silent sign-in", it.name, main, main, it.required, it.goal, is_speed=True)
        say_comparison(outcome(comparison, list(zip(we, they, strict=True))), "sqlite")
    for it in PEERS:
        if it.missing():
            say(f"Not measured. {it.name}: {it.missing()}")


def say(line):
    """Print a line at once, although stdout may be a pipe."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def say_comparison(it, database):
    """Print how many times as fast as the other Latchkey is."""
    half = f"{it.low:.2f} to {it.high:.2f}"
    bound = f"required {it.required:g}, goal {it.goal:g}: {it.reached}"
    say(f"{f'{it.name} ({database})':40}vs {it.compared_with:40}{it.ratio:7.2f}  {half:16} {bound}")


def on_postgresql():
    """Compare the rotation again on PostgreSQL."""
    variables = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [ROOT / "bin" / "on-postgresql-and-redis", sys.executable, "-m", "tests.peers", "rotation"]
    subprocess.run(command, cwd=ROOT, env=variables, check=False)


if __name__ == "__main__":
    main()
