"""A circuit breaker for Verify: while Verify fails for every number, nobody has to wait for a text that will not come.

All processes share it in the database. It says nothing about any number, so known and unknown identifiers meet it
alike. While it is open, a probe asks Verify about the service now and then. An answer closes the breaker.
"""

from datetime import datetime, timedelta

from django.db.models import F, Subquery, Value
from django.db.models.functions import Coalesce

from idp.clock import has_come, lately
from idp.otp.gateway import Failure
from idp.otp.models import Breaker

FAILURES = 5
WINDOW = timedelta(seconds=30)
PROBE_EVERY = timedelta(seconds=15)
ONLY = 1


def state() -> Coalesce:
    """Return a query for the reason, to run along with another one."""
    return Coalesce(Subquery(Breaker.objects.filter(pk=ONLY).values("reason")), Value(""))


def reason() -> str:
    """Return why the breaker is open, or an empty string if it is closed."""
    return Breaker.objects.filter(pk=ONLY).values_list("reason", flat=True).first() or ""


def note_failure(failure: Failure, now: datetime) -> None:
    """Count a failure that says nothing about a number. Wrong credentials open at once, others after five in 30 s."""
    Breaker.objects.get_or_create(pk=ONLY, defaults={"window_from": now})
    row = Breaker.objects.filter(pk=ONLY)
    counting = row.filter(lately("window_from", now - WINDOW, now))
    if not counting.update(failures=F("failures") + 1):
        row.update(window_from=now, failures=1)
    enough = row if failure is Failure.MISCONFIGURED else row.filter(failures__gte=FAILURES)
    enough.filter(opened_at__isnull=True).update(opened_at=now, next_probe_at=now + PROBE_EVERY, reason=failure.value)


def note_success() -> None:
    """Close the breaker. Writes nothing if it is closed and nothing has failed lately."""
    Breaker.objects.filter(pk=ONLY).exclude(failures=0, opened_at__isnull=True).update(
        failures=0, opened_at=None, next_probe_at=None, reason=""
    )


def take_probe(now: datetime) -> bool:
    """Tell whether the caller should probe Verify now. While it is open, one caller gets True every 15 seconds."""
    due = has_come("next_probe_at", now, PROBE_EVERY)
    return Breaker.objects.filter(due, pk=ONLY, opened_at__isnull=False).update(next_probe_at=now + PROBE_EVERY) == 1
