"""The outcome of a try, and what follows for the message and its webhook."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django.db import transaction

from idp.webhooks import retries
from idp.webhooks.kinds import Kind
from idp.webhooks.models import LONGEST_ANSWER, Delivery, State, Webhook


@dataclass(frozen=True, slots=True)
class Outcome:
    """The status of the answer, or None without one, and the beginning of its text or what went wrong."""

    status: int | None
    text: str

    @property
    def taken(self) -> bool:
        """Whether the receiver accepted the message, with any 2xx. A redirect is not followed and does not count."""
        return self.status is not None and self.status // 100 == HTTPStatus.OK // 100

    @property
    def gone(self) -> bool:
        """Whether the receiver wants no more messages (410 Gone)."""
        return self.status == HTTPStatus.GONE

    @property
    def words(self) -> str:
        """Return the outcome as a sentence for the operator."""
        status = "" if self.status is None else f"HTTP {self.status} "
        return f"{status}{self.text}".strip()[:LONGEST_ANSWER]


@transaction.atomic
def keep(delivery: Delivery, outcome: Outcome, now: datetime) -> None:
    """Save the outcome of a try, unless its webhook has been deleted.

    If its address was changed during the try, a failure is the former address's: nothing follows for the new one.
    """
    webhook = Webhook.objects.select_for_update().filter(pk=delivery.webhook_id).first()
    if webhook is None:
        return
    was_there = webhook.url == delivery.webhook.url
    delivery.tries, delivery.tried_at, delivery.answer = delivery.tries + 1, now, outcome.words
    if outcome.taken:
        delivery.state, webhook.failing_since, webhook.next_try_at = State.DELIVERED, None, None
    elif delivery.kind == Kind.TEST:
        delivery.state = State.GIVEN_UP
    elif was_there:
        webhook.failing_since = webhook.failing_since or now
        webhook.next_try_at = retries.next_try_at(delivery.tries, delivery.made_at, now)
        if webhook.next_try_at is None:
            delivery.state, webhook.next_try_at = State.GIVEN_UP, now + retries.AFTER_GIVING_UP
    if outcome.gone and was_there:
        webhook.is_on, webhook.gone_at = False, now
    delivery.closed_at = None if delivery.state == State.WAITING else now
    fields = {name: getattr(delivery, name) for name in ("state", "tries", "tried_at", "closed_at", "answer")}
    Delivery.objects.filter(pk=delivery.pk, state=State.WAITING).update(**fields)
    webhook.save(update_fields=["failing_since", "next_try_at", "is_on", "gone_at"])


@transaction.atomic
def send_again(delivery: Delivery, now: datetime) -> bool:
    """Have the next sender send a message again, first of all and under the same id. Does nothing for a test."""
    Webhook.objects.filter(pk=delivery.webhook_id).update(next_try_at=None)
    closed = Delivery.objects.filter(pk=delivery.pk, event__isnull=False).exclude(state=State.WAITING)
    return closed.update(state=State.WAITING, tries=0, made_at=now, closed_at=None) == 1


@transaction.atomic
def leave_out(delivery: Delivery, now: datetime) -> bool:
    """Give up a message, so that it does not block others."""
    Webhook.objects.filter(pk=delivery.webhook_id).update(next_try_at=None)
    waiting = Delivery.objects.filter(pk=delivery.pk, state=State.WAITING)
    return waiting.update(state=State.LEFT_OUT, closed_at=now) == 1
