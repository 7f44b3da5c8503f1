"""One installation in its own process, on the database of DATABASE_URL: tests.growth.place AGENTS SERVICES EVENTS.

Fills the database. Then each line on stdin, such as ["sign-in by session", 20], runs an operation so many times, and
gets a line with the seconds of one, in CPU time and in elapsed time, the database's included. Its log goes to stderr.
"""

import json
import os
import sys
import time
from pathlib import Path

from tests import environment
from tests.growth import rows
from tests.growth.sizes import Sizes
from tests.speed import place


def main(sizes):
    os.environ["LATCHKEY_TEXTS_A_DAY"] = str(sizes.agents)
    place.as_production()
    import django

    django.setup()
    from django.conf import settings

    from idp.demo.verify_emulator import make_server

    with place.standing_clock() as clock:
        furnish(sizes, clock)
        twilio = settings.LATCHKEY.twilio
        names = {"account_sid": twilio.account_sid, "username": twilio.username, "service_sid": twilio.service_sid}
        with make_server(environment.VERIFY_PORT, password=twilio.password, **names) as emulator:
            serve(clock, emulator)


def furnish(sizes, clock):
    """Migrate, set up an installation, and add all the rows."""
    from django.core.management import call_command
    from django.db import connection

    from idp.audit.statistics import hourly
    from idp.otp import costs

    call_command("migrate", verbosity=0)
    place.furnish()
    rows.fill(connection, sizes, clock.now())
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:  # else autovacuum would run during the measurement
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")
    hourly.count_all(clock.now())
    costs.count_all(clock.now())
    connection.close()


def serve(clock, emulator):
    """Run the operations that stdin names, line by line."""
    from idp.wsgi import application
    from tests.growth.acts import Acts

    acts, ready = Acts(application, clock, emulator), {}
    _say(acts.names())
    for line in sys.stdin:
        name, times = json.loads(line)
        if name not in ready:
            ready.clear()
            ready[name] = acts.named(name)
        _say(stretch(ready[name], times))


def stretch(act, times):
    """Return the seconds of one call, in CPU time and in elapsed time."""
    act.prepare(times)
    began = time.perf_counter()
    worked = processors()
    for _ in range(times):
        act.do()
    worked = processors() - worked
    return {"cpu": worked / times, "clock": (time.perf_counter() - began) / times}


def processors():
    """Return CPU seconds of this process and of the database server processes that it is connected to."""
    return time.process_time() + sum(_worked(pid) for pid in _servers())


def _servers():
    from django.db import connection

    if connection.vendor == "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        return [pid for (pid,) in cursor.fetchall()]


def _worked(pid):
    return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9


def _say(what):
    sys.__stdout__.write(json.dumps(what) + "\n")
    sys.__stdout__.flush()


if __name__ == "__main__":
    main(Sizes(*map(int, sys.argv[1:4])))
