"""gunicorn's worker with threads that each accept a connection, answer its request and close it."""

import errno
import select
import socket
import struct
import time
from contextlib import suppress
from threading import Thread
from typing import Any

from gunicorn import http, util
from gunicorn.http import message
from gunicorn.workers.sync import SyncWorker

LOOK_EACH = 1
"""Seconds after which a thread that waits for a connection looks whether its process ends."""
SILENT_FOR = 10
"""Seconds without a byte after which a thread gives a client up."""
LONGEST_LINE = 64 * 1024
"""Bytes of a request line. gunicorn itself has only shorter limits, or none: then it keeps all that ever comes."""
message.MAX_REQUEST_LINE = LONGEST_LINE
HUNG_UP = {errno.EAGAIN, errno.EPIPE, errno.ECONNRESET, errno.ENOTCONN}
"""How the system says that a client is silent or gone."""


class Worker(SyncWorker):  # type: ignore[misc] # gunicorn has no types
    """Answers each request as gunicorn's simplest worker does, with as many threads as are set for each listener.

    gunicorn's own worker with threads hands each connection from a thread that accepts to one that answers and back,
    which costs a twentieth of a sign-in. Here connections wait in the listener instead, and the thread that has waited
    longest takes the next one, of whichever process. All threads are there from the start, so that none has to begin
    when the system allows no more.
    """

    alive: bool

    def run(self) -> None:
        """Serve until told to end, or until a thread can accept no more; then let requests under way end."""
        for listener in self.sockets:
            if listener.family != socket.AF_UNIX:  # a connection that is opened in advance takes no thread yet
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, SILENT_FOR)
        threads = [
            Thread(target=self.serve, args=(it,), daemon=True) for it in self.sockets for _ in range(self.cfg.threads)
        ]
        for thread in threads:
            thread.start()
        while self.alive and self.is_parent_alive():
            self.notify()
            time.sleep(LOOK_EACH)
        self.alive = False
        end = time.monotonic() + self.cfg.graceful_timeout
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))

    def serve(self, listener: Any) -> None:  # noqa: ANN401 - the same
        """Answer one connection after the other. Whatever a request brings about ends neither thread nor process."""
        while self.alive:
            try:
                client = next_client(listener)
            except Exception:
                self.log.exception("No connection can be accepted. The process ends; its master starts another.")
                self.alive = False
                return
            if client is not None:
                with suppress(Exception):  # of telling the client of an error, which is in the log
                    self.answer(listener, *client)

    def answer(self, listener: Any, client: socket.socket, address: Any) -> None:  # noqa: ANN401 - the same
        """Answer the one request of a connection, and close it."""
        request = None
        try:
            request = next(http.get_parser(self.cfg, client, address))
            if has_hung_up(client):
                self.log.info("A client hung up before its request was answered, so nothing was done.")
                return
            self.handle_request(listener, request, client, address)
        except (http.errors.NoMoreData, StopIteration):
            pass  # the client went away, or has been told of an error
        except OSError as fault:
            if fault.errno not in HUNG_UP:
                self.log.exception("Socket error processing request.")
        except BaseException as fault:  # noqa: BLE001 - whatever it is, the client gets an answer
            self.handle_error(request, client, address, fault)
        finally:
            _close(client)


def next_client(listener: Any) -> tuple[socket.socket, Any] | None:  # noqa: ANN401 - the same
    """Return the next connection and its address, or None if there is none for a while or it is gone already."""
    try:
        client, address = listener.accept()
    except BlockingIOError:
        # Set for each wait, because all masters and workers share the listener, and a new master undoes the first.
        listener.setblocking(True)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", LOOK_EACH, 0))
        return None
    except ConnectionAbortedError:
        return None
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SILENT_FOR, 0))
    return client, address


def has_hung_up(client: socket.socket) -> bool:
    """Whether the client has closed the connection, or a proxy for it, so that nobody waits for the answer.

    Where requests queue, people reload the page, and the second request may be answered first, by another process. The
    first one then comes late and with an old token, as if from a copy of the phone. nginx too takes a client that has
    closed its half of the connection for gone.
    """
    watched = select.poll()
    watched.register(client, select.POLLRDHUP)
    return bool(watched.poll(0))


def _close(client: socket.socket) -> None:
    """Close a connection. Wait for the client to close too only if it has sent what nobody read (RFC 9112 section 9.6).

    gunicorn's own worker waits up to two seconds for each.
    """
    try:
        unread = bool(client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    except OSError:
        unread = False
    util.close_graceful(client) if unread else util.close(client)
