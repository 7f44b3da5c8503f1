import pytest

from idp.policies.access.conditions import Answer, PlatformIs
from idp.policies.access.facts import LATER, of_user_agent
from idp.policies.user_agents import Form, Platform, UserAgent, parse
from idp.policies.user_agents.client_hints import ClientHints, doubted
from tests.user_agents import ANDROID, DESKTOP, IPHONE

AGREEING = [
    (ANDROID, ClientHints('"Android"', "?1")),
    (DESKTOP, ClientHints("", "?0")),
    (IPHONE, ClientHints()),
    (ANDROID, ClientHints('"Fuchsia"', "?2")),
]


@pytest.mark.parametrize(("header", "hints"), AGREEING)
def test_hints_that_agree_or_say_nothing_change_nothing(header, hints):
    assert doubted(parse(header), hints) == parse(header)


def test_a_phone_that_hints_at_windows_may_be_either():
    judged = doubted(parse(ANDROID), ClientHints('"Windows"', "?0"))

    assert judged.platform == {Platform.ANDROID, Platform.WINDOWS}
    assert judged.form == {Form.PHONE, Form.TABLET, Form.DESKTOP}


def test_a_computer_that_hints_at_a_phone_may_be_one():
    assert doubted(parse(DESKTOP), ClientHints("", "?1")).form == {Form.DESKTOP, Form.PHONE}


def test_hints_add_nothing_to_a_header_that_says_nothing():
    assert doubted(UserAgent(), ClientHints('"Android"', "?1")) == UserAgent()


def test_a_hint_never_makes_a_rule_let_in_but_can_make_it_refuse():
    dressed_up = of_user_agent(doubted(parse(DESKTOP), ClientHints('"Android"', "?1")), LATER)

    assert PlatformIs(frozenset({Platform.ANDROID})).ask(dressed_up) is Answer.UNKNOWN
    assert PlatformIs(parse(DESKTOP).platform).ask(dressed_up) is Answer.UNKNOWN
