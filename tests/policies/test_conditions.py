import json

import pytest

from idp.policies.conditions import (
    KINDS,
    LATER,
    Answer,
    ClientIs,
    Facts,
    FormIs,
    PlatformIs,
    RoleIs,
    TextContains,
    from_json,
    kind,
    to_json,
)
from idp.policies.user_agents import Client, Form, Platform, UserAgent, parse

from .test_user_agents import IPHONE_SAFARI, MAC_SAFARI, PIXEL

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
ANDROID = PlatformIs(frozenset({Platform.ANDROID}))
IPADOS = PlatformIs(frozenset({Platform.IPADOS}))
MAC_OR_IPAD = PlatformIs(frozenset({Platform.IPADOS, Platform.MACOS}))
ONE_OF_EACH = [
    PlatformIs(frozenset({Platform.ANDROID, Platform.IOS}), negated=True),
    FormIs(frozenset({Form.PHONE, Form.TABLET})),
    ClientIs(frozenset({Client.WEB_VIEW})),
    TextContains("Mobile"),
    RoleIs(frozenset({"supervisor", "admin"}), negated=True),
]


def sent(header: str | None, **facts) -> Facts:
    return Facts(None if header is None else parse(header), **facts)


def may_be(*platforms: Platform) -> Facts:
    return Facts(UserAgent("x", frozenset(platforms)))


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        (may_be(Platform.ANDROID), YES),
        (may_be(Platform.IOS), NO),
        (may_be(Platform.IOS, Platform.WINDOWS), NO),
        (may_be(Platform.ANDROID, Platform.LINUX), UNKNOWN),
        (may_be(), UNKNOWN),
        (sent(None), UNKNOWN),
        (sent(""), UNKNOWN),
    ],
)
def test_a_set_answers_yes_if_all_fit_no_if_none_does_and_else_is_unknown(facts, answer):
    assert ANDROID.ask(facts) is answer


@pytest.mark.parametrize(("facts", "answer"), [(sent(PIXEL), NO), (sent(IPHONE_SAFARI), YES), (sent(None), UNKNOWN)])
def test_is_not_turns_yes_and_no_round_and_leaves_unknown(facts, answer):
    assert PlatformIs(ANDROID.platforms, negated=True).ask(facts) is answer


@pytest.mark.parametrize(("told", "answer"), [(LATER, Answer.LATER), (None, UNKNOWN), (0, NO), (5, YES)])
def test_safari_on_a_mac_is_an_ipad_by_its_touch_points(told, answer):
    assert IPADOS.ask(sent(MAC_SAFARI, touch_points=told)) is answer


def test_what_the_phone_page_tells_is_not_awaited_where_it_changes_nothing():
    assert ANDROID.ask(sent(MAC_SAFARI)) is NO
    assert MAC_OR_IPAD.ask(sent(MAC_SAFARI)) is YES
    assert IPADOS.ask(sent(IPHONE_SAFARI)) is NO


def test_the_form_of_a_mac_waits_for_the_touch_points_too():
    tablet = FormIs(frozenset({Form.TABLET}))

    assert tablet.ask(sent(MAC_SAFARI)) is Answer.LATER
    assert tablet.ask(sent(MAC_SAFARI, touch_points=5)) is YES


def test_a_client_that_may_be_either_is_unknown():
    header = PIXEL.replace("K)", "K; wv)") + " DuckDuckGo/5"

    assert ClientIs(frozenset({Client.WEB_VIEW})).ask(sent(header)) is UNKNOWN


@pytest.mark.parametrize(
    ("text", "header", "answer"),
    [
        ("Mobile", PIXEL, YES),
        ("mOBILE", PIXEL, YES),
        ("Mobile", MAC_SAFARI, NO),
        ("Mobile", "", UNKNOWN),
        ("Mobile", None, UNKNOWN),
    ],
)
def test_a_text_is_looked_for_whatever_its_letter_case(text, header, answer):
    assert TextContains(text).ask(sent(header)) is answer


@pytest.mark.parametrize(
    ("role", "answer"),
    [
        (LATER, Answer.LATER),
        (frozenset(), UNKNOWN),
        (frozenset({"supervisor"}), YES),
        (frozenset({"agent", "supervisor"}), YES),
        (frozenset({"agent"}), NO),
    ],
)
def test_one_of_the_agents_roles_is_enough(role, answer):
    assert RoleIs(frozenset({"supervisor", "admin"})).ask(sent(PIXEL, role=role)) is answer


def test_role_is_not_means_that_none_of_them_is_held():
    no_supervisor = RoleIs(frozenset({"supervisor"}), negated=True)

    assert no_supervisor.ask(sent(PIXEL, role=frozenset({"agent", "supervisor"}))) is NO
    assert no_supervisor.ask(sent(PIXEL, role=frozenset({"agent"}))) is YES
    assert no_supervisor.ask(sent(PIXEL)) is Answer.LATER


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
        {"kind": "role", "roles": [""], "negated": False},
    ],
)
def test_a_stored_condition_that_does_not_fit_is_refused(stored):
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own sentence
        from_json(stored)


def test_a_tag_used_twice_is_refused():
    with pytest.raises(ValueError, match="platform"):
        kind("platform")(PlatformIs)


def test_conditions_say_themselves():
    assert [it.sentence() for it in [ANDROID, *ONE_OF_EACH]] == [
        "the platform is Android",
        "the platform is not iOS or Android",
        "the device is a phone or tablet",
        "the client is a web view",
        'the User-Agent contains "Mobile"',
        "the role is not admin or supervisor",
    ]
