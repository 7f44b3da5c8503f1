"""Relays to a server that lose the connection: packets vanish, the server stalls, or a response never arrives.

A firewall that forgot a connection, or a computer that lost its power, sends neither FIN nor RST. Here a socket filter
lets the kernel drop incoming packets before TCP sees them.
"""

import ctypes
import select
import socket
import struct
from contextlib import suppress
from threading import Thread

HOST = "127.0.0.1"
SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27  # of Linux; Python has no names for them
DROP_ALL = struct.pack("HBBI", 0x06, 0, 0, 0)  # BPF: return 0
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: on, 0 s


class Relay:
    """A relay on loopback to a port, as long as the `with` block lasts."""

    def __init__(self, port):
        self.to, self.listener, self.sockets = port, socket.create_server((HOST, 0)), []
        self.is_stalled = False
        self.port = self.listener.getsockname()[1]

    def __enter__(self):
        Thread(target=self._accept, daemon=True).start()
        return self

    def vanish(self):
        """From now on drop every packet, of new connections too."""
        for it in [self.listener, *self.sockets]:
            _drop_all(it)

    def stall(self):
        """From now on acknowledge what arrives and pass nothing on: a server whose disk hangs."""
        self.is_stalled = True

    def __exit__(self, *_):
        self.listener.close()
        for it in self.sockets:
            with suppress(OSError):
                it.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
            with suppress(OSError):
                it.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
                it.shutdown(socket.SHUT_RDWR)
            it.close()

    def _accept(self):
        for client, server in _connections(self):
            self.sockets += [client, server]
            for pair in ((client, server), (server, client)):
                Thread(target=self._copy, args=pair, daemon=True).start()

    def _copy(self, source, target):
        with suppress(OSError):
            while data := source.recv(65536):
                if not self.is_stalled:
                    target.sendall(data)
            target.shutdown(socket.SHUT_WR)


class CuttingRelay:
    """A relay to a port that closes once the client has sent `words`, or any, for the nth time.

    They arrive, and the reply to them does not; or not even they do.
    """

    def __init__(self, port, words=b"", *, nth=1, they_arrive=True):
        self.to, self.words, self.listener = port, words, socket.create_server((HOST, 0))
        self.left, self.they_arrive = nth, they_arrive
        self.port, self.was_cut = self.listener.getsockname()[1], False

    def __enter__(self):
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self):
        for pair in _connections(self):
            Thread(target=self._copy, args=pair, daemon=True).start()

    def _copy(self, client, server):
        words_sent = False
        with client, server, suppress(OSError):
            while True:
                for it in select.select([client, server], [], [])[0]:
                    data = it.recv(65536)
                    if words_sent and it is server:
                        self.was_cut = bool(data)
                        return
                    if it is client and data and self.words in data:
                        self.left -= 1
                        words_sent = words_sent or self.left == 0
                        if self.left == 0 and not self.they_arrive:
                            self.was_cut = True
                            return
                    (server if it is client else client).sendall(data)
                    if not data:
                        return


def _connections(relay):
    """Yield each accepted socket with one connected to the port of then, until the listener is closed."""
    with suppress(OSError):
        while True:
            client, _ = relay.listener.accept()
            yield client, socket.create_connection((HOST, relay.to))


def _drop_all(it):
    program = ctypes.create_string_buffer(DROP_ALL)
    it.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", 1, ctypes.addressof(program)))
