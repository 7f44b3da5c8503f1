"""Compares the rotation of a token with djangorestframework-simplejwt's, in elapsed time, at two levels.

The transaction: lock the device, recognise its token, rotate it; the library's serializer. The request, called by WSGI
without a network: an app renews at the token endpoint, with all middleware, rules, the trail and a new access token;
the library's view.
"""

import json
import subprocess
import time
from contextlib import contextmanager
from itertools import count
from types import SimpleNamespace

from idp.conf import ROOT
from tests.peers import programs
from tests.speed.comparisons import Comparison, outcome
from tests.user_agents import IPHONE

NAME = "djangorestframework-simplejwt"
BOUNDS = {"sqlite": (4, 7), "postgresql": (8, 15)}
TIMES, ROUNDS = 40, 6
APART = 61
"""Seconds between two rotations of a device: more than the minute within which a token is not rotated again."""
COMPARED = (
    ("transaction", "serializer", "token rotation, transaction", "simplejwt: serializer, one transaction"),
    ("request", "persistent", "token rotation, request", "simplejwt: view, persistent connections"),
    ("request", "default", "token rotation, request", "simplejwt: view, Django's defaults"),
    ("transaction", "default", "token rotation, transaction", "simplejwt: view, Django's defaults"),
)


def measured(clock, folder):
    """Return the outcomes as ratios of speed, or the reason why there are none."""
    from django.db import connection

    from tests.speed.rotation import Rotation

    if not programs.has(NAME, "rest_framework_simplejwt"):
        return f"{NAME}: it is not installed: {programs.SET_UP}"
    ours = {
        "transaction": Rotation(SimpleNamespace(clock=clock, numbers=count(9000))).rotate_once,
        "request": an_app(clock),
    }
    with _theirs(_address(connection, folder)) as they:
        rounds = [_a_round(ours, they) for _ in range(ROUNDS + 1)][1:]
    required, goal = BOUNDS[connection.vendor]
    return [
        outcome(
            Comparison(name, compared_with, print, print, required, goal, is_speed=True),
            [(took[mine], took[theirs]) for took in rounds],
        )
        for mine, theirs, name, compared_with in COMPARED
    ]


def an_app(clock):
    """Return a function that renews an app's tokens, each time a minute later."""
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

    def renew():
        clock.on(seconds=APART)
        tokens[:] = [ask(grant_type="refresh_token", refresh_token=tokens[-1])]

    return renew


def _a_round(ours, they):
    took = {variant: they(variant, TIMES) for variant in ("serializer", "persistent", "default")}
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
    command = [programs.python(NAME), ROOT / "tests" / "peers" / "simplejwt_rotation.py", address]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def they(variant, times):
            process.stdin.write(f"{variant} {times}\n")
            process.stdin.flush()
            return float(process.stdout.readline())

        try:
            yield they
        finally:
            process.stdin.close()
