"""Memory of gunicorn's processes once each has answered: what one of them holds, and what another one adds to all.

Workers share with their master what it loaded. So a worker is weighed with all that is not a file's, shared or not;
what another adds is the difference of all processes together, each with its part of what it shares.
"""

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
    (own, alone), (_, together) = _grown(1), _grown(1 + MORE)
    yield Figure("memory of one worker", round(own, 1), "MiB", 110, 75)
    yield Figure("memory of each additional worker", round((together - alone) / MORE, 1), "MiB", 55, 40)


def _grown(workers):
    """Return what one worker holds and what all processes take, in MiB, after some pages and signatures."""
    from tests.races.installation import Installation

    with tempfile.TemporaryDirectory() as folder:
        place = Installation(Path(folder), WEB_CONCURRENCY=str(workers))
        with place:
            for _ in range(ASKED * workers):
                requests.get(f"{place.url}/saml/metadata?signed", timeout=30).raise_for_status()
                requests.get(f"{place.url}/help", timeout=30).raise_for_status()
            everybody = [place.process.pid, *place.workers()]
            return _weight("Anonymous", everybody[-1]), sum(_weight("Pss", pid) for pid in everybody)


def _weight(kind, pid):
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return int(re.search(rf"^{kind}: +(\d+) kB", rollup, re.MULTILINE)[1]) / 1024
