"""Notifies services of a sign-out from server to server, in the background, and repeats what failed."""

from collections import Counter
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Case, F, Q, When

from idp import clock, reference
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.background import Background
from idp.clock import has_come
from idp.saml.logout.delivery import Result, deliver
from idp.saml.models import LogoutNotice
from idp.saml.models.logout import Outcome

log = structlog.get_logger(__name__)
WORKERS = 2
BROWSER_TAKES = timedelta(minutes=10)
"""How long a browser may take to reach the services. Then they are notified from server to server."""
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))
SILENCES = 2
"""How often a service is waited for in vain in one run. Not once: one message alone may be what it cannot answer."""
UNEXPECTED = "An unexpected error. The log has the details."
UNTRIED = Result(Outcome.FAILED, "Not tried: other messages to the service had just got no answer.")
_UNTRIED_FIRST = Case(When(detail=UNTRIED.detail, then=0), default=1)

_background = Background("logout_notices", WORKERS)


def dispatch() -> None:
    """Start to send all notices that are due, in the background. The caller has committed them."""
    _background.begin(lambda: send_due(clock.now()))


def send_due(now: datetime) -> list[LogoutNotice]:
    """Send every notice that is due, including those that a browser never reached or never came back from.

    Only one process makes each attempt. A service is waited for `SILENCES` times. Its other notices count as tried
    without being sent, or those of other services would wait behind each of them; in the next run they come first.
    Returns all these notices.
    """
    due = Q(outcome__in=[Outcome.WAITING, Outcome.ASKED]) & _has_come(now)
    notices = LogoutNotice.objects.filter(due).order_by(_UNTRIED_FIRST, "made_at", "pk")
    tried = []
    silences: Counter[int] = Counter()
    for notice in notices.select_related("service_provider", "agent", "device"):
        pause = PAUSES[min(notice.tries, len(PAUSES) - 1)]
        taken = LogoutNotice.objects.filter(due, pk=notice.pk, tries=notice.tries)
        if taken.update(tries=F("tries") + 1, next_try_at=now + pause) == 1:
            notice.tries += 1
            service = notice.service_provider_id
            result = UNTRIED if silences[service] >= SILENCES else _deliver(notice, now)
            silences[service] += result.late
            _close(notice, result, now)
            tried.append(notice)
    return tried


def _deliver(notice: LogoutNotice, now: datetime) -> Result:
    try:
        return deliver(notice, now)
    except Exception:  # no error may keep the other notices from being sent
        log.exception("logout_notices_failed", service=notice.service_provider.slug)
        return Result(Outcome.FAILED, UNEXPECTED)


def _has_come(now: datetime) -> Q:
    """Return the condition that the next try has come. How far away it may be depends on the number of tries."""
    come = Q(next_try_at__lte=now)
    for tries, longest in enumerate((BROWSER_TAKES, *PAUSES)):
        come |= Q(tries=tries) & has_come("next_try_at", now, longest)
    return come


@transaction.atomic
def _close(notice: LogoutNotice, result: Result, now: datetime) -> None:
    """Record the result of an attempt. A failed one is repeated a few times, and so is one that cannot be recorded."""
    again = result.outcome == Outcome.FAILED and notice.tries < len(PAUSES)
    notice.outcome = Outcome.WAITING if again else result.outcome
    notice.detail = result.detail
    notice.closed_at = None if again else now
    notice.save(update_fields=["outcome", "detail", "closed_at"])
    log.info("service_told", service=notice.service_provider.slug, outcome=result.outcome.value, tries=notice.tries)
    if not again:
        events.record(
            Kind.SERVICE_TOLD if result.outcome in {Outcome.ENDED, Outcome.TOLD} else Kind.SERVICE_UNTOLD,
            Origin(None, "", reference.current()),
            now,
            agent=notice.agent,
            device=notice.device,
            service=notice.service_provider.slug,
            detail=f"{result.outcome.label}. {result.detail}".strip(),
        )
