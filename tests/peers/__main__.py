"""Measures others beside us: make peers.

The same silent sign-in at a service, over HTTP, by eight browsers against one server on one core, us and them in turn,
in processor time of the server; and the rotation of a token beside another library's. What is not installed is said,
and nothing made up for it.

    python -m tests.peers sign-ins    the sign-ins only
    python -m tests.peers rotation    the rotation only, on the database of DATABASE_URL
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from idp.conf import ROOT
from tests import environment
from tests.peers import driving, node, ours, pysaml2, rotation, simplesamlphp
from tests.speed import place
from tests.speed.rounds import Contest, outcome

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
    """Rotate a token, and have the library do so."""
    with place.standing_clock() as clock, quietly():
        found = rotation.measured(clock, folder)
    if isinstance(found, str):
        told(f"Not measured. {found}")
        return
    for it in found:
        told_beside(it, database)


def sign_ins(folder):
    """Sign in at us and at each peer in turn, in as many rounds as there are, and tell what it came to."""

    def query():
        return place.a_query(datetime.now(UTC))

    here = [it for it in PEERS if not it.missing()]
    with ExitStack() as stack:
        servers = []
        for it in (ours, *here):
            own = folder / it.name
            own.mkdir()
            servers.append(stack.enter_context(it.serving(own, query, place.ENTITY, place.ACS)).checked())
        sides = list(zip(servers, (ours, *here), strict=True))
        for server, it in sides:
            driving.drive(server, it.times)
        rounds = [[driving.drive(server, it.times) for server, it in sides] for _ in range(ROUNDS)]
    in_process, pair = ours_in_process()
    we, *others = zip(*rounds, strict=True)
    for name, taken in zip(("ours, over HTTP", *(it.name for it in here)), (we, *others), strict=True):
        told(f"{name:40}{median(taken):8.2f} ms of processor, {median(taken) / pair:6.1f} pairs of raw signatures")
    share = f"{100 * in_process / median(we):.0f} % of what it takes over HTTP"
    told(f"{'ours, in process':40}{in_process:8.2f} ms of processor, {in_process / pair:6.1f} pairs; {share}")
    for it, they in zip(here, others, strict=True):
        contest = Contest("silent sign-in", it.name, main, main, it.must, it.aim, turned=True)
        told_beside(outcome(contest, list(zip(we, they, strict=True))), "sqlite")
    for it in PEERS:
        if it.missing():
            told(f"Not measured. {it.name}: {it.missing()}")


def ours_in_process():
    """Return milliseconds of processor of a sign-in called in this process, and of two raw signatures."""
    from idp.wsgi import application
    from tests.speed.signing import raw_pair

    with place.standing_clock() as clock, quietly():
        browser = place.at_a_computer(application, clock, place.somebody(8999))
        silent, pair = place.Silent(application, clock, browser), raw_pair()
        both = [_milliseconds(silent.sign_in, silent.prepare) for _ in range(ROUNDS)]
        return median(both), median(_milliseconds(pair) for _ in range(ROUNDS))


def _milliseconds(act, prepare=lambda _: None, times=60):
    prepare(times)
    worked = time.process_time()
    for _ in range(times):
        act()
    return 1000 * (time.process_time() - worked) / times


@contextmanager
def quietly():
    """Write lines of the log, as production does, but into a file."""
    with tempfile.TemporaryFile() as lines:
        kept = os.dup(2)
        os.dup2(lines.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def told(line):
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def told_beside(it, database):
    """Print how many times as fast we are."""
    half = f"{it.low:.2f} to {it.high:.2f}"
    bound = f"must {it.must:g}, aim {it.aim:g}: {it.verdict}"
    told(f"{f'{it.name} ({database})':40}beside {it.against:40}{it.quotient:7.2f}  {half:16} {bound}")


def on_postgresql():
    """Measure the rotation once more, where there is a server to begin."""
    variables = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [ROOT / "bin" / "on-postgresql-and-redis", sys.executable, "-m", "tests.peers", "rotation"]
    subprocess.run(command, cwd=ROOT, env=variables, check=False)


if __name__ == "__main__":
    main()
