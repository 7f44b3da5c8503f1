"""Pretend services at the running installation."""

import pytest

from idp import background
from tests.conformance import metadata
from tests.pretend_service import PretendService


@pytest.fixture
def registered(clock, flex):
    """Register pretend services: `registered("shifts", sign="response")`."""
    yield PretendService
    background.settle()


@pytest.fixture
def shifts(registered):
    return registered("shifts")


@pytest.fixture
def wiki(registered):
    return registered("wiki")


@pytest.fixture
def described(shifts):
    """Register the service again, from its metadata alone."""

    def from_metadata(*parts, **wishes):
        shifts.row.delete()
        shifts.row = metadata.register(metadata.of(shifts, *parts, **wishes))
        return shifts

    return from_metadata
