"""Reads the trail for a webhook, and makes one message of each line that it wants.

The database assigns ids in the trail before a transaction commits, so a lower id may become visible after a higher one.
Each pass therefore looks an hour back by the clock and takes the lines without a message, besides all that the last
pass did not see, whatever clock dated them. The last seconds are left to the next pass, so that messages keep the order
of the lines.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, Min, OuterRef

from idp.audit import events
from idp.audit.models import Chain, LoginEvent, Seal
from idp.webhooks import kinds
from idp.webhooks.models import Delivery, Webhook

SETTLING = timedelta(seconds=2)
LOOK_BACK = timedelta(hours=1)
"""Far longer than any transaction lasts."""

READ_AT_ONCE = 1000
"""Lines of the trail that one query reads."""


def take_in(webhook: Webhook, now: datetime) -> None:
    """Make messages of everything since the last pass that the webhook wants.

    The caller has reserved the webhook. An interruption loses nothing: the next pass finds lines without a message.
    """
    up_to, seen = now - SETTLING, events.last_line()
    last = _read_before(webhook, up_to)
    while lines := _unread(webhook, up_to, last):
        messages = [
            Delivery(webhook=webhook, event=line, kind=kind, made_at=now)
            for line in lines
            for kind in kinds.of(line)
            if kind in webhook.kinds and line.pk > webhook.chosen_after.get(kind, webhook.after_line)
        ]
        Delivery.objects.bulk_create(messages, ignore_conflicts=True)
        last = lines[-1].pk
    Webhook.objects.filter(pk=webhook.pk).update(read_to=up_to, read_line=seen)


def forward(webhook: Webhook, now: datetime) -> None:
    """Make a message of each new line of the trail that the webhook forwards, in the order of its chain.

    Positions have no gaps and follow the order of commits, so continuing after the last one skips nothing. The caller
    has reserved the webhook.
    """
    wanted = {it for it in kinds.TRAIL if it in webhook.kinds}
    while wanted and (seals := _beyond(webhook)):
        messages = [
            Delivery(webhook=webhook, event=seal.event, kind=kind, made_at=now)
            for seal in seals
            if (kind := kinds.forwarded_as(seal.event)) in wanted
        ]
        with transaction.atomic():
            Delivery.objects.bulk_create(messages, ignore_conflicts=True)
            webhook.forwarded_to = seals[-1].position
            webhook.save(update_fields=["forwarded_to"])


def end_of_chain() -> int:
    """Return the position of the last sealed line."""
    return Chain.objects.values_list("position", flat=True).first() or 0


def _beyond(webhook: Webhook) -> list[Seal]:
    seals = Seal.objects.filter(position__gt=webhook.forwarded_to).select_related("event").order_by("position")
    return list(seals[:READ_AT_ONCE])


def _read_before(webhook: Webhook, up_to: datetime) -> int:
    """Return the line after which this pass begins."""
    read_to = min(webhook.read_to, up_to)  # later only if a clock that was ahead wrote it
    # `+ 0` makes the database use the index of instants, as in `audit.chain.sealing`.
    recent = LoginEvent.objects.filter(at__gt=read_to - LOOK_BACK).aggregate(first=Min(F("pk") + 0))["first"]
    return max(webhook.after_line, min(webhook.read_line, (recent or webhook.read_line + 1) - 1))


def _unread(webhook: Webhook, up_to: datetime, last: int) -> list[LoginEvent]:
    known = Delivery.objects.filter(webhook=webhook, event=OuterRef("pk")).exclude(kind__in=kinds.TRAIL)
    lines = LoginEvent.objects.filter(
        ~Exists(known), kind__in=kinds.lines_for(webhook.kinds), pk__gt=last, at__lte=up_to, agent__isnull=False
    )
    return list(lines.select_related("device").order_by("pk")[:READ_AT_ONCE])
