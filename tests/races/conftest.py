"""The phone of most of these tests."""

from tests.races.known_phone import browser

__all__ = ["browser"]
