"""Phones with a real browser of each engine."""

from contextlib import ExitStack

import pytest

from tests.browsers import firefox, webkit


@pytest.fixture(scope="session")
def display():
    with webkit.screen() as name:
        yield name


@pytest.fixture(params=["WebKit", "Firefox"])
def browser(request, flex):
    """Open a page in a browser of its own: `browser(script=False)`."""
    with ExitStack() as left_open:

        def open_page(**how):
            if request.param == "Firefox":
                return left_open.enter_context(firefox.opened(**how))
            return left_open.enter_context(webkit.opened(request.getfixturevalue("display"), **how))

        yield open_page
