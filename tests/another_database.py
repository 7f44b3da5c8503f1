"""Another database in the place of the test's, for a while: whatever the thread of the test does, it does there."""

from contextlib import contextmanager

from django.db import connections


@contextmanager
def asked_instead(**settings):
    """Name what is different: HOST, PORT, NAME and the like; OPTIONS are added to those in use."""
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
