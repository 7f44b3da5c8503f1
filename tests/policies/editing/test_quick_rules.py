"""The rules that are ready to add refuse what their words say, once they are switched on, and only watch until then."""

from dataclasses import replace

import pytest

from idp.policies.access.facts import of_user_agent
from idp.policies.access.rules import Effect, Mode
from idp.policies.editing.quick_rules import CATCHES, QUICK_RULES
from idp.policies.user_agents import parse
from tests.policies.access.test_decisions import decide
from tests.policies.samples import MAC_SAFARI, PIXEL
from tests.user_agents import DESKTOP, FLEX_MOBILE_IOS, IPHONE

COMERS = {"iPhone": IPHONE, "Pixel": PIXEL, "Mac": MAC_SAFARI, "Windows": DESKTOP, "in Flex": FLEX_MOBILE_IOS}
REFUSED = {
    "android": {"Pixel"},
    "apple": {"iPhone", "in Flex", "Mac"},
    "phones": {"Windows", "Mac"},
    "in-app": {"in Flex"},
    "mobile": {"iPhone", "Pixel", "in Flex", "Mac"},
}
"""A Mac without script may be an iPad."""


@pytest.mark.parametrize("quick", QUICK_RULES)
def test_a_quick_rule_refuses_what_its_words_say(quick):
    rule = replace(QUICK_RULES[quick], key="1", mode=Mode.ON)
    denied = {
        name
        for name, header in COMERS.items()
        if decide([rule], of_user_agent(parse(header), None)).effect is Effect.DENY
    }
    assert denied == REFUSED[quick]


def test_quick_rules_begin_by_watching_and_each_says_what_it_catches():
    assert {rule.mode for rule in QUICK_RULES.values()} == {Mode.WATCH}
    assert {rule.key for rule in QUICK_RULES.values()} == {""}
    assert QUICK_RULES["android"].name == "Block Android"
    assert CATCHES.keys() == QUICK_RULES.keys()
