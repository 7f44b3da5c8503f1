"""samlp and samlify, libraries of node: one process of express, with its session in memory and NODE_ENV=production."""

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
    """One of the two, in the same small server: `of_node.js`."""

    name: str
    must: float = 4
    aim: float = 6
    times: int = 160

    def missing(self):
        """Say what is not there, or nothing."""
        there = all((programs.FOLDER / "node_modules" / it).is_dir() for it in (self.name, *WANTED))
        return "" if there and shutil.which("node") else f"node or a package is missing: {programs.SET_UP}"

    @contextmanager
    def serving(self, folder, query, entity, acs):
        """Serve, with everybody signed in."""
        port, log, certificate = free_port(), folder / "log", programs.put_pair(folder)
        url = f"http://127.0.0.1:{port}"
        program = str(ROOT / "tests" / "peers" / "of_node.js")
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
