"""Agents who arrive independently, at a server that may not keep up: all within a second, and at 60 % of full speed.

One core serves, as in production; a driver on another core sends requests at given instants (`driver.py`). A wait runs
from the agent's arrival to the last byte of the response, so it includes the queue.
"""

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

from tests.speed import place, serving, signed
from tests.speed.comparisons import Comparison, Figure, outcome

PEOPLE, WITHIN = 1000, 1.0
LOAD, SECONDS = 0.6, 4
WARM, FULL_SPEED, ROUNDS = 200, 400, 3
PAIRS = 200


@dataclass(frozen=True)
class Round:
    """Seconds of one round: a sign-in at full speed and two raw signatures, each elapsed and as CPU time; waits.

    `busy` is the share of its core that the server got while a thousand agents waited.
    """

    apart: float
    worked: float
    pair: float
    pair_worked: float
    worst: float
    last: float
    late: float
    busy: float
    at_load: float


def measured(setting, pair):
    """Return outcomes and figures. `pair` makes two raw signatures."""
    with tempfile.TemporaryDirectory(prefix="latchkey-arrivals-") as folder, serving.serving(Path(folder)) as server:
        crowd = Crowd(server, setting.numbers)
        crowd.at_full_speed(WARM)
        _both_signatures(crowd.pages[-1])
        rounds = [_a_round(crowd, pair, random.Random(nth)) for nth in range(ROUNDS)]
    return _outcomes(rounds), _figures(rounds)


class Crowd:
    """A thousand agents whose computers have a session, and the driver that sends their requests."""

    def __init__(self, server, numbers):
        from django.db import transaction

        self.server, self.pages = server, []
        with transaction.atomic():
            self.cookies = [serving.signed_in(numbers) for _ in range(PEOPLE)]

    def at_full_speed(self, times):
        """Let eight connections send without pause. Return elapsed seconds and CPU seconds per sign-in."""
        before = serving.processors(self.server.process.pid)
        result = self._driven([None] * times)
        return result["seconds"] / times, (serving.processors(self.server.process.pid) - before) / times

    def at(self, instants):
        """Send a request at each instant. Return how late the driver was, the waits, and CPU time, all in seconds."""
        before = serving.processors(self.server.process.pid)
        result = self._driven(instants)
        late, waits, _ = zip(*result["answers"], strict=True)
        return late, waits, serving.processors(self.server.process.pid) - before

    def _driven(self, instants):
        cookies = [self.cookies[nth % PEOPLE] for nth in range(len(instants))]
        whole = [serving.request_of(self.server.port, it, place.a_query(datetime.now(UTC))) for it in cookies]
        requests = list(zip(instants, whole, strict=True))
        command = [sys.executable, "-m", "tests.speed.driver", str(self.server.socket)]
        with serving.beside_the_server():
            ended = subprocess.run(command, input=json.dumps(requests), capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr
        result = json.loads(ended.stdout)
        assert all(got for *_, got in result["answers"]), self.server.log.read_text()[-2000:]
        self.pages.append(result["page"])
        return result


def _a_round(crowd, pair, chance):
    with serving.on_the_servers_core():
        raw = _apart(pair, time.perf_counter), _apart(pair, time.process_time)
    apart, worked = crowd.at_full_speed(FULL_SPEED)
    together = at_once(chance)
    late, waits, took = crowd.at(together)
    last = max(at + it for at, it in zip(together, waits, strict=True))
    _, at_load, _ = crowd.at(poisson(chance, LOAD / apart, SECONDS))
    return Round(apart, worked, *raw, max(waits), last, share(late, 0.99), took / last, share(at_load, 0.99))


def at_once(chance):
    """Return a thousand random instants within one second, in order."""
    return sorted(chance.uniform(0, WITHIN) for _ in range(PEOPLE))


def poisson(chance, a_second, seconds):
    """Return instants of a Poisson process with an average of `a_second` arrivals per second."""
    return list(accumulate(chance.expovariate(a_second) for _ in range(max(1, round(a_second * seconds)))))


def share(values, part):
    """Return the quantile: the value that this part of the values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def _apart(pair, clock):
    begun = clock()
    for _ in range(PAIRS):
        pair()
    return (clock() - begun) / PAIRS


def _both_signatures(page):
    from idp import clock
    from idp.keys import keyring
    from idp.keys.models import Use

    signed.check(page, keyring.active(Use.SAML, clock.now()).certificate)


def _outcomes(rounds):
    def compared(name, compared_with, pairs, required=None, goal=None, *, is_speed=False):
        return outcome(Comparison(name, compared_with, print, print, required, goal, is_speed=is_speed), pairs)

    yield compared("sign-in over HTTP", "two raw signatures", [(it.worked, it.pair_worked) for it in rounds])
    pairs = [(it.apart, it.pair) for it in rounds]
    yield compared("speed of sign-ins over HTTP", "pairs of raw signatures", pairs, 0.25, 0.40, is_speed=True)
    pairs = [(it.last, PEOPLE * it.apart) for it in rounds]
    yield compared(f"{PEOPLE} within one second, until the last is answered", f"{PEOPLE} at full speed", pairs)


def _figures(rounds):
    def middle(of):
        return statistics.median(map(of, rounds))

    worst, at_load = middle(lambda it: it.worst), middle(lambda it: it.at_load / it.apart)
    yield Figure(f"{PEOPLE} agents within one second: longest wait", round(worst, 2), "s", 1, 0.3)
    whole = PEOPLE * middle(lambda it: it.worked)
    yield Figure(f"{PEOPLE} sign-ins over HTTP: CPU time of one core", round(whole, 2), "s")
    yield Figure("at 60 % of full speed: 99th percentile of waits", round(at_load, 1), "sign-ins", 20, 12)
    yield Figure("sign-ins per second over HTTP", round(1 / middle(lambda it: it.apart)), "")
    yield Figure("share of its core that the server got", round(100 * middle(lambda it: it.busy)), "%")
    yield Figure("how late the driver was: 99th percentile", round(1000 * middle(lambda it: it.late), 1), "ms")
