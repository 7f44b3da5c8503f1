"""Warnings about webhooks: those whose receiver cannot be reached or is gone, and messages that nobody sends."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from idp.webhooks.models import State, Webhook

PATIENCE = timedelta(hours=1)
LOUD_AFTER = timedelta(hours=24)
UNREAD = timedelta(minutes=15)
"""The timer that sends messages runs far more often than this."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is wrong with a webhook, and what to do. If it is not `loud`, there is time."""

    webhook: Webhook
    why: str
    loud: bool


def in_trouble(now: datetime) -> QuerySet[Webhook]:
    """Return the webhooks that have a warning."""
    silent = Q(read_to__lte=now - UNREAD) | Q(failing_since__lte=now - PATIENCE)
    return Webhook.objects.filter(Q(gone_at__isnull=False) | Q(is_on=True) & silent)


def alarms(now: datetime) -> list[Alarm]:
    """Return the warnings of all webhooks, in one query."""
    waiting = Count("deliveries", filter=Q(deliveries__state=State.WAITING))
    found = in_trouble(now).annotate(waiting=waiting).order_by("name")
    return [alarm for webhook in found for alarm in of(webhook, now, waiting=webhook.waiting)]


def of(webhook: Webhook, now: datetime, *, waiting: int | None = None) -> Iterator[Alarm]:
    """Yield the warnings of one webhook. `waiting` is how many messages wait for it, None if not counted."""
    if webhook.gone_at is not None:
        why = f"{webhook} answered 410 on {webhook.gone_at:%d %b %H:%M} UTC and was switched off. Remove it, or "
        yield Alarm(webhook, f"{why}correct its address and switch it on.", loud=False)
    if not webhook.is_on:
        return
    if webhook.read_to <= now - UNREAD:
        why = (
            f"Nothing has been sent to {webhook} since {webhook.read_to:%d %b %H:%M} UTC. Run send_webhooks by a timer."
        )
        yield Alarm(webhook, why, loud=True)
    elif webhook.failing_since is not None and webhook.failing_since <= now - PATIENCE:
        if waiting is None:
            waiting = webhook.deliveries.filter(state=State.WAITING).count()
        since = f"{webhook.failing_since:%d %b %H:%M} UTC"
        why = f"{webhook} has accepted nothing since {since}. Messages waiting: {waiting}. "
        fix = "Look at its last answers. Messages that wait for 24 hours are given up, and you can send them again."
        yield Alarm(webhook, why + fix, loud=webhook.failing_since <= now - LOUD_AFTER)
