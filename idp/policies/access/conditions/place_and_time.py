"""Conditions on where a request comes from, and when."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import ClassVar
from zoneinfo import ZoneInfo

from idp.policies.access.conditions.kinds import Answer, kind, turned
from idp.policies.access.conditions.sets import one_of, over
from idp.policies.access.facts import Facts, Later

MOST_BLOCKS = 100
_MAPPED = 96  # bits before the IPv4 address in one of IPv6 (RFC 4291 section 2.5.5.2)


class Weekday(StrEnum):
    """A day of the week, Monday first."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


_DAYS = tuple(Weekday)


@kind("network")
@dataclass(frozen=True, slots=True)
class NetworkIn:
    """The IP address is in one of these networks, or in none, such as 192.0.2.0/24 or 2001:db8::/32."""

    label: ClassVar[str] = "Network"
    reads: ClassVar[tuple[str, ...]] = ("network",)
    blocks: frozenset[str]
    negated: bool = False

    def __post_init__(self) -> None:
        if not 0 < len(self.blocks) <= MOST_BLOCKS:
            raise ValueError(f"a network is 1 to {MOST_BLOCKS} blocks of addresses")
        for block in self.blocks:
            _block(block)

    def ask(self, facts: Facts) -> Answer:
        """Answer by the address that the trusted proxies report."""
        if isinstance(facts.network, Later):
            return Answer.LATER
        return turned(self.negated, over(frozenset(map(self._has, facts.network)), {True}))

    def _has(self, address: str) -> bool:
        found = _address(address)
        return any(found in _block(block) for block in self.blocks)

    def sentence(self) -> str:
        """Say it: "the address is in 192.0.2.0/24"."""
        return f"the address is {'not ' if self.negated else ''}in {one_of(sorted(self.blocks))}"


@kind("moment")
@dataclass(frozen=True, slots=True)
class MomentWithin:
    """It is one of these weekdays, between two times in a time zone; with `outside`, it is not.

    The window includes `begins` and excludes `ends`. If `ends` is not after `begins`, the window runs past midnight
    and belongs to the day on which it begins. If both are equal, it is a whole day.
    """

    label: ClassVar[str] = "Time"
    reads: ClassVar[tuple[str, ...]] = ("moment",)
    weekdays: frozenset[Weekday]
    begins: time
    ends: time
    zone: str
    outside: bool = False

    def __post_init__(self) -> None:
        if not self.weekdays:
            raise ValueError("a time names at least one weekday")
        if self.begins.tzinfo or self.ends.tzinfo:
            raise ValueError("begins and ends have no time zone")
        _zone(self.zone)

    def ask(self, facts: Facts) -> Answer:
        """Answer by Latchkey's clock."""
        if isinstance(facts.moment, Later):
            return Answer.LATER
        return turned(self.outside, over(frozenset(map(self._has, facts.moment)), {True}))

    def _has(self, moment: datetime) -> bool:
        here = moment.astimezone(_zone(self.zone))
        clock, today = here.time(), _weekday(here)
        if self.begins < self.ends:
            return today in self.weekdays and self.begins <= clock < self.ends
        early = clock < self.ends and _weekday(here - timedelta(days=1)) in self.weekdays
        return early or (today in self.weekdays and clock >= self.begins)

    def sentence(self) -> str:
        """Say it: "it is Mon or Tue between 08:00 and 18:00 (Europe/Madrid)"."""
        days = "any day" if len(self.weekdays) == len(Weekday) else one_of(self._days())
        between = f"{self.begins:%H:%M} and {self.ends:%H:%M} ({self.zone})"
        return f"it is {'not ' if self.outside else ''}{days} between {between}"

    def _days(self) -> list[str]:
        return [it.value.capitalize() for it in Weekday if it in self.weekdays]


def _weekday(moment: datetime) -> Weekday:
    return _DAYS[moment.weekday()]


@lru_cache(maxsize=1024)
def _block(block: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """Read a block. An IPv4 block written as IPv6 counts as IPv4, as addresses do."""
    found = ipaddress.ip_network(block)
    mapped = found.network_address.ipv4_mapped if isinstance(found, ipaddress.IPv6Network) else None
    if mapped is None or found.prefixlen < _MAPPED:
        return found
    return ipaddress.IPv4Network((mapped, found.prefixlen - _MAPPED))


@lru_cache(maxsize=1024)
def _address(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Read an address. An IPv4 address that came through an IPv6 socket counts as IPv4."""
    found = ipaddress.ip_address(address)
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"no time zone is called {name!r}; one is Europe/Madrid") from error
