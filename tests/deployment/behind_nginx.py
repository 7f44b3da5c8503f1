"""An installation as in deploy/: nginx ends TLS and passes requests to a socket that outlives the service."""

import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import requests

from idp.conf import ROOT
from tests.environment import free_port
from tests.races.installation import PATIENCE, Installation, children_of
from tests.waiting import until
from tests.web.web_server import Authority

OURS = ROOT / "deploy" / "nginx"
AROUND = """user root; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{}}
http {{
access_log {folder}/nginx-access.log;
client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
{ours}
}}"""
GUNICORN = shutil.which("gunicorn", path=Path(sys.executable).parent)  # starts itself anew as it was started
PAUSE = """import pathlib, sys, time
def pause(event, given):
    here = pathlib.Path(__file__)
    if event == "import" and given[0] == "idp.web.start_up":
        here.with_name("loaded").touch()
        while here.exists():
            time.sleep(0.01)
sys.addaudithook(pause)
"""
HANDED = 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 3<&0'  # as systemd does it


class BehindNginx(Installation):
    """Reached by HTTPS; the certificate at `authority` vouches for it. Its service may be restarted under it."""

    def __init__(self, folder, **environment):
        given = {"LATCHKEY_TRUSTED_PROXIES": "1", "PYTHONPATH": str(folder), **environment}
        super().__init__(folder, https=True, **given)
        self.folder, self.plain_port = folder, free_port()
        self.before_all = folder / "sitecustomize.py"  # which Python runs first
        made = Authority(folder)
        self.authority, self.certificate = str(made.path), made.certify()
        self.held = socket.socket(socket.AF_UNIX)
        self.held.bind(str(folder / "http.sock"))
        self.held.listen(128)
        self.told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.told.bind(str(folder / "notify.sock"))
        self.told.settimeout(PATIENCE)
        self.environment["NOTIFY_SOCKET"] = str(folder / "notify.sock")

    def __enter__(self):
        self.nginx = subprocess.Popen(["/usr/sbin/nginx", "-e", "stderr", "-c", self._configuration()])
        self.start()
        try:
            self.wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            if self.main != self.process.pid:
                self.end(signal.SIGQUIT)
            super().__exit__()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)  # a new version that was to take over and did not
            self.nginx.send_signal(signal.SIGTERM)
            self.nginx.wait(PATIENCE)
            self.held.close()
            self.told.close()

    def start(self):
        command = ["sh", "-c", HANDED, "sh", sys.executable, GUNICORN, "idp.wsgi"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdin=self.held, stdout=log, stderr=log, process_group=0
            )
        self.main = self.process.pid

    def reload(self):
        """As the unit does it. Returns once the new version has read its code; it then waits for `take_over`."""
        self.before_all.write_text(PAUSE, encoding="utf-8")
        os.kill(self.main, signal.SIGUSR2)
        until((self.folder / "loaded").exists)

    def take_over(self):
        """Have the new version go on, and wait until it named itself the main process, as systemd would hear it."""
        self.before_all.unlink()
        while not (named := re.search(r"MAINPID=(\d+)", self.told.recv(1000).decode())):
            pass
        self.main = int(named[1])

    def end(self, how):
        """Have the main process end, which after a reload is no child of ours."""
        main = os.pidfd_open(self.main)
        signal.pidfd_send_signal(main, how)
        ended, _, _ = select.select([main], [], [], PATIENCE)
        os.close(main)
        assert ended

    def workers(self):
        return children_of(self.main)

    def wait(self):
        """Until it serves. A request that arrives before waits its turn in the socket, once nginx listens."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                assert self.get("/healthz").status_code == 200, self.log.read_text()
            except requests.exceptions.SSLError:
                raise
            except requests.ConnectionError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError(self.log.read_text())

    def get(self, path, **more):
        return requests.get(self.url + path, timeout=PATIENCE, **more)

    def _configuration(self):
        """Ours, with the addresses and paths of this test."""
        ours = (OURS / "latchkey.conf").read_text(encoding="utf-8")
        for was, is_now in {
            r"listen \[::\].*": "",
            r"listen 443": f"listen 127.0.0.1:{self.port}",
            r"listen 80;": f"listen 127.0.0.1:{self.plain_port};",
            r"login\.acme\.example": "localhost",
            r"/etc/ssl/(private/)?login\.(pem|key)": str(self.certificate),
            r"/var/log/nginx/latchkey(-error)?\.log": rf"{self.folder}/access\1.log",
            r"/run/latchkey\.sock": f"{self.folder}/http.sock",
            r"client_header_timeout 10s": "client_header_timeout 1s",
            r"/etc/nginx/conf\.d": str(OURS),
        }.items():
            ours, times = re.subn(was, is_now, ours)
            assert times, f"deploy/nginx/latchkey.conf has no {was}"
        made = self.folder / "nginx.conf"
        made.write_text(AROUND.format(folder=self.folder, ours=ours), encoding="utf-8")
        return str(made)
