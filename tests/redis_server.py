"""A Redis of the tests' own, which can be emptied, hung, killed and brought back."""

import os
import shutil
import signal
import socket
import subprocess
import time

from tests.environment import FOLDER, free_port

SECONDS = 10
ARGUMENTS = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", FOLDER]


class RedisServer:
    """A redis-server on a port of this computer. Stopped by its pid."""

    def __init__(self):
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = None

    def start(self):
        """Start it, unless it runs, and wait until it answers."""
        if self.process is None:
            command = [shutil.which("redis-server"), "--port", str(self.port), *ARGUMENTS]
            self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            until = time.monotonic() + SECONDS
            while not self._says("PING", b"+PONG"):
                assert time.monotonic() < until, "redis-server did not start"
                time.sleep(0.01)
        return self

    def kill(self):
        """End it as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(SECONDS)
            self.process = None

    def flush(self):
        """Let it forget everything."""
        assert self._says("FLUSHALL", b"+OK")

    def hang(self):
        """Let it take connections and say nothing."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self):
        """Let it speak again, if it hangs."""
        if self.process is not None:
            os.kill(self.process.pid, signal.SIGCONT)

    def _says(self, command, answer):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS) as connection:
                connection.sendall(f"{command}\r\n".encode())
                return connection.recv(64).startswith(answer)
        except OSError:
            return False
