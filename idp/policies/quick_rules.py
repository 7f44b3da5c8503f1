"""Rules that operators ask for most, ready to add. Each begins in watch only."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from idp.policies.conditions import ClientIs, Condition, FormIs, PlatformIs
from idp.policies.rules import Effect, Mode, Rule
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
