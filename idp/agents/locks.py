"""Holds agents and devices: their rows are locked until the commit, so that what is read afterwards is current.

A transaction that needs several rows takes them in one order, or PostgreSQL breaks one off as a deadlock:

1. the login flow (`login.flow.storage.hold`),
2. agents, in order of id,
3. devices, in order of id,
4. what a proof uses up or the end of a device changes: verifications, authenticator apps, passkeys, sessions, answers,
5. that nobody signs everyone out (`cutoffs.hold`),
6. one of the numbers of the day's texts, which a reserved text adds to (`otp.limits.todays_sends`).

The locks leave the keys free (FOR NO KEY UPDATE), so others can write rows that refer to a row that is held. On SQLite
a transaction has the whole file to itself from its beginning.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from idp.agents.models import Agent, Device
from idp.sql.batches import batches


def hold_agents(agents: Iterable[UUID]) -> None:
    """Hold agents. Runs inside the caller's transaction. To hold one and read it, see `agent_rows.get_and_hold`."""
    _hold(Agent.objects.all(), agents)


def hold_devices(devices: Iterable[UUID]) -> None:
    """Hold devices. Runs inside the caller's transaction. To hold one and read it, see `device_rows`."""
    _hold(Device.objects.all(), devices)


def _hold(rows: QuerySet[Any], wanted: Iterable[UUID]) -> None:
    for some in batches(sorted(wanted)):
        list(rows.select_for_update(no_key=True).filter(pk__in=some).order_by("pk").values_list("pk"))
