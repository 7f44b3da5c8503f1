"""Conditions as they are kept: they come back as they were, and what cannot be one says why."""

import json
from datetime import UTC, time

import pytest

from idp.policies.access.conditions import (
    KINDS,
    BrowserIs,
    BrowserVersion,
    CodeAge,
    DeviceAge,
    MomentWithin,
    NetworkIn,
    PlatformIs,
    TextContains,
    TextMatches,
    Weekday,
    from_json,
    kind,
    read_all,
    to_json,
)
from idp.policies.access.conditions.numbers import HIGHEST
from idp.policies.access.conditions.place_and_time import MOST_BLOCKS
from idp.policies.access.conditions.texts import LONGEST_TEXT
from tests.policies.access.conditions.each import ANDROID, ONE_OF_EACH, sent
from tests.policies.samples import PIXEL


@pytest.mark.parametrize("condition", ONE_OF_EACH, ids=lambda it: type(it).__name__)
def test_a_condition_comes_back_from_storage_as_it_was(condition):
    assert from_json(json.loads(json.dumps(to_json(condition)))) == condition


def test_the_stored_form_is_the_tag_and_the_fields():
    assert to_json(ONE_OF_EACH[0]) == {"kind": "platform", "platforms": ["android", "ios"], "negated": True}


def test_every_kind_is_tried_here():
    assert {type(it) for it in ONE_OF_EACH} == set(KINDS.values())


@pytest.mark.parametrize(
    "stored",
    [
        {},
        [],
        None,
        {"kind": "weather", "negated": False},
        {"kind": ["platform"]},
        {"kind": "platform", "negated": False},
        {"kind": "platform", "platforms": ["amiga"], "negated": False},
        {"kind": "platform", "platforms": "android", "negated": False},
        {"kind": "platform", "platforms": [], "negated": False},
        {"kind": "platform", "platforms": [1], "negated": False},
        {"kind": "platform", "platforms": ["android"], "negated": 0},
        {"kind": "platform", "platforms": ["android"], "negated": False, "or": True},
        {"kind": "text", "text": "", "negated": False},
        {"kind": "text", "text": "x" * 201, "negated": False},
        {"kind": "text", "text": None, "negated": False},
        {"kind": "text", "text": ["x"], "negated": False},
        {"kind": "role", "roles": [""], "negated": False},
        {"kind": "pattern", "pattern": "(", "negated": False},
        {"kind": "pattern", "pattern": "(?=x)", "negated": False},
        {"kind": "pattern", "pattern": "((a{100}){100}){100}", "negated": False},
        {"kind": "code_age", "hours": True, "under": False},
        {"kind": "code_age", "hours": -1, "under": False},
        {"kind": "device_age", "days": "30", "under": False},
        {"kind": "browser_version", "browser": "", "version": 1, "under": False},
        {"kind": "network", "blocks": ["192.0.2.1/24"], "negated": False},
        {"kind": "network", "blocks": ["home"], "negated": False},
        {"kind": "network", "blocks": [], "negated": False},
        {"kind": "moment", "weekdays": ["mon"], "begins": "8", "ends": "18:00", "zone": "UTC", "outside": False},
        {"kind": "moment", "weekdays": [], "begins": "08:00", "ends": "18:00", "zone": "UTC", "outside": False},
        {"kind": "moment", "weekdays": ["mon"], "begins": "08:00", "ends": "18:00", "zone": "Mars", "outside": False},
    ],
)
def test_a_stored_condition_that_does_not_fit_is_refused(stored):
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own sentence
        from_json(stored)


def test_a_tag_used_twice_is_refused():
    with pytest.raises(ValueError, match="platform"):
        kind("platform")(PlatformIs)


def test_an_unreadable_condition_does_not_affect_the_others():
    good, bad = read_all([to_json(ANDROID), {"kind": "weather"}])

    assert good == ANDROID
    with pytest.raises(ValueError, match="weather"):
        bad.ask(sent(PIXEL))


def test_a_field_of_another_type_is_reported():
    with pytest.raises(ValueError, match=r"^'30' does not fit <class 'int'>$"):
        from_json({"kind": "device_age", "days": "30", "under": False})


def test_a_pattern_has_so_many_characters_and_no_more():
    assert TextMatches("x" * LONGEST_TEXT).pattern
    for wrong in ("", "x" * (LONGEST_TEXT + 1)):
        with pytest.raises(ValueError, match=f"^a pattern has 1 to {LONGEST_TEXT} characters$"):
            TextMatches(wrong)


@pytest.mark.parametrize(
    ("weekdays", "begins", "ends", "sentence"),
    [
        (frozenset(), time(8), time(18), "^a time names at least one weekday$"),
        (
            frozenset({Weekday.MONDAY}),
            time(8, tzinfo=UTC),
            time(18),
            "^begins and ends have no time zone$",
        ),
        (
            frozenset({Weekday.MONDAY}),
            time(8),
            time(18, tzinfo=UTC),
            "^begins and ends have no time zone$",
        ),
    ],
)
def test_a_time_that_cannot_be_says_why(weekdays, begins, ends, sentence):
    with pytest.raises(ValueError, match=sentence):
        MomentWithin(weekdays, begins, ends, "UTC")


def test_a_text_to_look_for_has_so_many_characters_and_no_more():
    assert TextContains("x" * LONGEST_TEXT).text
    for wrong in ("", "x" * (LONGEST_TEXT + 1)):
        with pytest.raises(ValueError, match=f"^a text to look for has 1 to {LONGEST_TEXT} characters$"):
            TextContains(wrong)


@pytest.mark.parametrize("numbered", [DeviceAge, CodeAge, lambda number: BrowserVersion("Chrome", number)])
def test_a_number_is_between_0_and_the_highest(numbered):
    assert numbered(0) != numbered(HIGHEST)
    for wrong in (-1, HIGHEST + 1):
        with pytest.raises(ValueError, match=f"^a number here is between 0 and {HIGHEST}$"):
            numbered(wrong)


def test_a_condition_that_names_nothing_says_so():
    with pytest.raises(ValueError, match=r"^a condition names at least one value, and none that is empty$"):
        BrowserIs(frozenset({"Chrome", ""}))
    with pytest.raises(ValueError, match=r"^a condition on a version names what it is the version of$"):
        BrowserVersion("", 1)


def test_a_condition_of_other_fields_says_which_it_has():
    with pytest.raises(ValueError, match=r"^platform has the fields platforms, negated, not negated, or$"):
        from_json({"kind": "platform", "negated": False, "or": True})


def test_a_network_has_so_many_blocks_and_no_more():
    blocks = [f"10.{nth // 256}.{nth % 256}.0/24" for nth in range(MOST_BLOCKS + 1)]
    assert NetworkIn(frozenset(blocks[1:])).blocks
    for wrong in ((), blocks):
        with pytest.raises(ValueError, match=f"^a network is 1 to {MOST_BLOCKS} blocks of addresses$"):
            NetworkIn(frozenset(wrong))


def test_conditions_that_are_no_list_raise_an_error():
    (only,) = read_all({"kind": "platform"})
    with pytest.raises(ValueError, match=r"^the conditions are no list$"):
        only.ask(sent(PIXEL))
