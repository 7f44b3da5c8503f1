"""From the start of a process to its first signed response, compared with a bare Django's. CPU time of both."""

import os
import resource
import subprocess
import sys

from tests.speed.comparisons import Comparison


def comparisons(setting):
    if setting.vendor != "sqlite":  # it is the same on any
        return
    from tests.races.installation import database_url

    environment = os.environ | {"DATABASE_URL": database_url(), "PYTHONDONTWRITEBYTECODE": ""}

    def answer(*which):
        command = [sys.executable, "-m", "tests.speed.first_answer", *which]
        subprocess.run(command, env=environment, check=True, capture_output=True)

    compared_with = "the first answer of a bare Django"
    yield Comparison(
        "first signed answer of a process", compared_with, answer, lambda: answer("bare"),
        required=5, goal=2.5, clock=children, rounds=5, once=True,
    )  # fmt: skip


def children():
    """Seconds of CPU that ended child processes took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
