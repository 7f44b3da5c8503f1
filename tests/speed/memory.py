"""Memory of gunicorn's processes once each has answered: what is a process's own, and what another one adds."""

import re
import tempfile
from pathlib import Path

import requests

from tests.speed.rounds import Figure

MORE = 3
ASKED = 30


def figures(setting):
    if setting.vendor != "sqlite":
        return
    (one,), several = _grown(1), _grown(MORE)
    yield Figure("memory of a worker, its own", round(one, 1), "MiB", 110, 75)
    yield Figure("memory of each further worker", round(sum(several) / MORE, 1), "MiB", 55, 40)


def _grown(workers):
    """Return what each worker has for itself, in MiB, after some pages and signatures."""
    from tests.races.installation import Installation

    with tempfile.TemporaryDirectory() as folder:
        place = Installation(Path(folder), WEB_CONCURRENCY=str(workers))
        with place:
            for _ in range(ASKED * workers):
                requests.get(f"{place.url}/saml/metadata?signed", timeout=30).raise_for_status()
                requests.get(f"{place.url}/help", timeout=30).raise_for_status()
            return [_own(pid) for pid in place.workers()]


def _own(pid):
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return sum(int(it) for it in re.findall(r"^Private_(?:Clean|Dirty): +(\d+) kB", rollup, re.MULTILINE)) / 1024
