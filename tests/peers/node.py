"""samlp and samlify, libraries for Node.js: one Express process in production mode, with sessions in memory."""

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass

import requests

from idp.conf import ROOT
from tests.environment import free_port
from tests.peers import driving, programs

WANTED = ("express", "express-session")


@dataclass(frozen=True)
class Library:
    """A library in the small server of `node_server.js`."""

    name: str
    required: float = 4
    goal: float = 6
    times: int = 160

    def missing(self):
        """Return what is missing, or an empty text."""
        there = all((programs.FOLDER / "node_modules" / it).is_dir() for it in (self.name, *WANTED))
        return "" if there and shutil.which("node") else f"node or a package is not installed: {programs.SET_UP}"

    @contextmanager
    def serving(self, folder, query, entity, acs):
        """Serve, with eight browsers signed in."""
        port, log, certificate = free_port(), folder / "log", programs.put_pair(folder)
        url = f"http://127.0.0.1:{port}"
        program = str(ROOT / "tests" / "peers" / "node_server.js")
        command = ["node", program, self.name, str(port), entity, acs, str(folder)]
        environment = {"PEERS": str(programs.FOLDER), "PATH": os.environ["PATH"], "NODE_ENV": "production"}
        with driving.started(command, log, env=environment) as server:
            driving.wait_for(url, server, log)
            browsers = [_signed_in(url, query) for _ in range(driving.BROWSERS)]
            yield driving.Server(server.pid, browsers, certificate)


SAMLP, SAMLIFY = Library("samlp"), Library("samlify")


def _signed_in(url, query):
    cookies = requests.get(f"{url}/login", timeout=60).cookies
    return driving.a_browser(f"{url}/sso", query, cookies.get_dict())[0]
