"""Runs `make cluster`: python -m tests.cluster, or `… shift` for its last part only. Exits with 1 if a check failed."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from tests.cluster.postgresql import Pair
from tests.cluster.redis import Watched
from tests.environment import ENVIRONMENT, VERIFY_PASSWORD, VERIFY_PORT, free_port

AGENTS = 600


def main():
    folder = Path(tempfile.mkdtemp(prefix="latchkey-cluster-"))
    folder.chmod(0o755)  # so that PostgreSQL's own user can read below it
    try:
        with contextlib.ExitStack() as ending:
            wrong = in_folder(folder, ending)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for it in wrong:
        say(f"Failed: {it}")
    say(f"{len(wrong)} checks failed." if wrong else "All checks passed.")
    return bool(wrong)


def in_folder(folder, ending):
    pair, redis = Pair(folder / "postgresql"), Watched(folder / "redis")
    ending.callback(pair.kill)
    ending.callback(redis.kill)
    port = free_port()
    own = {
        "DATABASE_URL": pair.url,
        "REDIS_URL": redis.url,
        "LATCHKEY_BASE_URL": f"http://localhost:{port}",
        "LATCHKEY_QUIET_SECONDS": "0",
        "LATCHKEY_REQUESTS_A_MINUTE": "100000",
        "LATCHKEY_LOG_LEVEL": "WARNING",
    }
    os.environ.update(own)
    pair.start()
    redis.start()
    return on(folder, pair, redis, port, ending)


def on(folder, pair, redis, port, ending):
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from idp import clock
    from idp.demo.verify_emulator import make_server
    from idp.keys import keyring
    from tests.cluster import shift
    from tests.cluster.phones import CLEAR
    from tests.cluster.place import Place
    from tests.cluster.story import Story
    from tests.pretend_service import PretendService

    call_command("migrate", verbosity=0)
    keyring.ensure(clock.now())
    peer = PretendService("desk")
    connections.close_all()
    pair.replicate()
    verify = ending.enter_context(
        make_server(
            VERIFY_PORT,
            account_sid=ENVIRONMENT["TWILIO_ACCOUNT_SID"],
            username=ENVIRONMENT["TWILIO_API_KEY"],
            password=VERIFY_PASSWORD,
            service_sid=ENVIRONMENT["TWILIO_VERIFY_SERVICE_SID"],
        )
    )
    place = Place(folder, port)
    ending.callback(place.kill)
    place.start()
    wrong = []
    if sys.argv[1:] != ["shift"]:
        story = Story(place, pair, redis, peer, verify, quiet=4.0, unnoticed=10.0, silent=15.0)
        wrong += story.run()
        for line in [*story.results, *story.summary()]:
            say(line)
    cookies = list(shift.signed_in(AGENTS, clock.now()))
    connections.close_all()
    for within in (60, 0):
        begun = asyncio.run(shift.begin(peer, cookies, within))
        say(f"{AGENTS} agents who arrive within {within} s: {begun.line()}")
        wrong += [f"agents who arrived together got: {it}" for it in begun.kinds if it not in {"served", *CLEAR}]
        wrong += ["not every agent who arrived together was signed in"] * (len(begun.seconds) < AGENTS)
    connections.close_all()
    return wrong


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that started servers are stopped too
    sys.exit(main())
