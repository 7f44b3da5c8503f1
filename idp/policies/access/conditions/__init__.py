"""The questions that a rule asks about a sign-in, as frozen values. Their fields define storage, form and sentence."""

from idp.policies.access.conditions.kinds import (
    KINDS,
    Answer,
    Condition,
    Unreadable,
    field_types,
    from_json,
    kind,
    read_all,
    to_json,
)
from idp.policies.access.conditions.numbers import AppVersion, BrowserVersion, CodeAge, DeviceAge, OsVersion
from idp.policies.access.conditions.place_and_time import MomentWithin, NetworkIn, Weekday
from idp.policies.access.conditions.sets import (
    AgentIs,
    AppIs,
    BrowserIs,
    ClientIs,
    DepartmentIs,
    FormIs,
    PlatformIs,
    RoleIs,
)
from idp.policies.access.conditions.texts import LONGEST_TEXT, TextContains, TextMatches

__all__ = [
    "KINDS",
    "LONGEST_TEXT",
    "AgentIs",
    "Answer",
    "AppIs",
    "AppVersion",
    "BrowserIs",
    "BrowserVersion",
    "ClientIs",
    "CodeAge",
    "Condition",
    "DepartmentIs",
    "DeviceAge",
    "FormIs",
    "MomentWithin",
    "NetworkIn",
    "OsVersion",
    "PlatformIs",
    "RoleIs",
    "TextContains",
    "TextMatches",
    "Unreadable",
    "Weekday",
    "field_types",
    "from_json",
    "kind",
    "read_all",
    "to_json",
]
