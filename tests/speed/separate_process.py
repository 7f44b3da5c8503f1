"""Runs the measuring module of a benchmark in a separate process, on SQLite or on PostgreSQL."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from idp.conf import ROOT

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def results(module, vendor, *arguments):
    """Return what `python -m module FILE arguments` writes to FILE as JSON. If it fails, exit with its log's end."""
    with tempfile.TemporaryDirectory(prefix="latchkey-benchmark-") as folder:
        found, log = Path(folder) / "found.json", Path(folder) / "log"
        command = [sys.executable, "-m", module, str(found), *arguments]
        if vendor == "postgresql":
            command = [str(ROOT / "bin" / "on-postgresql-and-redis"), *command]
        environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
        with log.open("w") as lines:
            ended = subprocess.run(command, cwd=ROOT, env=environment, stdout=lines, stderr=lines, check=False)
        if ended.returncode or not found.exists():
            sys.exit(f"The measurement on {NAMES[vendor]} failed. The end of its log:\n{log.read_text()[-4000:]}")
        return json.loads(found.read_text())
