"""The check of contrast passes over texts that are styled like one that passed, and over no other."""

import pytest

from tests.accessibility.axe import CONTRAST, ENHANCED_CONTRAST
from tests.accessibility.contrast import Contrast

pytestmark = pytest.mark.slow

PAGE = """<!doctype html><html lang="en"><title>A page</title><style>html {{ background: #fff; color: #000 }}
.pale {{ color: #aaa }} .dark {{ background: #111 }} {style}</style><main><h1>A page</h1>{more}</main>"""
GREY = "<p style='color: #555'>A sentence.</p>"


@pytest.fixture
def after_a_good_page(any_page):
    """Show a page that passes, then another. Return the faults of that one."""
    page, contrast = any_page("computer"), Contrast(CONTRAST)

    def show(more, style=""):
        page.set_content(PAGE.format(style=style, more=more))
        return contrast.faults(page)

    assert show(GREY) == []
    return show


def test_a_text_like_one_that_passed_passes(after_a_good_page):
    assert after_a_good_page(GREY + GREY.replace("sentence", "word")) == []


@pytest.mark.parametrize(
    "more",
    [
        "<p class=pale>A sentence.</p>",
        f"<div class=dark>{GREY}</div>",
        f"<div style='opacity: .5'>{GREY}</div>",
        f"<div class=dark style='height: 90px; position: absolute; width: 100%'></div>{GREY}",
        "<p style='color: #555'>A sentence.<span class=pale> And more.</span></p>",
        "<p class=dark><input value=words style='background: none'></p>",
        f"<p style='color: #555' aria-disabled=true>A sentence.</p>{GREY.replace('555', 'bbb')}",
    ],
)
def test_a_pale_text_is_found(after_a_good_page, more):
    assert len(after_a_good_page(more)) == 1


def test_a_pale_text_is_found_on_each_page(after_a_good_page):
    pale = "<p class=pale>A sentence.</p>"
    assert [len(after_a_good_page(more)) for more in (pale, pale + pale)] == [1, 2]


def test_a_text_that_is_pale_before_another_background_is_found(after_a_good_page):
    dark = "html { background: #222 } h1 { color: #fff }"
    assert len(after_a_good_page(GREY, style=dark)) == 1


def test_a_text_that_is_pale_in_dark_mode_only_is_found(any_page):
    page, contrast, enhanced = any_page("iPhone"), Contrast(CONTRAST), Contrast(CONTRAST, ENHANCED_CONTRAST)
    dark = "html { background: #111; color: #eee } p { color: #999 }"
    page.set_content(PAGE.format(style=f"@media (prefers-color-scheme: dark) {{ {dark} }}", more="<p>A sentence.</p>"))
    assert contrast.faults(page) + enhanced.faults(page) == []
    page.emulate_media(color_scheme="dark")
    assert contrast.faults(page) == []
    assert [it.partition(": ")[0] for it in enhanced.faults(page)] == [ENHANCED_CONTRAST]
