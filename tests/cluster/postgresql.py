"""A PostgreSQL primary and a replica that has each commit before it is answered."""

import os
import secrets
import subprocess
import time
from pathlib import Path

import psycopg

from tests.cluster.processes import Program, until
from tests.environment import free_port

NAME = "latchkey"
BIN = max(Path("/usr/lib/postgresql").glob("*/bin"))
ROOTS_STAND_IN = "postgres" if os.geteuid() == 0 else None
"""PostgreSQL refuses to run as root; Debian's package brings this user."""


class Pair:
    """Two servers. Until `replicate` there is one; after `fail_over` there is the other."""

    def __init__(self, folder):
        self.folder, self.ports = folder, (free_port(), free_port())
        self.password = secrets.token_hex(12)
        hosts, ports = "127.0.0.1", [str(it) for it in self.ports]
        listed = ",".join(f"{hosts}:{port}" for port in ports)
        self.url = (
            f"postgres://{NAME}:{self.password}@{listed}/postgres?target_session_attrs=read-write&connect_timeout=2"
        )
        folder.mkdir()
        if ROOTS_STAND_IN:
            subprocess.run(["chown", ROOTS_STAND_IN, str(folder)], check=True)
        self.primary, self.replica = (self._server(name, port) for name, port in zip("ab", self.ports, strict=True))

    def _server(self, name, port):
        # No disk has to be waited for: computers that lose their power are not what is tried here.
        words = ["-D", str(self.folder / name), "-p", str(port), "-k", str(self.folder), "-c", "fsync=off"]
        return Program(
            [str(BIN / "postgres"), *words, "-c", "listen_addresses=127.0.0.1"],
            self.folder / f"{name}.log",
            user=ROOTS_STAND_IN,
        )

    def start(self):
        secret = self.folder / "password"
        secret.write_text(self.password)
        self._run("initdb", "-D", self.folder / "a", "-U", NAME, "-A", "scram-sha-256", "--pwfile", secret, "-N")
        self.primary.start()
        until(lambda: self.answers(self.ports[0]), "the primary's start")
        return self

    def replicate(self):
        """Copy the primary, and from then on let no commit be answered that the copy has not got."""
        whence = f"host=127.0.0.1 port={self.ports[0]} user={NAME} password={self.password}"
        self._run("pg_basebackup", "-d", whence, "-D", self.folder / "b", "-R", "-X", "stream", "-c", "fast", "-N")
        self.replica.start()
        until(lambda: self.answers(self.ports[1]), "the replica's start")
        with self.connect(self.ports[0]) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            connection.execute("SELECT pg_reload_conf()")
        until(self.synchronous, "replication")

    def copy(self, database):
        """Take another database over, with all that is in it; named as its settings are."""
        own, pipe = self._own(self.ports[0]), subprocess.PIPE
        theirs = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
        dump = subprocess.run([str(BIN / "pg_dump"), "--no-owner", theirs], check=True, stdout=pipe).stdout
        quiet = [str(BIN / "psql"), "-q", "-X", "-v", "ON_ERROR_STOP=1", own]
        subprocess.run(quiet, input=dump, check=True, stdout=subprocess.DEVNULL)

    def lag(self):
        """From now on the replica hears nothing of the primary, which goes on without it."""
        with self.connect(self.ports[0]) as connection:
            connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
            connection.execute("SELECT pg_reload_conf()")
        with self.connect(self.ports[1]) as connection:
            connection.execute("ALTER SYSTEM SET primary_conninfo = ''")
            connection.execute("SELECT pg_reload_conf()")
        until(lambda: self.synchronous() is None, "that nothing is replicated")

    def synchronous(self):
        with self.connect(self.ports[0]) as connection:
            found = connection.execute("SELECT sync_state FROM pg_stat_replication").fetchone()
        return found and found == ("sync",)

    def fail_over(self, unnoticed):
        """The primary's computer is gone; after so many seconds the replica is told to be the primary."""
        self.primary.kill()
        time.sleep(unnoticed)
        with self.connect(self.ports[1]) as connection:
            assert connection.execute("SELECT pg_promote()").fetchone() == (True,)

    def connect(self, port):
        return psycopg.connect(
            host="127.0.0.1", port=port, user=NAME, password=self.password, dbname="postgres", autocommit=True
        )

    def _own(self, port):
        return f"postgresql://{NAME}:{self.password}@127.0.0.1:{port}/postgres"

    def answers(self, port):
        try:
            self.connect(port).close()
        except psycopg.OperationalError:
            return False
        return True

    def kill(self):
        self.replica.kill()
        self.primary.kill()

    def _run(self, program, *words):
        subprocess.run(
            [str(BIN / program), *map(str, words)],
            check=True,
            capture_output=True,
            user=ROOTS_STAND_IN,
            group=ROOTS_STAND_IN,
            cwd=self.folder,
        )
