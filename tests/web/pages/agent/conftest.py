"""Pages of an agent on one morning."""

import pytest


@pytest.fixture(autouse=True)
def _morning(db, clock, keys):
    """Everything happens on one morning."""
