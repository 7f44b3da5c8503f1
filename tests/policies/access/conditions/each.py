"""One condition of each kind, and facts to ask them about."""

from dataclasses import replace
from datetime import time

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
    MomentWithin,
    NetworkIn,
    OsVersion,
    PlatformIs,
    RoleIs,
    TextContains,
    TextMatches,
    Weekday,
)
from idp.policies.access.facts import LATER, Facts, of_user_agent
from idp.policies.user_agents import Client, Form, Platform, parse

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
ANDROID = PlatformIs(frozenset({Platform.ANDROID}))
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
