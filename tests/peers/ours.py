"""We ourselves, as production runs us: gunicorn with one process, all features on, twenty access rules."""

import os
from contextlib import contextmanager
from itertools import count

import requests

from tests.peers import driving
from tests.speed import place
from tests.user_agents import DESKTOP

_numbers = count(1)


@contextmanager
def serving(folder):
    """Serve from the database of this process; gives the process's id, the address for requests, and browsers."""
    from tests.races.installation import Installation

    settings = {**place.SETTINGS, "WEB_CONCURRENCY": "1", "PYTHONDONTWRITEBYTECODE": ""}
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})  # inherited by the server
    try:
        installation = Installation(folder, **settings)
        installation.start()
    finally:
        os.sched_setaffinity(0, allowed)
    try:
        installation.wait()
        yield installation.process.pid, f"{installation.url}/saml/sso", _signed_in
    finally:
        installation.__exit__()


def _signed_in(_query):
    return [_a_browser() for _ in range(driving.CONNECTIONS)]


def _a_browser():
    from idp import clock

    kept = place.at_a_computer(None, clock, place.somebody(next(_numbers))).cookies
    browser = requests.Session()
    browser.headers["User-Agent"] = DESKTOP
    browser.cookies.update(kept)
    return browser
