"""How many devices are signed in and how many agents there are, without reading their tables, which grow."""

from collections import Counter
from typing import Any, Final

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from idp.agents.models import Agent, AgentCount, AgentKind, Device, DeviceCount
from idp.background import Upkeep
from idp.sql.row_counts import RowCounts

DEVICES: Final = RowCounts(
    Device, DeviceCount, kind="{row}.kind", counted="{row}.revoked_at IS NULL", columns=("revoked_at", "kind")
)
"""Active devices. Monitors ask for them every 15 seconds. A silent sign-in fires no trigger."""
AGENTS: Final = RowCounts(
    Agent,
    AgentCount,
    kind=f"CASE WHEN {{row}}.is_active THEN '{AgentKind.ACTIVE}' ELSE '{AgentKind.INACTIVE}' END",
    counted="NOT {row}.is_staff AND NOT {row}.is_superuser",
    columns=("is_active", "is_staff", "is_superuser"),
)
"""Agents who are no operators. A personnel system asks for them with each page of its list."""
_ALL: Final = (DEVICES, AGENTS)


def active_devices() -> Counter[str]:
    """Return how many devices of each kind are active."""
    return DEVICES.now()


def agents() -> int:
    """Return how many agents there are, active or not, without operators."""
    return AGENTS.now().total()


def put_together() -> int:
    """Merge changes, in small transactions, until few are left. Returns how many rows this saved."""
    return sum(it.put_together() for it in _ALL)


_merging: Final = Upkeep("counts", put_together)


def have_merged(these: RowCounts) -> None:
    """Have changes merged in the background if there are many, so that whoever asked does not wait for it."""
    if these.are_many():
        _merging.dispatch()


def put_in_place(using: str = "default", **_: Any) -> None:
    """Create missing triggers, and count anew what they count."""
    there = set(connections[using].introspection.table_names())
    for it in _ALL:
        if it.tables <= there:
            it.put_in_place(connections[using])
        else:
            it.put_away(connections[using])


def put_away_on_sqlite(using: str = "default", **_: Any) -> None:
    """Drop the triggers before a migration: SQLite renames no table while a trigger names a missing one."""
    if connections[using].vendor == "sqlite":
        for it in _ALL:
            it.put_away(connections[using])


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of missing triggers."""
    return [name for it in _ALL for name in it.missing(connection)]
