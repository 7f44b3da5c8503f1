"""Any text is read as a User-Agent header, in time that grows with its length."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idp.policies.user_agents import (
    LONGEST,
    Family,
    family,
    parse,
)
from idp.policies.user_agents.words import describe


@settings(deadline=None)
@given(st.one_of(st.text(), st.binary().map(lambda it: it.decode("latin-1"))))
def test_any_text_gives_a_user_agent(text):
    judged = parse(text)

    assert len(judged.text) <= LONGEST
    assert describe(judged)
    assert family(judged) in Family


FRAGMENTS = [
    "Mozilla/5.0",
    "(",
    ")",
    "; wv)",
    "Macintosh",
    "Intel Mac OS X 10_15_7",
    "10.",
    "iPhone",
    "Android",
    "Windows Phone",
    "Mobile",
    "Version/4.0 Chrome/",
    "Safari/",
    "99999999999999",
    "²",
    "\ud800",
    "Whale/",
    "A/1 ",
    "CFNetwork/",
    "\x00",
    "İ",
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=80), st.sampled_from(["", " ", "; "]))
def test_any_mixture_of_what_headers_are_made_of_gives_a_user_agent(parts, glue):
    judged = parse(glue.join(parts))

    assert judged.browser_version is None or 0 <= judged.browser_version <= 9999
    assert describe(judged)


@pytest.mark.parametrize(
    "header",
    [
        "(iPhone|[A-Za-z0-9 ]+)+$" * 300,
        "a" * 6000,
        "(" * 6000,
        "A/1 " * 6000,
        "Mozilla" * 40 + "Mobile" * 400,
        "/aaaa_1_1" * 700,
        " " * 100_000 + "x",
        "\ud800" * 600,
        "".join(map(chr, range(256))) * 20,
    ],
)
def test_long_hostile_headers_are_read_like_any_other(header):
    assert len(parse(header).text) <= LONGEST
