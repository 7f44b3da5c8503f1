"""Metrics of the database's present state, with a fixed number of queries. Every process reports the same.

Figures about sign-ins and codes cover the last `RECENT`. No figure is about a single person, and all labels come from
closed lists.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from django.db import Error
from django.db.models import Count, Min, Q
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from idp.agents import counts
from idp.agents.authentication import Method
from idp.agents.models.device import Kind as DeviceKind
from idp.audit.models import Kind, LoginEvent
from idp.keys import certificates
from idp.keys.models import SigningKey, State
from idp.otp.allowances import CODE_LIFETIME
from idp.otp.models import SENT, Breaker, Outcome, Verification, VerificationSend
from idp.saml.models import LogoutNotice
from idp.saml.models.logout import Outcome as LogoutOutcome
from idp.web.checkup import clocks
from idp.webhooks.models import Delivery, Webhook
from idp.webhooks.models import State as DeliveryState

log = structlog.get_logger(__name__)
RECENT = timedelta(minutes=5)
DAY = timedelta(days=1)
Gauges = Iterator[GaugeMetricFamily]


class Facts(Collector):
    """Everything read at a scrape. Without a database, it reports only that."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Gauges:
        """Yield all metrics, or none: half of them would look like a quiet day."""
        try:
            found = list(read(self._now))
        except Error:
            log.exception("metrics_unread")
            found = []
        yield gauge("latchkey_database_reachable", "1 if the database answers.", bool(found))
        yield from found


def gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    """Return a metric without labels."""
    return GaugeMetricFamily(name, meaning, value=value)


def read(now: datetime) -> Gauges:
    """Yield each metric, and have changes to the count of devices merged if they are many. Raises django.db.Error."""
    apart = "How far the clock of the server that answers is ahead of the database's; negative if it is behind."
    yield gauge("latchkey_clock_ahead_seconds", apart, -clocks.database_ahead().total_seconds())
    yield from _trail(now)
    yield _codes(now)
    down = Breaker.objects.filter(opened_at__isnull=False).exists()
    yield gauge("latchkey_verify_breaker_open", "1 while Twilio Verify fails for everybody.", down)
    counts.have_merged(counts.DEVICES)
    yield _devices()
    yield from _webhooks(now)
    yield from _logouts(now)
    yield _certificates(now)
    waiting = LoginEvent.objects.all().unacknowledged().count()
    yield gauge("latchkey_alarms_waiting", "Alarms about sign-ins that no operator has acknowledged.", waiting)


def _trail(now: datetime) -> Gauges:
    kinds = (Kind.SIGNED_IN, Kind.REFUSED, Kind.CODE_WRONG, Kind.CODE_UNKNOWN)
    lines = LoginEvent.objects.filter(at__gt=now - RECENT, at__lte=now, kind__in=kinds).order_by()
    counted = {(it["kind"], it["method"]): it["of"] for it in lines.values("kind", "method").annotate(of=Count("pk"))}

    def all_of(kind: Kind) -> int:
        return sum(of for (which, _), of in counted.items() if which == kind)

    signed_in = GaugeMetricFamily(
        "latchkey_recent_sign_ins", "Sign-ins of the last 5 minutes, by how they were proved.", labels=["method"]
    )
    for method in Method:
        signed_in.add_metric([method.value], counted.get((Kind.SIGNED_IN, method.value), 0))
    yield signed_in
    refused = "Sign-ins that the access policy refused in the last 5 minutes."
    yield gauge("latchkey_recent_refusals", refused, all_of(Kind.REFUSED))
    yield gauge("latchkey_recent_wrong_codes", "Wrong codes of the last 5 minutes.", all_of(Kind.CODE_WRONG))
    unchecked = "Codes of the last 5 minutes that could not be checked."
    yield gauge("latchkey_recent_unchecked_codes", unchecked, all_of(Kind.CODE_UNKNOWN))


def _codes(now: datetime) -> GaugeMetricFamily:
    """Count codes to numbers that an agent has. Codes to other numbers are never sent."""
    ours = VerificationSend.objects.filter(verification__authenticator__isnull=False, at__lte=now)
    sends = ours.filter(at__gt=now - RECENT).aggregate(
        sent=Count("pk", filter=Q(answer=SENT)), failed=Count("pk", filter=~Q(answer__in=[SENT, ""]))
    )
    # Not by when they ended alone, which has no index: PostgreSQL then reads all codes there ever were.
    lately = Verification.objects.filter(started_at__gt=now - RECENT - CODE_LIFETIME, authenticator__isnull=False)
    approved = lately.filter(outcome=Outcome.APPROVED)
    codes = GaugeMetricFamily("latchkey_recent_codes", "Codes of the last 5 minutes, by outcome.", labels=["outcome"])
    codes.add_metric(["sent"], sends["sent"])
    codes.add_metric(["failed"], sends["failed"])
    codes.add_metric(["approved"], approved.filter(ended_at__gt=now - RECENT, ended_at__lte=now).count())
    return codes


def _devices() -> GaugeMetricFamily:
    counted = counts.active_devices()
    devices = GaugeMetricFamily("latchkey_devices", "Phones and computers that were not signed out.", labels=["kind"])
    for kind in DeviceKind:
        devices.add_metric([kind.label], counted[kind.value])
    return devices


def _webhooks(now: datetime) -> Gauges:
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING, webhook__is_on=True)
    queue = waiting.aggregate(of=Count("pk"), since=Min("made_at"))
    yield gauge("latchkey_webhook_messages_waiting", "Messages to webhooks that wait.", queue["of"])
    yield _age("latchkey_webhook_oldest_seconds", "For how long the oldest of them has waited.", queue["since"], now)
    read_to = Webhook.objects.filter(is_on=True).aggregate(it=Min("read_to"))["it"]
    unread = "For how long the trail was not read for webhooks: whether send_webhooks runs."
    yield _age("latchkey_webhook_unread_seconds", unread, read_to, now)


def _logouts(now: datetime) -> Gauges:
    waiting = LogoutNotice.objects.filter(
        outcome__in=[LogoutOutcome.WAITING, LogoutOutcome.ASKED], next_try_at__isnull=False
    )
    queue = waiting.aggregate(of=Count("pk"), since=Min("made_at"))
    yield gauge("latchkey_logouts_waiting", "Sign-outs of which services are still to be notified.", queue["of"])
    yield _age("latchkey_logout_oldest_seconds", "For how long the oldest of them has waited.", queue["since"], now)


def _certificates(now: datetime) -> GaugeMetricFamily:
    published = SigningKey.objects.exclude(certificate="").exclude(state=State.RETIRED)
    days = GaugeMetricFamily(
        "latchkey_certificate_days", "Days until a certificate of ours ends.", labels=["use", "state"]
    )
    for key in published.only("use", "state", "certificate"):
        days.add_metric([key.use, key.state], (certificates.expires_at(key.certificate) - now) / DAY)
    return days


def _age(name: str, meaning: str, since: datetime | None, now: datetime) -> GaugeMetricFamily:
    return gauge(name, meaning, max(0.0, (now - since).total_seconds()) if since else 0)
