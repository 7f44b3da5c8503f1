"""A Redis server for tests, which can be emptied, hung, killed and restarted."""

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
    """A redis-server on a loopback port."""

    def __init__(self, *more):
        """`more` arguments come last, so they override the usual ones."""
        self.more, self.port = more, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = None

    def start(self):
        """Start it if it does not run, and wait until it answers."""
        if self.process is None:
            command = [shutil.which("redis-server"), "--port", str(self.port), *ARGUMENTS, *self.more]
            self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            until = time.monotonic() + SECONDS
            while not self._answers("PING", b"+PONG"):
                assert time.monotonic() < until, "redis-server did not start"
                time.sleep(0.01)
        return self

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()

    def kill(self):
        """Kill it, like a crash."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(SECONDS)
            self.process = None

    def flush(self):
        """Delete all keys."""
        assert self._answers("FLUSHALL", b"+OK")

    def hang(self):
        """Stop the process: connections open, and get no answer."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self):
        """Continue the process if it hangs."""
        if self.process is not None:
            os.kill(self.process.pid, signal.SIGCONT)

    def _answers(self, command, answer):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS) as connection:
                connection.sendall(f"{command}\r\n".encode())
                return connection.recv(64).startswith(answer)
        except OSError:
            return False
