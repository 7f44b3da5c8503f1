"""Two server processes count requests; each reports the counts of both, even of a dead one."""

import os
import signal
import socket
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.races.installation import PATIENCE, Installation
from tests.waiting import until
from tests.web.monitor import TOKEN

pytestmark = [pytest.mark.slow, pytest.mark.each_database]
ROW = {"server": socket.gethostname(), "route": "/.well-known/jwks.json", "status": "2xx"}


@contextmanager
def held(worker):
    """While one worker sleeps, the other answers everything."""
    os.kill(worker, signal.SIGSTOP)
    until(lambda: all(") T " in it.read_text() for it in Path(f"/proc/{worker}/task").glob("*/stat")))
    yield
    os.kill(worker, signal.SIGCONT)


def ask(installation, path, **headers):
    answer = requests.get(installation.url + path, headers=headers, timeout=PATIENCE)
    assert answer.status_code == 200, answer.text
    return answer.text


def counted(installation):
    families = text_string_to_metric_families(ask(installation, "/metrics", Authorization=f"Bearer {TOKEN}"))
    samples = [it for family in families for it in family.samples if it.name == "latchkey_request_seconds_count"]
    return sum(it.value for it in samples if it.labels == ROW)


def test_each_process_reports_the_metrics_of_all_processes(transactional_db, keys, tmp_path):
    kept = {"LATCHKEY_METRICS_TOKEN": TOKEN, "WEB_CONCURRENCY": "2", "RUNTIME_DIRECTORY": str(tmp_path)}
    with Installation(tmp_path, **kept) as installation:
        one, other = installation.workers()
        for worker, times in ((one, 2), (other, 3)):
            with held(worker):
                for _ in range(times):
                    ask(installation, ROW["route"])
        for worker in (one, other):
            with held(worker):
                assert counted(installation) == 5
        assert {int(it.stem.split("_")[-1]) for it in Path(tmp_path).glob("*/histogram_*.db")} == {one, other}
        os.kill(one, signal.SIGKILL)
        until(lambda: one not in installation.workers())  # a request that it had just taken would end with it
        assert counted(installation) == 5
