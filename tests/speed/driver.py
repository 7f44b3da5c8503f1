"""Sends requests at given instants, without pending for responses: python -m tests.speed.driver SOCKET < schedule.

Standard input is JSON: pairs of seconds from the start and a whole request. If the seconds are null, eight connections
send the requests one after another instead, as fast as they are answered. Each request has its own connection to a Unix
socket, as behind nginx. Standard output is JSON: for each request the seconds that the driver was late, the seconds
from the scheduled instant to the last byte of the response, and whether that held a SAML Response; then all seconds,
and the last page.
"""

import asyncio
import json
import re
import sys
import time
from itertools import chain

AT_ONCE = 8
ANSWERED = re.compile(rb'name="SAMLResponse" value="[^"]{1000,}"')


async def sent(socket, request, scheduled):
    """Send one request on its own connection. `scheduled`: an instant of the monotonic clock, or None for now."""
    began = time.monotonic()
    reader, writer = await asyncio.open_unix_connection(socket)
    writer.write(request)
    answer = await reader.read()
    ended = time.monotonic()
    writer.close()
    since = began if scheduled is None else scheduled
    return began - since, ended - since, answer


async def on_schedule(socket, schedule):
    """Send each request at its instant."""
    begin = time.monotonic() + 0.2

    async def arrives(seconds, request):
        await asyncio.sleep(begin + seconds - time.monotonic())
        return await sent(socket, request, begin + seconds)

    return await asyncio.gather(*(arrives(seconds, request.encode()) for seconds, request in schedule))


async def one_after_another(socket, requests):
    """Let eight connections send requests as fast as they are answered."""
    pending = [it.encode() for it in reversed(requests)]

    async def one_connection():
        found = []
        while pending:
            found.append(await sent(socket, pending.pop(), None))
        return found

    return list(chain.from_iterable(await asyncio.gather(*(one_connection() for _ in range(AT_ONCE)))))


def main():
    socket, schedule = sys.argv[1], json.load(sys.stdin)
    began = time.monotonic()
    if schedule[0][0] is None:
        answers = asyncio.run(one_after_another(socket, [request for _, request in schedule]))
    else:
        answers = asyncio.run(on_schedule(socket, schedule))
    seconds = time.monotonic() - began
    results = [(late, wait, bool(ANSWERED.search(answer))) for late, wait, answer in answers]
    json.dump({"answers": results, "seconds": seconds, "page": answers[-1][2].decode()}, sys.stdout)


if __name__ == "__main__":
    main()
