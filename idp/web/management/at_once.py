"""Commands that start at once, and those that leave nothing behind when they are ended."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import BaseCommand


class CommandAtOnce(BaseCommand):
    """A command without Django's checks of the program, which load every page and take as long as all the rest.

    `migrate` runs them at each upgrade.
    """

    requires_system_checks = []


@contextmanager
def cleared_up_at_sigterm() -> Iterator[None]:
    """Within this block SIGTERM raises SystemExit, as Ctrl+C raises KeyboardInterrupt: what was begun is removed."""
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
