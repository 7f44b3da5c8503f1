"""The driver: eight connections ask one server on one core for silent sign-ins, and its processor time is read off."""

import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import requests

CONNECTIONS = 8
TICK = os.sysconf("SC_CLK_TCK")
ANSWERED = re.compile(r'name="SAMLResponse"\s+value="[^"]{1000,}"')


@dataclass(frozen=True)
class Taken:
    """What a sign-in took: milliseconds of the server's processor, and how many there were a second."""

    milliseconds: float
    a_second: float


def pinned(command):
    """Keep a server on the last core; the driver has the others."""
    return ["taskset", "--cpu-list", str(max(os.sched_getaffinity(0))), *command]


def drive(server, browsers, address, times):
    """Have each browser sign in again and again. `server`: its process id; `address()` gives a fresh request."""

    def sign_in_often(browser):
        for _ in range(times // CONNECTIONS):
            answer = browser.get(address(), timeout=60)
            assert ANSWERED.search(answer.text), (answer.status_code, answer.url, answer.text[:800])

    began, worked = time.perf_counter(), processors(server)
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(sign_in_often, browsers))
    done = times // CONNECTIONS * CONNECTIONS
    return Taken(1000 * (processors(server) - worked) / done, done / (time.perf_counter() - began))


def processors(pid):
    """Seconds of processor that a process has taken, with its children of now and those that ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, fields[11:15])) / TICK + sum(map(processors, children))


def wait_for(address, process, patience=30.0):
    """Wait until a server answers whatever it likes."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        assert process.poll() is None, f"{process.args} has ended"
        try:
            return requests.get(address, timeout=patience)
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError(f"{address} does not answer")
