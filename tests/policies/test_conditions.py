import json
from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from idp.policies.conditions import (
    KINDS,
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
    MomentWithin,
    NetworkIn,
    OsVersion,
    PlatformIs,
    RoleIs,
    TextContains,
    TextMatches,
    Weekday,
    from_json,
    kind,
    read_all,
    to_json,
)
from idp.policies.conditions.numbers import HIGHEST
from idp.policies.conditions.place_and_time import MOST_BLOCKS
from idp.policies.conditions.texts import LONGEST_TEXT
from idp.policies.facts import LATER, AgentFacts, Facts, RegisteredApp, gather, known, of_user_agent
from idp.policies.user_agents import Client, Form, Platform, UserAgent, parse
from tests.policies.samples import FLEX_MOBILE_ANDROID, IPHONE_SAFARI, MAC_SAFARI, PIXEL

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
    BrowserIs(frozenset({"Safari", "Chrome"})),
    AppIs(frozenset({"Instagram"}), negated=True),
    AgentIs(frozenset({"ana@acme.example"})),
    DepartmentIs(frozenset({"Sales"}), negated=True),
    BrowserVersion("Chrome", 120),
    AppVersion("Instagram", 300, under=True),
    OsVersion(Platform.ANDROID, 12, under=True),
    DeviceAge(30),
    CodeAge(1, under=True),
    NetworkIn(frozenset({"192.0.2.0/24", "2001:db8::/32"}), negated=True),
    MomentWithin(frozenset({Weekday.MONDAY, Weekday.TUESDAY}), time(8), time(18), "Europe/Madrid", outside=True),
    TextMatches("^Mozilla.+Pixel [1-4]", negated=True),
]


def sent(header: str | None, *, touch_points=LATER, **facts) -> Facts:
    return replace(of_user_agent(parse(header), touch_points), **facts)


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


def test_what_does_not_read_stands_for_itself_among_the_others():
    good, bad = read_all([to_json(ANDROID), {"kind": "weather"}])

    assert good == ANDROID
    with pytest.raises(ValueError, match="weather"):
        bad.ask(sent(PIXEL))


def test_conditions_say_themselves():
    assert [it.sentence() for it in [ANDROID, *ONE_OF_EACH]] == [
        "the platform is Android",
        "the platform is not iOS or Android",
        "the device is a phone or tablet",
        "the client is a web view",
        'the User-Agent contains "Mobile"',
        "the role is not admin or supervisor",
        "the browser is Chrome or Safari",
        "the app is not Instagram",
        "the agent is ana@acme.example",
        "the department is not Sales",
        "Chrome is at least version 120",
        "Instagram is under version 300",
        "Android is under version 12",
        "the phone was enrolled at least 30 days ago",
        "the last code was given less than 1 hour ago",
        "the address is not in 192.0.2.0/24 or 2001:db8::/32",
        "it is not Mon or Tue between 08:00 and 18:00 (Europe/Madrid)",
        "the User-Agent does not match /^Mozilla.+Pixel [1-4]/",
    ]


def test_a_field_of_another_type_is_told():
    with pytest.raises(ValueError, match=r"^'30' does not fit <class 'int'>$"):
        from_json({"kind": "device_age", "days": "30", "under": False})


def test_the_other_way_round_conditions_say_themselves_too():
    all_week = MomentWithin(frozenset(Weekday), time(8), time(18), "Europe/Madrid")
    assert all_week.sentence() == "it is any day between 08:00 and 18:00 (Europe/Madrid)"
    assert NetworkIn(frozenset({"192.0.2.0/24"})).sentence() == "the address is in 192.0.2.0/24"
    assert DeviceAge(1).sentence() == "the phone was enrolled at least 1 day ago"
    assert DeviceAge(2, under=True).sentence() == "the phone was enrolled less than 2 days ago"
    assert TextContains("x", negated=True).sentence() == 'the User-Agent does not contain "x"'
    assert TextMatches("^x").sentence() == "the User-Agent matches /^x/"
    assert RoleIs(frozenset({"admin", "agent", "supervisor"})).sentence() == "the role is admin, agent or supervisor"


@pytest.mark.parametrize(("negated", "pixel", "iphone"), [(False, YES, NO), (True, NO, YES)])
def test_a_pattern_is_met_by_what_it_matches_or_by_all_else(negated, pixel, iphone):
    pattern = TextMatches("Pixel|Android", negated=negated)
    assert (pattern.ask(sent(PIXEL)), pattern.ask(sent(IPHONE_SAFARI))) == (pixel, iphone)


def test_a_pattern_has_so_many_characters_and_no_more():
    assert TextMatches("x" * LONGEST_TEXT).pattern
    for wrong in ("", "x" * (LONGEST_TEXT + 1)):
        with pytest.raises(ValueError, match=f"^a pattern has 1 to {LONGEST_TEXT} characters$"):
            TextMatches(wrong)


@pytest.mark.parametrize(
    ("weekdays", "begins", "ends", "sentence"),
    [
        (frozenset(), time(8), time(18), "^a time names at least one weekday$"),
        (frozenset({Weekday.MONDAY}), time(8, tzinfo=UTC), time(18), "^the zone stands by itself$"),
        (frozenset({Weekday.MONDAY}), time(8), time(18, tzinfo=UTC), "^the zone stands by itself$"),
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
def test_a_number_lies_between_nothing_and_the_highest(numbered):
    assert numbered(0) != numbered(HIGHEST)
    for wrong in (-1, HIGHEST + 1):
        with pytest.raises(ValueError, match=f"^a number here lies between 0 and {HIGHEST}$"):
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


def test_what_is_no_list_of_conditions_says_so():
    (only,) = read_all({"kind": "platform"})
    with pytest.raises(ValueError, match=r"^the conditions are no list$"):
        only.ask(sent(PIXEL))


# The other kinds


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


def test_a_block_of_ipv4_may_be_written_as_one_of_ipv6():
    office = NetworkIn(frozenset({"::ffff:192.0.2.0/120"}))
    assert [office.ask(Facts(network=frozenset({it}))) for it in ("192.0.2.9", "192.0.3.9", "2001:db8::1")] == [
        YES,
        NO,
        NO,
    ]


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("192.0.2.9", YES),
        ("::ffff:192.0.2.9", YES),
        ("198.51.100.1", NO),
        ("2001:db8::1", YES),
        (None, UNKNOWN),
    ],
)
def test_an_address_lies_in_a_block_or_not(address, answer):
    blocks = NetworkIn(frozenset({"192.0.2.0/24", "2001:db8::/32"}))

    assert blocks.ask(Facts(network=known(address))) is answer
    assert blocks.ask(Facts()) is Answer.LATER


OFFICE = (frozenset({Weekday.MONDAY}), time(8), time(18), "Europe/Madrid")
NIGHT = (frozenset({Weekday.MONDAY}), time(22), time(6), "Europe/Madrid")
WHOLE_DAY = (frozenset({Weekday.MONDAY}), time(8), time(8), "Europe/Madrid")


@pytest.mark.parametrize(
    ("window", "utc", "answer"),
    [
        (OFFICE, "2026-11-23T07:00", YES),  # Monday 08:00 in Madrid
        (OFFICE, "2026-11-23T06:59", NO),
        (OFFICE, "2026-11-23T17:00", NO),  # 18:00: the end belongs to it no more
        (OFFICE, "2026-11-24T10:00", NO),  # Tuesday
        (OFFICE, "2026-07-06T06:00", YES),  # in summer 08:00 is an hour earlier
        (NIGHT, "2026-11-23T21:00", YES),
        (NIGHT, "2026-11-24T04:59", YES),  # Tuesday morning belongs to Monday's night
        (NIGHT, "2026-11-24T05:00", NO),
        (NIGHT, "2026-11-23T04:00", NO),  # Monday morning belongs to Sunday's
        (WHOLE_DAY, "2026-11-23T06:59", NO),
        (WHOLE_DAY, "2026-11-23T07:00", YES),
        (WHOLE_DAY, "2026-11-24T06:59", YES),
        (WHOLE_DAY, "2026-11-24T07:00", NO),
    ],
)
def test_a_window_is_judged_in_its_own_zone(window, utc, answer):
    facts = Facts(moment=known(datetime.fromisoformat(utc).replace(tzinfo=UTC)))

    assert MomentWithin(*window).ask(facts) is answer
    assert MomentWithin(*window, outside=True).ask(facts) is {YES: NO, NO: YES}[answer]


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
def test_what_is_about_the_agent_is_answered_once_one_is_proved(condition, ana, bo):
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
