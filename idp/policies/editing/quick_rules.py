"""The rules that operators want most, ready to add, and what each of them catches."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from idp.policies.access.conditions import ClientIs, Condition, FormIs, PlatformIs
from idp.policies.access.rules import Effect, Mode, Rule
from idp.policies.user_agents import Client, Form, Platform


def _deny(name: str, condition: Condition) -> Rule:
    return Rule("", name, Mode.WATCH, Effect.DENY, (condition,))


QUICK_RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "android": _deny("Block Android", PlatformIs(frozenset({Platform.ANDROID}))),
        "apple": _deny("Block iPhone and iPad", PlatformIs(frozenset({Platform.IOS, Platform.IPADOS}))),
        "phones": _deny("Phones only", FormIs(frozenset({Form.PHONE}), negated=True)),
        "in-app": _deny("No in-app browsers", ClientIs(frozenset({Client.WEB_VIEW}))),
        "mobile": _deny("Block every mobile", FormIs(frozenset({Form.PHONE, Form.TABLET}))),
    }
)
CATCHES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "android": "Refuses every Android phone, tablet and TV, in any browser or app, including Flex Mobile.",
        "apple": "Refuses iPhones and iPads. An iPad looks like a Mac until script on the sign-in page detects its "
        "touch screen. So without script, Safari on a Mac is refused too.",
        "phones": "Refuses everything but phones: computers, tablets, TVs. An Android device that does not say "
        "whether it is a phone is refused too.",
        "in-app": "Refuses pages opened inside other apps. That includes Flex Mobile with legacy SSO. With enhanced "
        "SSO it opens the real browser, which is allowed.",
        "mobile": "Refuses phones and tablets of every make, and iPads that look like Macs. Computers are allowed.",
    }
)
