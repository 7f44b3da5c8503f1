"""How gunicorn serves the application. Threads, because a sign-in waits on Twilio; one process on SQLite."""

import os
import shutil
import tempfile
from pathlib import Path

from idp import log_lines

workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
threads = 8
worker_class = "gthread"
# A signed request with 4 kB of RelayState is longer than the default line; the application refuses over 32 kB.
limit_request_line = 0
keepalive = 5
timeout = 60
# A request under way ends before its process does: at worst it waits twice for Twilio, 11 s each.
graceful_timeout = 30
control_socket_disable = True
preload_app = False
# gunicorn's own lines are JSON too; requests are logged by the application, without what is personal.
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": log_lines.FORMATTERS,
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False}},
}

# Where the processes count requests, for /metrics: in systemd's folder for this service, which no cleaner of /tmp
# empties, if there is one. A new master (USR2) inherits the variable of the old one, and must not share its folder; one
# that reads this again (HUP) goes on with its own. Counts of processes that ended stay, or sums would fall.
COUNTS = "PROMETHEUS_MULTIPROC_DIR"
_own = f"latchkey-metrics-{os.getpid()}-"
if os.environ.get("LATCHKEY_METRICS_TOKEN") and not Path(os.environ.get(COUNTS, "")).name.startswith(_own):
    _folder = os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0] or None
    os.environ[COUNTS] = tempfile.mkdtemp(prefix=_own, dir=_folder)


def on_exit(_: object) -> None:
    """Take the counts away with the master that they belong to."""
    if os.environ.get("LATCHKEY_METRICS_TOKEN"):
        shutil.rmtree(os.environ[COUNTS], ignore_errors=True)
