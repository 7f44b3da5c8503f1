"""A way to a server that vanishes: from one moment to the next nothing that is sent on it is even acknowledged.

What a firewall does that forgot a connection, and a computer that lost its power: nobody says goodbye. A filter at the
sockets lets the kernel throw away what arrives, before TCP sees it.
"""

import ctypes
import select
import socket
import struct
from contextlib import suppress
from threading import Thread

HOST = "127.0.0.1"
SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27  # of Linux; Python has no names for them
TAKE_NOTHING = struct.pack("HBBI", 0x06, 0, 0, 0)  # BPF: return 0
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: leave by a reset


class Way:
    """A relay on loopback to a port, as long as the `with` block lasts."""

    def __init__(self, port):
        self.to, self.listening, self.both = port, socket.create_server((HOST, 0)), []
        self.is_silent = False
        self.port = self.listening.getsockname()[1]

    def __enter__(self):
        Thread(target=self._let_in, daemon=True).start()
        return self

    def vanish(self):
        """From now on, and for connections to come too, nobody is there."""
        for it in [self.listening, *self.both]:
            _take_nothing(it)

    def fall_silent(self):
        """From now on what is sent arrives, and nobody heeds it: a server whose disk hangs."""
        self.is_silent = True

    def __exit__(self, *_):
        self.listening.close()
        for it in self.both:
            with suppress(OSError):
                it.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
            with suppress(OSError):
                it.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
                it.shutdown(socket.SHUT_RDWR)
            it.close()

    def _let_in(self):
        with suppress(OSError):
            while True:
                came, _ = self.listening.accept()
                onwards = socket.create_connection((HOST, self.to))
                self.both += [came, onwards]
                for ways in ((came, onwards), (onwards, came)):
                    Thread(target=self._carry, args=ways, daemon=True).start()

    def _carry(self, whence, whither):
        with suppress(OSError):
            while some := whence.recv(65536):
                if not self.is_silent:
                    whither.sendall(some)
            whither.shutdown(socket.SHUT_WR)


class Cut:
    """A relay to a port that goes on until `words` were said: they still arrive, and what is answered does not."""

    def __init__(self, port, words):
        self.to, self.words, self.listening = port, words, socket.create_server((HOST, 0))
        self.port, self.was_cut = self.listening.getsockname()[1], False

    def __enter__(self):
        Thread(target=self._let_in, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()

    def _let_in(self):
        with suppress(OSError):
            while True:
                came, _ = self.listening.accept()
                onwards = socket.create_connection((HOST, self.to))
                Thread(target=self._between, args=(came, onwards), daemon=True).start()

    def _between(self, came, onwards):
        said = False
        with came, onwards, suppress(OSError):
            while True:
                for it in select.select([came, onwards], [], [])[0]:
                    some = it.recv(65536)
                    if said and it is onwards:
                        self.was_cut = bool(some)
                        return
                    (onwards if it is came else came).sendall(some)
                    if not some:
                        return
                    said = said or (it is came and self.words in some and not self.was_cut)


def _take_nothing(it):
    program = ctypes.create_string_buffer(TAKE_NOTHING)
    it.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", 1, ctypes.addressof(program)))
