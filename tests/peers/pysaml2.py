"""djangosaml2idp on pysaml2 and xmlsec1, served by gunicorn with as many threads as Latchkey; sessions in SQLite."""

import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

from tests.environment import free_port
from tests.peers import driving, programs

name, required, goal, times = "djangosaml2idp", 30, 50, 24
PROJECT = Path(__file__).parent / "djangosaml2idp_project.py"
LEFT = Path("/tmp/djangosaml2idp")
"""The folder where it stores the metadata of services, by primary key."""


def missing():
    """Return what is missing, or an empty text."""
    there = programs.has(name, "djangosaml2idp.idp, gunicorn") and Path("/usr/bin/xmlsec1").exists()
    return "" if there else f"it or xmlsec1 is not installed: {programs.SET_UP}"


@contextmanager
def serving(folder, query, entity, acs):
    """Serve, with eight sessions of one user."""
    port, log, certificate = free_port(), folder / "log", programs.put_pair(folder)
    url = f"http://127.0.0.1:{port}"
    told = {"FOLDER": str(folder), "URL": url, "ENTITY": entity, "ACS": acs, "PATH": os.environ["PATH"]}
    python = programs.python(name)
    gunicorn = ["-m", "gunicorn", "--threads", "8", "--no-control-socket", "--bind", f"127.0.0.1:{port}"]
    shutil.rmtree(LEFT, ignore_errors=True)
    try:
        made = subprocess.run([python, PROJECT], env=told, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr
        command = [python, *gunicorn, f"{PROJECT.stem}:application"]
        with driving.started(command, log, env=told, cwd=PROJECT.parent) as server:
            driving.wait_for(url, server, log)
            sso = f"{url}/idp/sso/redirect/"
            sessions = json.loads(made.stdout)
            browsers = [driving.a_browser(sso, query, {"sessionid": it})[0] for it in sessions]
            yield driving.Server(server.pid, browsers, certificate)
    finally:
        shutil.rmtree(LEFT, ignore_errors=True)
