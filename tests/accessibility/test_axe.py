"""The check for accessibility finds known faults."""

import pytest

from tests.accessibility.axe import axe

pytestmark = pytest.mark.slow

GOOD = """<!doctype html><html lang="en"><title>A page</title><style>{style}</style><main>
<h1>A page</h1><p>A sentence.</p>{more}</main>"""


@pytest.fixture
def page(any_page):
    return any_page("iPhone")


def rules(found):
    return {it.partition(": ")[0] for it in found}


def test_a_good_page_has_no_violations(page):
    page.set_content(GOOD.format(style="", more="<p><a>Go on</a></p>"))
    assert axe(page) == []


def test_a_field_without_a_label_is_found(page):
    page.set_content(GOOD.format(style="", more="<input>"))
    assert rules(axe(page)) == {"label"}


@pytest.mark.parametrize("only", [(), ("target-size",)])
def test_a_target_that_is_too_small_on_small_screens_only_is_found(page, only):
    small = "@media (max-width: 330px) { button { all: unset; font-size: 8px } }"
    page.set_content(GOOD.format(style=small, more="<button>a</button><button>b</button>"))
    assert axe(page, *only) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert rules(axe(page, *only)) == {"target-size"}
