"""The phone that most of these stories are told of."""

from tests.races.one_phone import browser

__all__ = ["browser"]
