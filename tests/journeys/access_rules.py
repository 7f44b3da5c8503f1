"""Access rules that refuse phones."""

from datetime import time

from idp.policies.access.conditions import MomentWithin, PlatformIs, Weekday
from idp.policies.user_agents import Platform
from tests.policies import publishing

BLOCK_ANDROID = PlatformIs(frozenset({Platform.ANDROID}))
BLOCK_IOS = PlatformIs(frozenset({Platform.IOS, Platform.IPADOS}))


def block(condition, message="", effect="deny", mode="on"):
    return publishing.in_force(condition, message=message, effect=effect, mode=mode)


ALWAYS = MomentWithin(frozenset(Weekday), time(0), time(0), "UTC")
