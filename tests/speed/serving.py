"""Latchkey as in production on one core: gunicorn with one process, all features on, twenty access rules."""

import os
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.speed import place
from tests.user_agents import DESKTOP

CORE = max(os.sched_getaffinity(0))
"""The core of the server; drivers use the others."""
BEHIND_A_PROXY = {"LATCHKEY_TRUSTED_PROXIES": "1"}
FORWARDED = "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\n"
TICK = os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(folder):
    """Serve from this process's database; yield the installation."""
    from tests.races.installation import Installation

    settings = {**place.SETTINGS, **BEHIND_A_PROXY, "WEB_CONCURRENCY": "1", "PYTHONDONTWRITEBYTECODE": ""}
    with on_the_servers_core():
        installation = Installation(folder, socket=folder / "latchkey.sock", **settings)
        installation.start()
    try:
        installation.wait()
        yield installation
    finally:
        installation.__exit__()


@contextmanager
def on_the_servers_core():
    """Run this process, and all that it starts, on the server's core."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {CORE})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


@contextmanager
def beside_the_server():
    """Run this process, and all that it starts, on the other cores, if there are any."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, allowed - {CORE} or allowed)
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def signed_in(numbers):
    """Create an agent whose computer has a session, and return its cookies."""
    now = place.Clock(datetime.now(UTC))  # a server's clock cannot be stopped
    return place.at_a_computer(None, now, place.somebody(next(numbers))).cookies


def request_of(port, cookies, query):
    """Return a whole HTTP request with this AuthnRequest, as nginx sends it on a connection of its own."""
    shown = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return (
        f"GET /saml/sso?{query} HTTP/1.1\r\nHost: localhost:{port}\r\n"
        f"{FORWARDED}User-Agent: {DESKTOP}\r\nAccept-Language: en-GB,en;q=0.9\r\n"
        f"Cookie: {shown}\r\nConnection: close\r\n\r\n"
    )


def processors(pid):
    """Return CPU seconds of a process and its children.

    For running processes, ended threads included, to the nanosecond (clock_getcpuclockid(3)); for ended ones in
    the kernel's ticks.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        own = time.clock_gettime(~pid << 3 | 2)
    except OSError:
        return 0.0
    return own + sum(map(int, fields[13:15])) / TICK + sum(processors(int(it)) for it in children)
