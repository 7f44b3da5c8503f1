"""Deletes rows beyond their retention time in small transactions, while agents sign in and other purges run."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import OperationalError, transaction

from idp.agents import counts
from idp.audit.chain import sealing
from idp.audit.statistics import hourly
from idp.otp import costs
from idp.web.retention.rules import RULES, Rule

log = structlog.get_logger(__name__)
PURGED_AT_ONCE = 500
"""Rows that one transaction purges."""
ATTEMPTS = 3
LONGEST_REST = 0.5
"""The longest pause between two batches, in seconds.

A pause lasts as long as its batch, so that sign-ins get half of the database's time.
"""


@dataclass(frozen=True, slots=True)
class Purged:
    """The outcome of a rule: the number of rows, or None if it failed."""

    rule: Rule
    days: int
    rows: int | None


def due(days: Mapping[str, int], now: datetime) -> Iterator[Purged]:
    """Count the rows that are due, and change nothing."""
    for rule in RULES:
        yield Purged(rule, days[rule.period], rule.rows(_before(rule, days, now)).count())


def run(days: Mapping[str, int], now: datetime) -> Iterator[Purged]:
    """Delete the rows that are due. A table that fails is logged, and does not stop the others."""
    _keep_figures(now)
    _seal(now)
    for rule in RULES:
        rows: int | None = None
        try:
            rows = sum(_batches(rule, _before(rule, days, now)))
        except Exception:
            log.exception("purge_failed", table=rule.table, period=rule.period)
        yield Purged(rule, days[rule.period], rows)


def _keep_figures(now: datetime) -> None:
    """Keep the figures of events and codes before they are deleted."""
    acts = {
        "hourly_counts": lambda: hourly.count_again(now),
        "daily_codes": lambda: costs.count_again(now),
        "counts": counts.put_together,
    }
    for name, act in acts.items():
        try:
            act()
        except Exception:
            log.exception(f"{name}_failed")


def _seal(now: datetime) -> None:
    """Seal what waits: events leave the trail in the order of its chain."""
    try:
        sealing.seal_all(now, thorough=True)
    except Exception:
        log.exception("sealing_failed")


def _before(rule: Rule, days: Mapping[str, int], now: datetime) -> datetime:
    return now - timedelta(days=days[rule.period])


def _batches(rule: Rule, before: datetime) -> Iterator[int]:
    """Go through the rows once, by key. Rows that are locked are left to the next run."""
    last: object = None
    while True:
        begun = time.monotonic()
        last, rows, found = _attempt(rule, before, last)
        yield rows
        if found < PURGED_AT_ONCE:
            return
        time.sleep(min(time.monotonic() - begun, LONGEST_REST))


def _attempt(rule: Rule, before: datetime, after: object) -> tuple[object, int, int]:
    for _ in range(ATTEMPTS - 1):
        try:
            return _batch(rule, before, after)
        except OperationalError:  # locked for longer than the database waits
            time.sleep(LONGEST_REST)
    return _batch(rule, before, after)


@transaction.atomic
def _batch(rule: Rule, before: datetime, after: object) -> tuple[object, int, int]:
    """Purge one batch. Returns the last key, the number of rows purged, and the number found.

    On PostgreSQL, locked rows are skipped, and the others are checked again under lock. On SQLite, the transaction runs
    alone.
    """
    rows = rule.rows(before)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    chosen = list(rows.select_for_update(skip_locked=True, of=("self",)).only("pk")[:PURGED_AT_ONCE])
    keys = [it.pk for it in chosen]
    return (keys[-1] if keys else after), (rule.carry_out(keys) if keys else 0), len(keys)
