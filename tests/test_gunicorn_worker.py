"""gunicorn's worker: a process whose accepting thread fails makes room for another."""

import signal
import subprocess
import sys

import pytest

from idp.conf import ROOT

pytestmark = pytest.mark.long

FAILS = """
import threading
from gunicorn.workers.gthread import ThreadWorker
from idp import gunicorn_worker

def fail(_):
    raise RuntimeError("can't start new thread")

threading.Thread(target=threading.Event().wait).start()  # a request that does not end
ThreadWorker.run = fail
gunicorn_worker.END_WITHIN = 1
gunicorn_worker.Worker.__new__(gunicorn_worker.Worker).run()
"""


def test_a_process_that_accepts_no_more_ends_although_a_request_does_not():
    done = subprocess.run(
        [sys.executable, "-c", FAILS], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == -signal.SIGALRM
    assert "can't start new thread" in done.stderr
