"""Connects the thread of a test to another database for a while."""

from contextlib import contextmanager

from django.db import connections


@contextmanager
def connected_to(**settings):
    """Connect with these settings changed (HOST, PORT, NAME …); OPTIONS are added to the usual ones."""
    usual, known = connections["default"], connections._connections
    options = usual.settings_dict["OPTIONS"] | settings.pop("OPTIONS", {})
    there = type(usual)(usual.settings_dict | settings | {"OPTIONS": options}, alias="another")
    connections._connections = type("Local", (), {"default": there})()
    try:
        yield
    finally:
        connections._connections = known
        there.close()
        there.close_pool()
