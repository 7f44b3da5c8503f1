"""Nodes on one database and one Redis, and the nginx of deploy/ before them."""

import os

import requests

from idp.conf import ROOT
from tests.cluster.processes import PATIENCE, Program, kill_all, until
from tests.deployment.behind_nginx import AROUND
from tests.races.installation import Installation

NODES = 3
BEFORE = """
limit_req_zone $binary_remote_addr zone=latchkey_requests:10m rate=300r/s;
limit_conn_zone $binary_remote_addr zone=latchkey_connections:10m;
access_log off;
upstream latchkey {{ {nodes} }}
server {{
    listen 127.0.0.1:{port};
    set $latchkey latchkey;
    include {locations};
}}"""
NODE = "server 127.0.0.1:{} max_fails=1 fail_timeout=2s;"


class Place:
    """What browsers reach at `url`."""

    def __init__(self, folder, port):
        self.folder, self.url, self.port = folder, f"http://localhost:{port}", port

    def start(self):
        self.nodes = [self._node(nr) for nr in range(NODES)]
        written = self.folder / "nginx.conf"
        around = AROUND.replace("events {{}}", "events {{ worker_connections 4000; }}")
        written.write_text(around.format(folder=self.folder, ours=self._before()))
        self.nginx = Program(["/usr/sbin/nginx", "-e", "stderr", "-c", str(written)], self.folder / "nginx.err")
        self.nginx.start()
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            node.wait()
        until(self.serves, "that the place serves")
        return self

    def _node(self, nr):
        folder = self.folder / f"node-{nr}"
        folder.mkdir()
        as_here = {name: os.environ[name] for name in ("DATABASE_URL", "LATCHKEY_BASE_URL")}
        return Installation(folder, WEB_CONCURRENCY="1", LATCHKEY_TRUSTED_PROXIES="1", **as_here)

    def _before(self):
        nodes = " ".join(NODE.format(it.port) for it in self.nodes)
        return BEFORE.format(nodes=nodes, port=self.port, locations=ROOT / "deploy/nginx/latchkey-locations.inc")

    def serves(self):
        try:
            return requests.get(f"{self.url}/healthz", timeout=PATIENCE).status_code == 200
        except requests.ConnectionError:
            return False

    def ready(self):
        """What each node says of itself."""
        asked = [requests.get(f"http://127.0.0.1:{it.port}/readyz", timeout=PATIENCE) for it in self.nodes]
        return [it.json() for it in asked]

    def kill_a_node(self):
        """kill -9 of a whole node; `bring_it_back` starts it again."""
        kill_all(self.nodes[0].process)

    def bring_it_back(self):
        self.nodes[0].start()
        self.nodes[0].wait()

    def kill(self):
        for node in getattr(self, "nodes", []):
            if hasattr(node, "process"):
                kill_all(node.process)
        if hasattr(self, "nginx"):
            self.nginx.kill()
