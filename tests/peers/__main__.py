"""Measures others beside us: make peers.

The same silent sign-in at a service, over HTTP, by eight connections against one server on one core, us and them in
turn; and the rotation of a token beside another library's. What is not installed is said, and nothing made up for it.

    python -m tests.peers rotation    the rotation only, on the database of DATABASE_URL
"""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from idp.conf import ROOT
from tests import environment
from tests.peers import driving, ours, rotation, samlp, simplesamlphp
from tests.speed import place
from tests.speed.rounds import Contest, outcome

PEERS = (simplesamlphp, samlp)
ABSENT = {"djangosaml2idp": "not set up by bin/peer-programs yet"}
TIMES, ROUNDS = 80, 5


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
            with place.standing_clock() as clock:
                told(rotation.measured(clock, Path(folder)), connection.vendor)
    finally:
        connections.close_all()
        teardown_databases(made, verbosity=0)
    if "rotation" not in sys.argv and shutil.which("pg_virtualenv"):
        on_postgresql()


def sign_ins(folder):
    """Sign in at us and at each peer in turn."""
    for peer in PEERS:
        missing = peer.missing()
        told(f"{peer.NAME}: {missing}" if missing else beside(peer, folder), "sqlite")
    for name, why in ABSENT.items():
        told(f"{name}: {why}", "sqlite")


def beside(peer, folder):
    """Return the outcome of a peer, in processor time of a sign-in: how many of ours fit into one of theirs."""

    def query():
        return place.a_query(datetime.now(UTC))

    theirs = folder / peer.__name__.rpartition(".")[2]
    own = theirs / "ours"
    own.mkdir(parents=True)
    with ExitStack() as stack:
        servers = [stack.enter_context(it) for it in (ours.serving(own), peer.serving(theirs, place.ENTITY, place.ACS))]
        sides = [(server, signed_in(query), lambda sso=sso: f"{sso}?{query()}") for server, sso, signed_in in servers]
        for side in sides:
            driving.drive(*side, driving.CONNECTIONS * 2)
        rounds = [[driving.drive(*side, TIMES) for side in sides] for _ in range(ROUNDS)]
    for name, taken in zip(("ours", peer.NAME), zip(*rounds, strict=True), strict=True):
        middle = sorted(taken, key=lambda it: it.milliseconds)[ROUNDS // 2]
        sys.stdout.write(f"{name:48}{middle.milliseconds:8.2f} ms of processor, {middle.a_second:6.0f} a second\n")
    contest = Contest("silent sign-in", peer.NAME, main, main, peer.MUST, turned=True)
    return outcome(contest, [(we.milliseconds, they.milliseconds) for we, they in rounds])


def told(found, vendor):
    """Print an outcome, or why there is none."""
    if isinstance(found, str):
        sys.stdout.write(f"Not measured. {found}\n")
    else:
        it = replace(found, name=f"{found.name} ({vendor})")
        half = f"{it.low:.2f} to {it.high:.2f}"
        sys.stdout.write(
            f"{it.name:40}beside {it.against:36}{it.quotient:8.2f}  {half:16} must {it.must:g}: {it.verdict}\n"
        )
    sys.stdout.flush()


def on_postgresql():
    """Measure the rotation once more, where there is a server to begin."""
    variables = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [ROOT / "bin" / "on-postgresql-and-redis", sys.executable, "-m", "tests.peers", "rotation"]
    subprocess.run(command, cwd=ROOT, env=variables, check=False)


if __name__ == "__main__":
    main()
