"""Conditions as people read them."""

from datetime import time

from idp.policies.access.conditions import (
    DeviceAge,
    MomentWithin,
    NetworkIn,
    RoleIs,
    TextContains,
    TextMatches,
    Weekday,
)
from tests.policies.access.conditions.each import ANDROID, ONE_OF_EACH


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


def test_the_other_way_round_conditions_say_themselves_too():
    all_week = MomentWithin(frozenset(Weekday), time(8), time(18), "Europe/Madrid")
    assert all_week.sentence() == "it is any day between 08:00 and 18:00 (Europe/Madrid)"
    assert NetworkIn(frozenset({"192.0.2.0/24"})).sentence() == "the address is in 192.0.2.0/24"
    assert DeviceAge(1).sentence() == "the phone was enrolled at least 1 day ago"
    assert DeviceAge(2, under=True).sentence() == "the phone was enrolled less than 2 days ago"
    assert TextContains("x", negated=True).sentence() == 'the User-Agent does not contain "x"'
    assert TextMatches("^x").sentence() == "the User-Agent matches /^x/"
    assert RoleIs(frozenset({"admin", "agent", "supervisor"})).sentence() == "the role is admin, agent or supervisor"
