"""Runs functions in threads that start together."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

MANY = 20


def at_once(acts):
    """Run all functions in threads that start together, and return their results in order."""
    barrier = Barrier(len(acts))

    def run(act):
        barrier.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
