"""Every page for agents in every appearance: no violations, large enough targets, one small response.

And no template names what its view does not give.
"""

from urllib.parse import urlsplit

import pytest

from tests.accessibility.axe import CONTRAST, ENHANCED_CONTRAST, axe, begin
from tests.accessibility.boxes import beyond_the_edge_in_large_and_spaced_text, small_or_beyond_the_edge
from tests.accessibility.contrast import Contrast
from tests.accessibility.showing import show_what_came
from tests.accessibility.states import EVERYWHERE

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("every_name_is_given")]

contrast = Contrast(CONTRAST, ENHANCED_CONTRAST)
BUDGET = 10_000
"""Bytes of one page on the wire, headers and all."""


@pytest.mark.parametrize("states", EVERYWHERE, ids=lambda it: it.__name__)
def test_every_page_for_agents_is_accessible(any_page, phone, clock, verify, states):
    page, found, seen = any_page("iPhone"), [], set()
    begin(page)
    for name, state in states(phone, clock, verify):
        asked_for = show_what_came(page, state.response)
        built = build(state)
        faults = [*over_budget(state.response), *asked_for, *personal(state), *too_pale(page)]
        faults += [] if built in seen else axe(page)
        faults += by_measure(page)
        found += [f"{name}: {it}" for it in faults]
        seen.add(built)
    assert not found, "\n".join(found)


def over_budget(response):
    head = sum(len(f"{name}: {value}\r\n") for name, value in response.headers.items())
    sent = head + int(response.headers["Content-Length"])
    return [f"{sent} bytes"] if sent > BUDGET else []


def personal(state):
    """Personal data that must not be in a title or an address, because histories and logs store those."""
    kept = f"{state.html.findtext('.//title')} {urlsplit(state.url).path}"
    return [f"{it} in {kept}" for it in ("2015550", "201-555", "@", "Ana", "acme.example") if it in kept]


def build(state):
    """How a page is built. Where only words differ, axe would find the same again."""
    return tuple((it.tag, *sorted(it.keys()), it.get("class")) for it in state.html.iter("*"))


def too_pale(page):
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {it}" for it in contrast.faults(page)]
    return found


def by_measure(page):
    found = []
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{width} {it}" for it in small_or_beyond_the_edge(page)]
    page.set_viewport_size({"width": 320, "height": 800})
    return found + beyond_the_edge_in_large_and_spaced_text(page)
