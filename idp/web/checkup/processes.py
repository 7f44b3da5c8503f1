"""How many processes gunicorn runs here, each with its threads."""

import os


def count() -> int:
    """Return how many, by WEB_CONCURRENCY: one if it is unset, or no number, with which gunicorn does not start."""
    wanted = os.environ.get("WEB_CONCURRENCY", "")
    return int(wanted) if wanted.isdecimal() else 1
