"""The check for accessibility finds known faults."""

import pytest

from tests.accessibility.axe import ENHANCED_CONTRAST, axe, axe_in_every_look

pytestmark = pytest.mark.slow

DARK = "@media (prefers-color-scheme: dark) { html { background: #111; color: #eee } }"
GOOD = """<!doctype html><html lang="en"><title>A page</title><style>html {{ background: #fff }} {style}</style><main>
<h1>A page</h1><p>A sentence.</p>{more}</main>"""


@pytest.fixture
def page(any_page):
    return any_page("iPhone")


def rules(found):
    return {it.partition(": ")[0] for it in found}


def test_a_good_page_has_no_violations(page):
    page.set_content(GOOD.format(style=DARK, more="<p><a>Go on</a></p>"))
    assert axe_in_every_look(page, contrast=ENHANCED_CONTRAST) == []


def test_a_field_without_a_label_is_found(page):
    page.set_content(GOOD.format(style="", more="<input>"))
    assert rules(axe(page)) == {"label"}


def test_a_target_that_is_too_small_on_small_screens_only_is_found(page):
    small = "@media (max-width: 330px) { button { all: unset; font-size: 8px } }"
    page.set_content(GOOD.format(style=small, more="<button>a</button><button>b</button>"))
    assert {it.partition(": target-size")[0] for it in axe_in_every_look(page)} == {
        f"{scheme} 320 {way}" for scheme in ("light", "dark") for way in ("ltr", "rtl")
    }


def test_low_contrast_in_dark_mode_only_is_found(page):
    pale = "@media (prefers-color-scheme: dark) { p { color: #999 } }"
    page.set_content(GOOD.format(style=DARK + pale, more=""))
    found = axe_in_every_look(page, contrast=ENHANCED_CONTRAST, widths=[390], directions=["ltr"])
    assert rules(found) == {"dark 390 ltr"}
    assert axe_in_every_look(page, widths=[390], directions=["ltr"]) == []
