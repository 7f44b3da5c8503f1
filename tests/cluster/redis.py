"""A Redis, its replica, and two sentinels that make the replica the master when the master is gone."""

from redis import Redis, RedisError

from tests.cluster.processes import Program, until
from tests.environment import free_port

SERVICE = "latchkey"
WATCH = """port {port}
bind 127.0.0.1
dir {folder}
sentinel monitor {service} 127.0.0.1 {master} 2
sentinel down-after-milliseconds {service} 1000
sentinel failover-timeout {service} 5000
"""


class Watched:
    """Both servers and both sentinels. Killed by `kill`."""

    def __init__(self, folder):
        folder.mkdir()
        self.ports, self.watchers = (free_port(), free_port()), (free_port(), free_port())
        first = str(self.ports[0])
        self.servers = [
            self._server(folder, port, more)
            for port, more in zip(self.ports, ([], ["--replicaof", "127.0.0.1", first]), strict=True)
        ]
        self.sentinels = [self._sentinel(folder, port) for port in self.watchers]
        self.url = f"redis+sentinel://{','.join(f'127.0.0.1:{it}' for it in self.watchers)}/{SERVICE}/0"

    def _server(self, folder, port, more):
        words = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        return Program(["redis-server", *words, "--repl-diskless-sync-delay", "0", *more], folder / f"{port}.log")

    def _sentinel(self, folder, port):
        written = folder / f"sentinel-{port}.conf"
        written.write_text(WATCH.format(port=port, folder=folder, service=SERVICE, master=self.ports[0]))
        return Program(["redis-server", str(written), "--sentinel"], folder / f"{port}.log")

    def start(self):
        for program in [*self.servers, *self.sentinels]:
            program.start()
        until(self._all_know_each_other, "that the sentinels know each other and the replica")
        return self

    def _all_know_each_other(self):
        told = [self._told(port, 0) for port in self.watchers]
        return all(it.get("num-slaves") == "1" and it.get("num-other-sentinels") == "1" for it in told)

    def _told(self, port, _):
        try:
            with Redis(port=port, decode_responses=True) as sentinel:
                listed = sentinel.execute_command("SENTINEL", "MASTER", SERVICE)
        except RedisError:
            return {}
        return dict(listed) if isinstance(listed, dict) else dict(zip(listed[::2], listed[1::2], strict=True))

    def master(self):
        """The port of the master, as the sentinels say."""
        return int(self._told(self.watchers[0], 0).get("port", 0))

    def flush(self):
        with Redis(port=self.master()) as owner:
            owner.flushall()

    def fail_over(self):
        """The master's computer is gone. Returns the seconds until the sentinels name another."""
        self.servers[0].kill()
        return until(lambda: self.master() == self.ports[1], "the failover of Redis")

    def back(self):
        """The computer that was gone is back; the sentinels make it a replica."""
        self.servers[0].start()

    def kill(self):
        for program in [*self.sentinels, *self.servers]:
            program.kill()
