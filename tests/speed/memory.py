"""Memory of gunicorn's processes after some responses: of one worker, and what each additional worker adds.

Workers share memory with the master that loaded the code. So one worker is measured by its anonymous memory, shared or
not; an additional worker by the proportional set size (PSS) of all processes together.
"""

import re
import tempfile
from pathlib import Path

import requests

from tests.speed.comparisons import Figure

MORE = 3
REQUESTS = 30


def figures(setting):
    if setting.vendor != "sqlite":
        return
    (own, alone), (_, together) = _grown(1), _grown(1 + MORE)
    yield Figure("memory of one worker", round(own, 1), "MiB", 110, 75)
    yield Figure("memory of each additional worker", round((together - alone) / MORE, 1), "MiB", 55, 40)


def _grown(workers):
    """Return MiB of one worker and of all processes, after some pages and signatures."""
    from tests.races.installation import Installation

    with tempfile.TemporaryDirectory() as folder:
        place = Installation(Path(folder), WEB_CONCURRENCY=str(workers))
        with place:
            for _ in range(REQUESTS * workers):
                requests.get(f"{place.url}/saml/metadata?signed", timeout=30).raise_for_status()
                requests.get(f"{place.url}/help", timeout=30).raise_for_status()
            pids = [place.process.pid, *place.workers()]
            return _weight("Anonymous", pids[-1]), sum(_weight("Pss", pid) for pid in pids)


def _weight(kind, pid):
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return int(re.search(rf"^{kind}: +(\d+) kB", rollup, re.MULTILINE)[1]) / 1024
