"""How gunicorn serves the application. Threads, because a sign-in waits on Twilio; one process on SQLite."""

import gc
import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any

from gunicorn import glogging, systemd

from idp import log_lines

workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
threads = 8
worker_class = "idp.gunicorn_worker.Worker"
# Connections wait here until a thread takes them. Linux allows no more by default (net.core.somaxconn).
backlog = 4096
# A signed request with 4 kB of RelayState is longer than the default line; the application refuses over 32 kB. The
# worker raises gunicorn's highest limit to this.
limit_request_line = 64 * 1024
# As nginx takes: the cookies that other sites set for a whole domain are longer than gunicorn's default, 8 kB.
limit_request_field_size = 32 * 1024
timeout = 60
# A request under way ends before its process does: at worst it waits twice for Twilio, 11 s each.
graceful_timeout = 30
control_socket_disable = True
# The master loads the application: it takes no connection before it can serve, and workers share what it loaded. So
# new code takes a new master (USR2), which `when_ready` below has take over; HUP would start the old code again.
preload_app = True


class Log(glogging.Logger):
    """gunicorn's own lines, without what it would gather for a line of each request and then throw away."""

    access_log_enabled = False


logger_class = Log
# gunicorn's own lines are JSON too; requests are logged by the application, without what is personal.
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": log_lines.FORMATTERS,
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": log_lines.OURS}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False}},
}

# Where the processes count requests, for /metrics: in systemd's folder for this service, which no cleaner of /tmp
# empties, if there is one. A new master (USR2) must not share the folder of the old one; a master that reads
# this again (HUP) goes on with its own. Counts of processes that ended stay, or sums would fall.
COUNTS = "PROMETHEUS_MULTIPROC_DIR"
_own = f"latchkey-metrics-{os.getpid()}-"
if os.environ.get("LATCHKEY_METRICS_TOKEN") and not Path(os.environ.get(COUNTS, "")).name.startswith(_own):
    _folder = os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0] or None
    os.environ[COUNTS] = tempfile.mkdtemp(prefix=_own, dir=_folder)


def on_starting(arbiter: Any) -> None:  # noqa: ANN401 - gunicorn has no types
    """Read the rest of the code, before the socket is made and workers are forked.

    Does not take over from a master that serves if the tables of this version are missing.
    """
    from idp.web import start_up  # noqa: PLC0415 - the application has to be loaded before

    if arbiter.master_pid:
        start_up.end_if_unmigrated()
    start_up.import_pages()


def pre_exec(arbiter: Any) -> None:  # noqa: ANN401 - gunicorn has no types
    """Put systemd's sockets where the next master looks for them: gunicorn moved them when it took them."""
    if arbiter.systemd:
        for fd, listener in enumerate(arbiter.LISTENERS, systemd.SD_LISTEN_FDS_START):
            os.dup2(listener.fileno(), fd)


def when_ready(arbiter: Any) -> None:  # noqa: ANN401 - the same
    """Take over from the master that started this one, if one did: the socket is shared, so nobody is turned away.

    systemd is told who serves from now on; the old master lets its requests end, and goes.
    """
    gc.freeze()  # what is loaded stays, and a collection that wrote to it would give each worker a copy
    if arbiter.master_pid and arbiter.master_pid == os.getppid():
        systemd.sd_notify(f"MAINPID={os.getpid()}", arbiter.log)
        os.kill(arbiter.master_pid, signal.SIGTERM)


def post_fork(_: object, __: object) -> None:
    """Have what needs a thread of its own begin in the worker; pools, Redis and counts notice the fork themselves."""
    from django.conf import settings  # noqa: PLC0415 - the application has to be loaded before

    if settings.DATABASES["default"]["ENGINE"] == "idp.postgresql":
        from idp.postgresql import base, watchdog  # noqa: PLC0415 - read only where there is one

        watchdog.Watchdog(base.waiting).start()
    if os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        from idp import tracing  # noqa: PLC0415 - its packages are there only for those who trace

        tracing.send()


def on_exit(_: object) -> None:
    """Take the counts away with the master that they belong to."""
    if os.environ.get("LATCHKEY_METRICS_TOKEN"):
        shutil.rmtree(os.environ[COUNTS], ignore_errors=True)
