"""What one request tells, gathered: nothing gets lost on the way from the header to the rules."""

from idp.policies.access.facts import LATER, AgentFacts, Later, RegisteredApp, gather, of_user_agent
from idp.policies.user_agents import Client, Platform, parse
from tests.conftest import NOW
from tests.policies.samples import MAC_SAFARI
from tests.user_agents import ANDROID, FLEX_MOBILE_ANDROID

IN_LINKEDIN = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_1_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 [LinkedInApp]/9.24.1488"
)
ANA = AgentFacts("ana@acme.example", frozenset({"agent"}), "Night", device_age=3, code_age=70)


def gathered(header=ANDROID, touch_points=None, **more):
    return gather(parse(header), touch_points=touch_points, address="192.0.2.7", now=NOW, **more)


def test_address_and_moment_are_known_from_the_first_request():
    facts = gathered()
    assert (facts.network, facts.moment) == ({"192.0.2.7"}, {NOW})
    assert (facts.agent, facts.role, facts.code_age) == (LATER, LATER, LATER)


def test_with_an_agent_nothing_about_one_is_left_to_come():
    facts = gathered(agent=ANA)
    assert (facts.agent, facts.role, facts.department) == ({ANA.email}, ANA.roles, {"Night"})
    assert (facts.device_age, facts.code_age) == ({3}, {70})


def test_touch_points_tell_a_mac_from_an_ipad():
    assert gathered(MAC_SAFARI, 0).platform == {Platform.MACOS}
    assert gathered(MAC_SAFARI, 5).platform == {Platform.IPADOS}
    assert gathered(MAC_SAFARI, LATER).platform == Later(frozenset({Platform.MACOS, Platform.IPADOS}))


def test_a_browser_is_no_app_and_has_a_version_of_its_own():
    facts = of_user_agent(parse(ANDROID), None)
    assert (facts.app, facts.app_version) == ({""}, frozenset())
    assert (facts.browser_version, facts.text) == ({147}, {ANDROID})


def test_a_page_inside_an_app_is_called_by_what_it_says_of_itself():
    facts = of_user_agent(parse(IN_LINKEDIN), None)
    assert (facts.client, facts.app, facts.app_version) == ({Client.WEB_VIEW}, {"LinkedIn"}, {9})


def test_a_page_inside_an_app_that_says_nothing_has_no_name_that_could_be_known():
    facts = of_user_agent(parse(FLEX_MOBILE_ANDROID), None)
    assert (facts.client, facts.app, facts.app_version) == ({Client.WEB_VIEW}, frozenset(), frozenset())


def test_an_app_that_gives_its_name_is_called_by_it():
    seen = parse("Rota/7 CFNetwork/1568.200.51 Darwin/24.1.0")
    facts = of_user_agent(seen, None)
    assert seen.app == "Rota"
    assert (facts.app, facts.app_version) == ({"Rota"}, {7})


def test_a_blank_header_has_no_client_and_no_app():
    facts = of_user_agent(parse(""), None)
    assert (facts.client, facts.app, facts.app_version, facts.text) == (frozenset(),) * 4


def test_a_registered_app_needs_no_header_to_say_what_it_is():
    facts = gathered("anything", app=RegisteredApp("Rota", 7))
    assert (facts.client, facts.app, facts.app_version) == ({Client.APP}, {"Rota"}, {7})
