"""Conditions: yes, no, or not known yet."""

from datetime import UTC, datetime

import pytest

from idp.policies.access.conditions import (
    AgentIs,
    Answer,
    AppIs,
    AppVersion,
    BrowserIs,
    BrowserVersion,
    ClientIs,
    CodeAge,
    DepartmentIs,
    DeviceAge,
    FormIs,
    OsVersion,
    PlatformIs,
    RoleIs,
    TextContains,
    TextMatches,
)
from idp.policies.access.facts import LATER, AgentFacts, Facts, RegisteredApp, gather, of_user_agent
from idp.policies.user_agents import Client, Form, Platform, UserAgent, parse
from tests.policies.access.conditions.each import ANDROID, NO, UNKNOWN, YES, sent
from tests.policies.samples import FLEX_MOBILE_ANDROID, IPHONE_SAFARI, MAC_SAFARI, PIXEL

IPADOS = PlatformIs(frozenset({Platform.IPADOS}))
MAC_OR_IPAD = PlatformIs(frozenset({Platform.IPADOS, Platform.MACOS}))


def may_be(*platforms: Platform) -> Facts:
    return of_user_agent(UserAgent("x", frozenset(platforms)), LATER)


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


def test_a_condition_does_not_wait_for_the_phone_page_if_the_header_decides_it():
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
    assert TextContains(text, negated=True).ask(sent(header)) is {YES: NO, NO: YES}.get(answer, answer)


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


def test_the_letter_case_of_a_role_in_a_file_does_not_matter():
    assert RoleIs(frozenset({"Supervisor"})).ask(sent(PIXEL, role=frozenset({"supervisor"}))) is YES


def test_role_is_not_means_that_none_of_them_is_held():
    no_supervisor = RoleIs(frozenset({"supervisor"}), negated=True)

    assert no_supervisor.ask(sent(PIXEL, role=frozenset({"agent", "supervisor"}))) is NO
    assert no_supervisor.ask(sent(PIXEL, role=frozenset({"agent"}))) is YES
    assert no_supervisor.ask(sent(PIXEL)) is Answer.LATER


@pytest.mark.parametrize(("negated", "pixel", "iphone"), [(False, YES, NO), (True, NO, YES)])
def test_a_pattern_is_met_by_what_it_matches_or_by_all_else(negated, pixel, iphone):
    pattern = TextMatches("Pixel|Android", negated=negated)
    assert (pattern.ask(sent(PIXEL)), pattern.ask(sent(IPHONE_SAFARI))) == (pixel, iphone)


@pytest.mark.parametrize(
    ("condition", "header", "answer"),
    [
        (BrowserIs(frozenset({"chrome"})), PIXEL, YES),
        (BrowserIs(frozenset({"chrome"})), IPHONE_SAFARI, NO),
        (BrowserIs(frozenset({"chrome"})), "", UNKNOWN),
        (BrowserVersion("Chrome", 147), PIXEL, YES),
        (BrowserVersion("Chrome", 148), PIXEL, NO),
        (BrowserVersion("Chrome", 148, under=True), PIXEL, YES),
        (BrowserVersion("Chrome", 148, under=True), IPHONE_SAFARI, NO),
        (BrowserVersion("Chrome", 148, under=True), "", UNKNOWN),
        (AppIs(frozenset({"Instagram"})), IPHONE_SAFARI, NO),
        (AppIs(frozenset({"instagram"})), f"{IPHONE_SAFARI} Instagram 300.0", YES),
        (AppIs(frozenset({"DuckDuckGo"})), PIXEL.replace("K)", "K; wv)") + " DuckDuckGo/5", UNKNOWN),
        (OsVersion(Platform.ANDROID, 12), PIXEL, UNKNOWN),
        (OsVersion(Platform.ANDROID, 12), FLEX_MOBILE_ANDROID, YES),
        (OsVersion(Platform.ANDROID, 12), IPHONE_SAFARI, NO),
        (OsVersion(Platform.IOS, 17), IPHONE_SAFARI, YES),
        (OsVersion(Platform.IOS, 17), IPHONE_SAFARI.replace("17_5", "18_6"), UNKNOWN),
        (TextMatches("iphone os 1[67]"), IPHONE_SAFARI, YES),
        (TextMatches("^iphone"), IPHONE_SAFARI, NO),
        (TextMatches("iphone"), "", UNKNOWN),
    ],
)
def test_a_header_answers_for_browsers_apps_and_versions(condition, header, answer):
    assert condition.ask(sent(header)) is answer


ANA = AgentFacts("ana@acme.example", frozenset({"agent"}), "Sales", device_age=31, code_age=2)
BO = AgentFacts("bo@acme.example", frozenset({"agent"}), device_age=0, code_age=0)


@pytest.mark.parametrize(
    ("condition", "ana", "bo"),
    [
        (AgentIs(frozenset({"ANA@acme.example"})), YES, NO),
        (DepartmentIs(frozenset({"sales"})), YES, NO),
        (DeviceAge(31), YES, NO),
        (DeviceAge(31, under=True), NO, YES),
        (CodeAge(2), YES, NO),
        (CodeAge(2, under=True), NO, YES),
    ],
)
def test_a_condition_on_the_agent_is_answered_once_the_agent_is_proved(condition, ana, bo):
    at = {"touch_points": None, "address": None, "now": datetime(2026, 11, 21, 9, tzinfo=UTC)}

    assert condition.ask(gather(parse(PIXEL), agent=ANA, **at)) is ana
    assert condition.ask(gather(parse(PIXEL), agent=BO, **at)) is bo
    assert condition.ask(gather(parse(PIXEL), **at)) is Answer.LATER


def test_a_version_that_cannot_be_is_no_even_while_the_platform_is_still_to_come():
    at_least_17 = OsVersion(Platform.IPADOS, 17)
    assert at_least_17.ask(sent(MAC_SAFARI, os_version=frozenset({9}))) is NO
    assert at_least_17.ask(sent(MAC_SAFARI, os_version=frozenset())) is Answer.LATER
    assert at_least_17.ask(sent(MAC_SAFARI, os_version=frozenset({18}))) is Answer.LATER


def test_a_registered_app_needs_no_header_to_be_known():
    at = {"touch_points": None, "address": None, "now": datetime(2026, 11, 21, 9, tzinfo=UTC)}
    facts = gather(parse(""), app=RegisteredApp("Acme Desk", 3), **at)

    assert AppVersion("acme desk", 3).ask(facts) is YES
    assert ClientIs(frozenset({Client.WEB_VIEW})).ask(facts) is NO
