"""Waits for what other threads and processes do."""

import time

PATIENCE = 60.0
"""Seconds."""


def until(happened):
    """Wait until it has. An AssertionError if it has not within `PATIENCE`."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)
