"""A brand's colour stays itself where it can be read, and else becomes the nearest of its hue that can."""

import colorsys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.branding.colours import DARK_PAPERS, LIGHT_PAPERS, TEXT, contrast, least_contrast, parse, readable

ANY = st.integers(0, 0xFFFFFF).map(lambda it: f"#{it:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#123456", "#123456", 1)]
)
def test_contrast_is_computed_as_in_wcag(one, other, ratio):
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.01)


def test_a_readable_colour_stays_as_it_is():
    assert readable("#0b4f8a").light == "#0b4f8a"
    assert readable("#9bccff").dark == "#9bccff"


@given(ANY)
def test_text_in_any_colour_is_readable_on_every_page(colour):
    made = readable(colour)
    assert least_contrast(made.light, LIGHT_PAPERS) >= TEXT
    assert least_contrast(made.dark, DARK_PAPERS) >= TEXT


@given(ANY)
def test_a_colour_is_adjusted_no_further_than_necessary(colour):
    if least_contrast(colour, LIGHT_PAPERS) < TEXT:
        assert least_contrast(readable(colour).light, LIGHT_PAPERS) < TEXT + 0.35


def test_an_adjusted_colour_keeps_its_hue():
    def hue(it):
        return colorsys.rgb_to_hls(*(int(it[at : at + 2], 16) / 255 for at in (1, 3, 5)))[0]

    made = readable("#e4002b")
    assert hue(made.light) == pytest.approx(hue("#e4002b"), abs=0.01)
    assert hue(made.dark) == pytest.approx(hue("#e4002b"), abs=0.01)


@pytest.mark.parametrize(("typed", "read"), [("#0B4F8A", "#0b4f8a"), ("0b4f8a", "#0b4f8a"), (" #abc ", "#aabbcc")])
def test_a_colour_is_read_in_every_common_spelling(typed, read):
    assert parse(typed) == read


@pytest.mark.parametrize("typed", ["", "blue", "#12345", "#12345g", "rgb(1,2,3)", "#fff;}"])
def test_a_text_that_is_no_colour_is_rejected_with_an_example(typed):
    with pytest.raises(ValueError, match="like #0b4f8a"):
        parse(typed)
