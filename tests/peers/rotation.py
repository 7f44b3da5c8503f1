"""The rotation of a token beside djangorestframework-simplejwt's, by the clock, at two levels.

The transaction alone: a device held, its token recognised and rotated, beside the library's serializer. And the whole
request, called as WSGI calls it, without a network: an app that goes on by its token at our token address, with all
middleware, the rules, the trail and a new access token, beside the library's view.
"""

import json
import subprocess
import time
from contextlib import contextmanager
from itertools import count
from types import SimpleNamespace

from idp.conf import ROOT
from tests.peers import programs
from tests.speed.rounds import Contest, outcome
from tests.user_agents import IPHONE

NAME = "djangorestframework-simplejwt"
BOUNDS = {"sqlite": (4, 7), "postgresql": (8, 15)}
TIMES, ROUNDS = 40, 6
APART = 61
"""Seconds between two rotations of one device: past the quiet minute."""
COMPARED = (
    ("transaction", "serializer", "rotation, its transaction", "simplejwt: serializer, one transaction"),
    ("request", "kept", "rotation, the request", "simplejwt: view, connections kept"),
    ("request", "anew", "rotation, the request", "simplejwt: view, Django's defaults"),
    ("transaction", "anew", "rotation, its transaction", "simplejwt: view, Django's defaults"),
)


def measured(clock, folder):
    """Return the outcomes, in speed; or say why there are none."""
    from django.db import connection

    from tests.speed.rotation import Rotation

    if not programs.has(NAME, "rest_framework_simplejwt"):
        return f"{NAME}: it is missing: {programs.SET_UP}"
    ours = {"transaction": Rotation(SimpleNamespace(clock=clock, numbers=count(9000))).turn, "request": an_app(clock)}
    with _theirs(_address(connection, folder)) as they:
        rounds = [_a_round(ours, they) for _ in range(ROUNDS + 1)][1:]
    must, aim = BOUNDS[connection.vendor]
    return [
        outcome(
            Contest(name, against, print, print, must, aim, turned=True),
            [(took[mine], took[theirs]) for took in rounds],
        )
        for mine, theirs, name, against in COMPARED
    ]


def an_app(clock):
    """Return what has an app go on by its token, a minute later each time."""
    from idp.wsgi import application
    from tests.native import own_app
    from tests.speed.browser import Browser
    from tests.speed.place import somebody

    app, browser = own_app.a_client(), Browser(application, IPHONE)  # which the twenty rules let in

    def ask(**form):
        answer = browser.post("/api/v1/token", {"client_id": app.client_id, **form})
        assert answer.status == 200, answer.body
        return json.loads(answer.body)["refresh_token"]

    code = own_app.a_code(app, somebody(8998))
    told = {"redirect_uri": own_app.REDIRECT, "code_verifier": own_app.VERIFIER}
    tokens = [ask(grant_type="authorization_code", code=code, **told)]

    def go_on():
        clock.on(seconds=APART)
        tokens[:] = [ask(grant_type="refresh_token", refresh_token=tokens[-1])]

    return go_on


def _a_round(ours, they):
    took = {way: they(way, TIMES) for way in ("serializer", "kept", "anew")}
    for name, turn in ours.items():
        begun = time.perf_counter()
        for _ in range(TIMES):
            turn()
        took[name] = (time.perf_counter() - begun) / TIMES
    return took


def _address(connection, folder):
    if connection.vendor == "sqlite":
        return str(folder / "simplejwt.sqlite3")
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE simplejwt")
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/simplejwt".format(**connection.settings_dict)


@contextmanager
def _theirs(address):
    command = [programs.python(NAME), ROOT / "tests" / "peers" / "of_simplejwt.py", address]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def they(way, times):
            process.stdin.write(f"{way} {times}\n")
            process.stdin.flush()
            return float(process.stdout.readline())

        try:
            yield they
        finally:
            process.stdin.close()
