"""gunicorn's worker with threads, in which whoever takes a connection answers it and closes it.

gunicorn's own (gthread) takes connections in one thread, answers in others, and closes in the first again, which waits
there until the other side has closed too. Here threads wait at one door, a kernel's epoll: for connections that come,
and for those that are open and silent, which cost no thread. Few look after the door while they compute, since threads
that take turns at Python's lock cost more than they bring; the others step in where these wait, as for Twilio.

How a request is read, answered and refused is gunicorn's.
"""

import errno
import os
import select
import socket
import struct
import time
from concurrent import futures
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock, get_ident
from types import FrameType
from typing import Any

from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn, ThreadWorker

AT_THE_DOOR = 3
"""Threads that always take what comes."""
A_LOOK = 0.02
"""Seconds for which something waits at the door until another thread looks why."""
COMPUTING = 0.5
"""Of a core: a process that takes more computes, and another thread would not make it quicker."""
A_SHIFT = 0.25
"""Seconds for which another thread then takes what comes, too."""
SILENCE = struct.pack("ll", 10, 0)
"""For how long a request may stop midway, as in deploy/nginx: 10 seconds, as the kernel takes them."""
TAKING = struct.pack("ll", 30, 0)
"""For how long nothing of an answer may be taken, as in deploy/nginx: 30 seconds."""
PARTING = 2.0
"""Seconds for which is taken, and thrown away, what the other side goes on sending after the answer."""
A_TICK = 1.0
A_PAUSE = 0.1
"""Seconds until a thread tries again that could not take who came."""


class Log(Logger):  # type: ignore[misc] # gunicorn has no types
    """gunicorn's own lines, without what it would gather for a line of each request: those are the application's."""

    access_log_enabled = False


class Caller(socket.socket):
    """The other side; one that says nothing for long has gone."""

    def is_silent(self) -> bool:
        """Tell whether it is there and has said nothing yet, as a browser's that connects before it has to."""
        self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, SILENCE)
        self.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, TAKING)
        with suppress(OSError):
            try:
                super().recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
            except BlockingIOError:
                return True
        return False

    def recv(self, *args: Any) -> bytes:
        """Return what was said, and nothing where nothing was."""
        try:
            return super().recv(*args)
        except BlockingIOError:
            return b""

    def sendall(self, *args: Any) -> None:
        """Say this; who does not take it has gone."""
        try:
            super().sendall(*args)
        except BlockingIOError as fault:
            raise BrokenPipeError(errno.EPIPE, "not taken") from fault


@dataclass(frozen=True, slots=True)
class Parked:
    """A connection that is open and says nothing. `until`: when it is closed; `answered`: it will not be asked more."""

    conn: Any
    until: float
    answered: bool


class Worker(ThreadWorker):  # type: ignore[misc]
    """One process that answers."""

    def init_process(self) -> None:
        """Make what the threads share, then serve."""
        self._door, self._over = select.epoll(), os.eventfd(0)
        self._listeners = {it.fileno(): it for it in self.sockets}
        self._parked = self.keepalived_conns = dict[int, Parked]()  # gunicorn looks how many there are
        self._yard = Lock()  # a connection is in `_parked` and at the door, or in neither
        self._bench, self._begun = Lock(), dict[int, float]()
        super().init_process()

    def run(self) -> None:
        """Serve until told to end; then let requests under way end, and those on connections that are kept open."""
        self._door.register(self._over, select.EPOLLIN)
        for fd, listener in self._listeners.items():
            listener.setblocking(False)
            self._door.register(fd, select.EPOLLIN)  # EXCLUSIVE wakes one process, which may end on its way
        always = min(AT_THE_DOOR, self.cfg.threads)
        crew = [self.tpool.submit(self._serve) for _ in range(always)]
        crew += [self.tpool.submit(self._help) for _ in range(self.cfg.threads - always)]
        while self.alive and self.is_parent_alive() and not any(it.done() for it in crew):
            if not self._all_hang():
                self.notify()
            self._tick(A_TICK)
        self._end(crew)

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """End at once, without waiting for anything but requests under way."""
        os.eventfd_write(self._over, 1)
        super().handle_quit(sig, frame)

    def _end(self, crew: list["Future[None]"]) -> None:
        self.alive = False
        until = time.monotonic() + self.cfg.graceful_timeout
        for fd in self._listeners:
            self._door.unregister(fd)
        while self._parked and time.monotonic() < until:
            self._tick(A_TICK / 10)
        os.eventfd_write(self._over, 1)
        for it in futures.wait(crew, max(0.0, until - time.monotonic())).done:
            if fault := it.exception():
                self.log.error("A thread that answers has ended", exc_info=fault)
        self.tpool.shutdown(wait=False)
        for listener in self.sockets:
            listener.close()

    def _tick(self, seconds: float) -> None:
        """Wait, for a signal at most, and close connections whose time is over."""
        if select.select([self.PIPE[0]], [], [], seconds)[0]:
            os.read(self.PIPE[0], 4096)
        now = time.monotonic()
        with self._yard:
            for it in [self._unpark(fd) for fd, it in self._parked.copy().items() if it.until < now]:
                it.conn.close()

    def _all_hang(self) -> bool:
        """Tell whether nobody is left to answer, and has not been for long. gunicorn then starts another process."""
        begun = list(self._begun.values())
        return len(begun) == int(self.cfg.threads) and time.monotonic() - max(begun) > float(self.cfg.timeout)

    def _serve(self) -> None:
        while self._take(-1):
            pass

    def _help(self) -> None:
        while True:
            with self._bench:
                if not self._needed():
                    return
            until = time.monotonic() + A_SHIFT
            while (left := until - time.monotonic()) > 0:
                if not self._take(left):
                    return

    def _needed(self) -> bool:
        """Wait until something waits though the process does not compute. Returns whether there is more to do."""
        look = select.poll()
        look.register(self._over, select.POLLIN)
        look.register(self._door, select.POLLIN)
        while self._over not in dict(look.poll()):
            since, computed = time.monotonic(), time.process_time()
            time.sleep(A_LOOK)
            if look.poll(0) and time.process_time() - computed < COMPUTING * (time.monotonic() - since):
                return True
        return False

    def _take(self, seconds: float) -> bool:
        """Wait for the next, so long at most (-1: for ever), and deal with it. Returns whether there is more to do."""
        for fd, _ in self._door.poll(seconds, 1):
            if fd == self._over:
                return False
            try:
                conn = self._accept(self._listeners[fd]) if fd in self._listeners else self._speaks(fd)
                if conn is not None:
                    self._answer(conn)
            except Exception:  # else this thread ends, and the process with it
                self.log.exception("A connection is given up")
        return True

    def _accept(self, listener: socket.socket) -> Any:  # noqa: ANN401 - gunicorn has no types
        try:
            taken, address = listener.accept()
        except OSError as fault:
            if fault.errno in (errno.EAGAIN, errno.ECONNABORTED):  # another was quicker; who came is gone
                return None
            if fault.errno == errno.EMFILE and self._close_oldest():
                return None
            self.log.warning("Who came could not be taken: %s", fault)  # and waits, as does the next
            time.sleep(A_PAUSE)
            return None
        caller = Caller(taken.family, taken.type, taken.proto, taken.detach())
        conn = TConn(self.cfg, caller, address, listener.getsockname())
        conn.data_ready = True
        if caller.is_silent():
            self._park(conn, self.cfg.keepalive)
            return None
        return conn

    def _speaks(self, fd: int) -> Any:  # noqa: ANN401
        with self._yard:
            parked = self._unpark(fd) if fd in self._parked else None
        if parked is None:  # its time was just over
            return None
        if not parked.answered:
            return parked.conn
        with suppress(OSError):
            if parked.conn.sock.recv(65536):
                self._park(parked.conn, parked.until - time.monotonic(), answered=True)
                return None
        parked.conn.close()
        return None

    def _answer(self, conn: Any) -> None:  # noqa: ANN401
        kept = self._handle(conn)
        while kept and self.alive and conn.parser.unreader.buf.getvalue():  # the next was read with it
            kept = self._handle(conn)
        if kept and self.alive:
            self._park(conn, self.cfg.keepalive)
        elif _may_say_more(conn):
            with suppress(OSError):
                conn.sock.shutdown(socket.SHUT_WR)
                self._park(conn, PARTING, answered=True)
                return
            conn.close()
        else:
            conn.close()

    def _handle(self, conn: Any) -> bool:  # noqa: ANN401
        self._begun[get_ident()] = time.monotonic()
        try:
            return bool(self.handle(conn))
        finally:
            del self._begun[get_ident()]

    def _park(self, conn: Any, seconds: float, *, answered: bool = False) -> None:  # noqa: ANN401
        if len(self._parked) >= self.max_keepalived:
            self._close_oldest()
        fd = conn.sock.fileno()
        with self._yard:
            self._door.register(fd, select.EPOLLIN | select.EPOLLONESHOT)
            self._parked[fd] = Parked(conn, time.monotonic() + seconds, answered)

    def _unpark(self, fd: int) -> Parked:
        self._door.unregister(fd)
        return self._parked.pop(fd)

    def _close_oldest(self) -> bool:
        """Close who has been silent for longest. Returns whether there was one."""
        with self._yard:
            fd = next(iter(self._parked), None)
            if fd is not None:
                self._unpark(fd).conn.close()
        return fd is not None


def _may_say_more(conn: Any) -> bool:  # noqa: ANN401
    """Tell whether more of a request may come: to close at once would take the answer away (RFC 9112, 9.6)."""
    request = conn.parser and conn.parser.mesg
    if not request or request.req_number < conn.parser.req_count:  # the last one could not be read
        return True
    return any(name in ("CONTENT-LENGTH", "TRANSFER-ENCODING") for name, _ in request.headers)
