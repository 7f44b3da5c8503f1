"""A phone's connection to the server: TLS with latency and limited bandwidth, and counts of round trips and bytes."""

import asyncio
import ssl
import threading
from collections import deque
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

CHUNK = 64 * 1024
CHAIN = 2500
"""Bytes of an intermediate certificate, which ours does not have and every public one does."""


@dataclass(frozen=True)
class Line:
    """How far away the place is, in seconds there and back, and how much goes through, in bits a second each way."""

    round_trip: float
    bits: float

    def seconds(self, size):
        return 8 * size / self.bits


@dataclass
class Call:
    """One connection: how often the phone had to wait for an answer, and the bytes each way."""

    turns: int = 0
    up: int = 0
    down: int = 0
    heard_last: bool = True


@dataclass
class SlowLink:
    """Listens at `port` on this computer, and hands on to the place at `place` in plain HTTP."""

    line: Line
    place: int
    pem: str
    port: int = 0
    calls: list[Call] = field(default_factory=list)

    def network_seconds(self):
        """How long all that went over the line takes at least: connecting, turns, and the bytes at the line's pace."""
        turns = max((1 + it.turns for it in self.calls), default=0)
        size = CHAIN + sum(it.up + it.down for it in self.calls)
        return turns * self.line.round_trip + self.line.seconds(size)

    async def serve(self, ready):
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        self.hang_up = lambda: loop.call_soon_threadsafe(over.set)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pem)
        async with (
            await asyncio.start_server(self._hand_on, "127.0.0.1", 0, ssl=context) as inner,
            await asyncio.start_server(self._carry, "127.0.0.1", 0) as outer,
        ):
            self._inner, self.port = _port(inner), _port(outer)
            ready.set()
            await over.wait()

    async def _hand_on(self, reader, writer):
        async with _connected(self.place, writer) as (from_place, to_place):
            await _together(_copy(reader, to_place), _copy(from_place, writer))

    async def _carry(self, reader, writer):
        call = Call()
        self.calls.append(call)
        async with _connected(self._inner, writer) as (from_place, to_place):

            def said(data):
                call.turns += call.heard_last
                call.heard_last, call.up = False, call.up + len(data)

            def heard(data):
                call.heard_last, call.down = True, call.down + len(data)

            connecting = self.line.round_trip
            await _together(
                self._slowly(reader, to_place, said, late=connecting), self._slowly(from_place, writer, heard)
            )

    async def _slowly(self, reader, writer, told, late=0.0):
        """Pass on what comes, half a round trip later and no faster than the line; the first bytes `late` besides."""
        now, on_the_way, free = asyncio.get_running_loop().time, deque(), 0.0
        arrived = asyncio.Event()

        async def deliver():
            while True:
                await arrived.wait()
                arrived.clear()
                while on_the_way:
                    at, data = on_the_way.popleft()
                    await asyncio.sleep(at - now())
                    writer.write(data)

        delivering = asyncio.ensure_future(deliver())
        begun = now()
        while data := await reader.read(CHUNK):
            told(data)
            free = max(now() + self.line.round_trip / 2, begun + late + self.line.round_trip / 2, free)
            free += self.line.seconds(len(data))
            on_the_way.append((free, data))
            arrived.set()
        delivering.cancel()


def _port(server):
    return server.sockets[0].getsockname()[1]


async def _copy(reader, writer):
    while data := await reader.read(CHUNK):
        writer.write(data)


async def _together(*directions):
    """Run both directions until one has ended."""
    running = [asyncio.ensure_future(it) for it in directions]
    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    for it in running:
        it.cancel()
    await asyncio.gather(*running, return_exceptions=True)


@asynccontextmanager
async def _connected(port, caller):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    except asyncio.CancelledError:
        """The line is taken down, and asyncio would complain of it."""
    finally:
        writer.close()
        caller.close()


@contextmanager
def over(line, *, place, pem):
    """The line, for as long as the block lasts."""
    link, ready = SlowLink(line, place, str(pem)), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(link.serve(ready)), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield link
    finally:
        link.hang_up()
        thread.join(10)
