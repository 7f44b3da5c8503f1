"""The rotation of a token beside djangorestframework-simplejwt's, each in a transaction of its own, without HTTP."""

import subprocess
import time
from contextlib import contextmanager
from itertools import count
from types import SimpleNamespace

from idp.conf import ROOT
from tests.peers import programs
from tests.speed.rounds import Contest, outcome

MUST = {"sqlite": 4, "postgresql": 8}
TIMES, ROUNDS = 60, 7


def measured(clock, folder):
    """Return the outcome, in speed, or why there is none."""
    from django.db import connection

    from tests.speed.rotation import Rotation

    if not programs.has("rest_framework_simplejwt"):
        return f"simplejwt is missing: {programs.SET_UP}"
    ours = Rotation(SimpleNamespace(clock=clock, numbers=count(9000)))
    both = []
    with _theirs(_address(connection, folder)) as they:
        both += [(they(TIMES), _timed(ours.turn)) for _ in range(ROUNDS + 1)]
    contest = Contest(
        "rotation of a token", "simplejwt's refresh with blacklist", print, print, MUST[connection.vendor]
    )
    return outcome(Contest(**{**vars(contest), "turned": True}), [(ours, theirs) for theirs, ours in both[1:]])


def _timed(turn):
    began = time.perf_counter()
    for _ in range(TIMES):
        turn()
    return (time.perf_counter() - began) / TIMES


def _address(connection, folder):
    if connection.vendor == "sqlite":
        return str(folder / "simplejwt.sqlite3")
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE simplejwt")
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/simplejwt".format(**connection.settings_dict)


@contextmanager
def _theirs(address):
    command = [programs.PYTHON, ROOT / "tests" / "peers" / "of_simplejwt.py", address]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def they(times):
            process.stdin.write(f"{times}\n")
            process.stdin.flush()
            return float(process.stdout.readline().split()[1])

        try:
            yield they
        finally:
            process.stdin.close()
