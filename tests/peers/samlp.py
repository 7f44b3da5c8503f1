"""samlp, a library of node, as an identity provider that takes everybody for signed in: no session is looked up."""

import os
import shutil
import subprocess
from contextlib import contextmanager

import requests

from idp.conf import ROOT
from tests.environment import free_port
from tests.peers import driving, programs
from tests.saml.keys import a_pair

NAME, MUST = "samlp (node)", 4


def missing():
    """Say what is not there, or nothing."""
    there = shutil.which("node") and (programs.FOLDER / "node_modules" / "samlp").is_dir()
    return "" if there else f"node or samlp is missing: {programs.SET_UP}"


@contextmanager
def serving(folder, _entity, acs):
    """Serve; gives the process's id, the address for requests, and browsers."""
    port, pair = free_port(), a_pair("peer")
    for name, text in (("idp.key", pair.private_pem), ("idp.crt", pair.certificate)):
        (folder / name).write_text(text, encoding="utf-8")
    command = ["node", str(ROOT / "tests" / "peers" / "samlp_server.js"), str(port), acs, str(folder)]
    environment = {"PEERS": str(programs.FOLDER), "PATH": os.environ["PATH"], "NODE_NO_WARNINGS": "1"}
    with (folder / "log").open("w") as log, subprocess.Popen(
        driving.pinned(command), env=environment, stdout=log, stderr=log
    ) as server:  # fmt: skip
        try:
            driving.wait_for(f"http://127.0.0.1:{port}", server)
            browsers = [requests.Session() for _ in range(driving.CONNECTIONS)]
            yield server.pid, f"http://127.0.0.1:{port}/sso", lambda _query: browsers
        finally:
            server.terminate()
