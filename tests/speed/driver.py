"""Asks a server at appointed instants, whether it keeps up or not: python -m tests.speed.driver PORT < appointments.

Standard input is JSON: pairs of seconds from the beginning and a whole request; or, where the seconds are null, what
eight connections ask one after another, as fast as they are answered. Each request has a connection of its own, as
behind nginx. Standard output is JSON: for each, seconds that the driver was late, seconds from the appointed instant
to the last byte of the answer, and whether that held a Response; then how many seconds it all took, and the last page.
"""

import asyncio
import json
import re
import sys
import time
from itertools import chain

HOST, AT_ONCE = "127.0.0.1", 8
ANSWERED = re.compile(rb'name="SAMLResponse" value="[^"]{1000,}"')


async def asked(port, request, appointed):
    """Ask once, on a connection of its own. `appointed`: an instant of the monotonic clock, or None for now."""
    begun = time.monotonic()
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(request)
    answer = await reader.read()
    ended = time.monotonic()
    writer.close()
    since = begun if appointed is None else appointed
    return begun - since, ended - since, answer


async def by_appointment(port, appointments):
    """Have everybody come at their own instant."""
    begin = time.monotonic() + 0.2

    async def arrives(seconds, request):
        await asyncio.sleep(begin + seconds - time.monotonic())
        return await asked(port, request, begin + seconds)

    return await asyncio.gather(*(arrives(seconds, request.encode()) for seconds, request in appointments))


async def one_after_another(port, requests):
    """Have eight connections ask as fast as they are answered."""
    waiting = [it.encode() for it in reversed(requests)]

    async def again_and_again():
        found = []
        while waiting:
            found.append(await asked(port, waiting.pop(), None))
        return found

    return list(chain.from_iterable(await asyncio.gather(*(again_and_again() for _ in range(AT_ONCE)))))


def main():
    port, appointments = int(sys.argv[1]), json.load(sys.stdin)
    begun = time.monotonic()
    if appointments[0][0] is None:
        answers = asyncio.run(one_after_another(port, [request for _, request in appointments]))
    else:
        answers = asyncio.run(by_appointment(port, appointments))
    seconds = time.monotonic() - begun
    told = [(late, wait, bool(ANSWERED.search(answer))) for late, wait, answer in answers]
    json.dump({"answers": told, "seconds": seconds, "page": answers[-1][2].decode()}, sys.stdout)


if __name__ == "__main__":
    main()
