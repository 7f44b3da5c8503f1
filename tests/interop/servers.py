"""The programs that service providers run in: one Apache and Shibboleth's daemon, on loopback ports of their own.

They write only below one folder, and end with the block that started them.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.environment import free_port
from tests.saml.keys import a_pair

HOST = "127.0.0.1"
MODULES = Path("/usr/lib/apache2/modules")
WANTED_MODULES = ("mpm_prefork", "authn_core", "authz_core", "authz_user", "alias", "dir", "env", "auth_mellon", "shib")
PATIENCE = 30.0
APACHE = """
ServerRoot "{folder}"
ServerName {host}
Listen {host}:{port}
PidFile "{folder}/apache.pid"
Mutex file:{folder}
ErrorLog "{folder}/apache.log"
User www-data
Group www-data
StartServers 4
MaxRequestWorkers 12
{modules}
LoadModule php_module {php}
php_admin_flag opcache.enable off
DocumentRoot "{folder}/www"
<FilesMatch "\\.php$">
    SetHandler application/x-httpd-php
</FilesMatch>
<Directory "{folder}/www">
    Require all granted
</Directory>
{services}
"""


@dataclass(frozen=True)
class Place:
    """Where the service providers live."""

    folder: Path
    port: int
    shibd_port: int

    @property
    def url(self):
        return f"http://{HOST}:{self.port}"

    @property
    def idp_metadata(self):
        """The file from which every service provider learns of us."""
        return self.folder / "idp.xml"

    def write(self, path, text):
        """Write a file that every server can read, in a later second than before: Shibboleth compares whole ones."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        before = file.stat().st_mtime if file.exists() else 0
        file.write_text(text)
        newer = max(file.stat().st_mtime, before + 1)
        os.utime(file, (newer, newer))
        file.chmod(0o644)
        return file

    def write_key(self, name):
        """Write a key pair; return the paths of its private key and certificate."""
        pair = a_pair(name)
        return self.write(f"{name}.key", pair.private_pem), self.write(f"{name}.crt", pair.certificate)


@contextmanager
def a_place():
    """Make an empty place. The folder is open to all, because Apache gives up being root."""
    folder = Path(tempfile.mkdtemp(prefix="latchkey-interop-"))
    folder.chmod(0o755)
    for name in ("www", "state"):
        (folder / name).mkdir()
        (folder / name).chmod(0o777)
    try:
        yield Place(folder, free_port(), free_port())
    finally:
        if "KEEP_INTEROP" not in os.environ:
            shutil.rmtree(folder)


class Server:
    """A program that listens on a port. It ends with its `with` block."""

    def __init__(self, place, port, *command):
        self.port, self.command = port, command
        self.log = place.folder / f"{command[0]}.out"
        self.process = None

    def __enter__(self):
        program = shutil.which(self.command[0], path=f"{os.environ['PATH']}:/usr/sbin")
        assert program, f"{self.command[0]} is missing: bin/interop-programs installs it"
        with self.log.open("wb") as output:
            # A group of its own, because Apache ends its whole group.
            self.process = subprocess.Popen([program, *self.command[1:]], stdout=output, stderr=output, process_group=0)
        try:
            self._wait()
        except AssertionError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=PATIENCE)

    def restart(self):
        self.__exit__()
        self.__enter__()

    def _wait(self):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self.process.poll() is None, f"{self.command[0]} ended: {self.log.read_text()}"
            with socket.socket() as probe:
                if probe.connect_ex((HOST, self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError(f"{self.command[0]} does not listen: {self.log.read_text()}")


def apache(place, services):
    """Return Apache with the configurations of these services."""
    text = APACHE.format(
        folder=place.folder,
        host=HOST,
        port=place.port,
        modules="\n".join(f"LoadModule {_symbol(it)} {MODULES}/mod_{it}.so" for it in WANTED_MODULES),
        php=next(MODULES.glob("libphp*.so"), "absent: bin/interop-programs installs it"),
        services="\n".join(services),
    )
    configuration = place.write("apache.conf", text)
    return Server(place, place.port, "apache2", "-f", str(configuration), "-DFOREGROUND")


def shibd(place, configuration):
    """Return Shibboleth's daemon."""
    pid = f"{place.folder}/state/shibd.pid"
    return Server(place, place.shibd_port, "shibd", "-F", "-f", "-c", str(configuration), "-p", pid)


def _symbol(module):
    return "mod_shib" if module == "shib" else f"{module}_module"
