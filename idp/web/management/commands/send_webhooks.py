"""`manage.py send_webhooks`: send webhooks the events since the last run, by a timer or as a service."""

import argparse
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Any

from idp import clock
from idp.web.management.at_once import CommandAtOnce
from idp.web.management.output import write_json
from idp.webhooks import sending
from idp.webhooks.models import Delivery, State

BETWEEN_ROUNDS = 1.0


class Command(CommandAtOnce):
    """Reads the trail and sends messages. Several may run at once: each webhook is locked by one of them."""

    help = (
        "Sends webhooks the events since the last run, and repeats messages that were not accepted. "
        "Run it by a timer, or with --watch as a service."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare `--watch` and `--json`."""
        parser.add_argument("--watch", action="store_true", help="keep running until SIGTERM or Ctrl+C")
        parser.add_argument(
            "--json", action="store_true", dest="as_json", help="print the attempts as JSON; not with --watch"
        )

    def handle(self, *_: Any, watch: bool, as_json: bool, **__: Any) -> None:
        """Send, and print each outcome."""
        if watch:
            self._watch()
            return
        tried = []
        while round_ := list(sending.send_due(clock.now)):
            tried += round_
        if as_json:
            write_json(self.stdout, [_as_values(it) for it in tried])
            return
        for it in tried:
            self._say(it)
        self.stderr.write(f"{len(tried)} tries, {sum(it.state == State.DELIVERED for it in tried)} delivered.")

    def _watch(self) -> None:
        with _signals_to_stop() as received:
            while received.empty():
                quiet = True
                for it in sending.send_due(clock.now):
                    quiet = False
                    self._say(it)
                    if not received.empty():
                        return
                if quiet and _comes_within(BETWEEN_ROUNDS, received):
                    return

    def _say(self, tried: Delivery) -> None:
        self.stdout.write(f"{tried.webhook}: {tried.kind} {tried.id}, {tried.get_state_display()}")


def _comes_within(seconds: float, received: SimpleQueue[int]) -> bool:
    """Wait for a signal, and return whether one came."""
    try:
        received.get(timeout=seconds)
    except Empty:
        return False
    return True


def _as_values(tried: Delivery) -> dict[str, Any]:
    return {
        "webhook": tried.webhook.name,
        "id": tried.id,
        "type": tried.kind,
        "state": tried.state,
        "tries": tried.tries,
        "answer": tried.answer,
    }


@contextmanager
def _signals_to_stop() -> Iterator[SimpleQueue[int]]:
    """Yield a queue of each SIGTERM and Ctrl+C. The message that is being sent is still recorded.

    A signal may arrive while the queue is read, and its handler then writes to it. An Event would wait for itself.
    """
    received: SimpleQueue[int] = SimpleQueue()
    stop = (signal.SIGTERM, signal.SIGINT)
    before = {it: signal.signal(it, lambda number, _: received.put(number)) for it in stop}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
