"""Measures everything on the database of DATABASE_URL, and writes the results to a file.

python -m tests.speed.on_database FILE [arrivals]; with `arrivals` only agents who arrive at random. The log goes to
stderr, as in production.
"""

import json
import sys
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any

from tests import environment
from tests.speed import comparisons, place


@dataclass
class Setting:
    """What the measurements need. `numbers` yields a new number for each agent."""

    application: Any
    clock: Any
    emulator: Any
    service: Any
    vendor: str
    numbers: Any


def main():
    place.as_production()
    import django
    from django.db import connections

    django.setup()
    from django.test.utils import setup_databases, teardown_databases

    connections["default"].settings_dict["TEST"]["NAME"] = f"{environment.FOLDER}/speed.sqlite3"
    if connections["default"].vendor != "sqlite":
        connections["default"].settings_dict["TEST"]["NAME"] = "speed"
    made = setup_databases(verbosity=0, interactive=False)
    try:
        with place.standing_clock() as clock:
            Path(sys.argv[1]).write_text(json.dumps(measured(clock)))
    finally:
        connections.close_all()
        teardown_databases(made, verbosity=0)


def measured(clock):
    from django.conf import settings
    from django.db import connection

    from idp.demo.verify_emulator import make_server
    from tests.speed import arrivals, signing

    service = place.furnish()
    from idp.wsgi import application

    twilio = settings.LATCHKEY.twilio
    names = {"account_sid": twilio.account_sid, "username": twilio.username, "service_sid": twilio.service_sid}
    with make_server(environment.VERIFY_PORT, password=twilio.password, **names) as emulator:
        setting = Setting(application, clock, emulator, service, connection.vendor, count(1))
        outcomes, figures = ([], []) if "arrivals" in sys.argv else _in_process(setting)
        beside, counted = arrivals.measured(setting, signing.raw_pair())
        return {
            "outcomes": [it.as_json() for it in (*outcomes, *beside)],
            "figures": [it.as_json() for it in (*figures, *counted)],
        }


def _in_process(setting):
    from tests.speed import code_sign_in, counts, memory, rotation, signing, silent_sign_in, small_things, starting

    modules = (signing, silent_sign_in, rotation, code_sign_in, small_things, starting)
    measurable = chain.from_iterable(it.comparisons(setting) for it in modules)
    return [comparisons.run(it) for it in measurable], [*counts.figures(setting), *memory.figures(setting)]


if __name__ == "__main__":
    main()
