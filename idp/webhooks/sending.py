"""Sends waiting messages: in the order of the trail, at least once, and by one sender per webhook at a time.

A sender reserves a webhook with a name and an instant. It takes no lock, since no transaction may last as long as a
request. It saves the outcome of a try afterwards. If it is killed in between, the message keeps waiting, and another
sender sends it again under the same id once the reservation has expired.
"""

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db.models import Q

from idp.audit.chain import sealing
from idp.clock import Clock, has_come
from idp.keys.keyring import KeyUnreadable
from idp.outgoing import exchange
from idp.outgoing.exchange import Answer, Request, Unreached
from idp.saml.models import SubjectName
from idp.webhooks import kinds, outcomes, payload, reading, registration, retries, signature
from idp.webhooks.kinds import Kind
from idp.webhooks.models import Delivery, State, Webhook
from idp.webhooks.outcomes import Outcome

log = structlog.get_logger(__name__)

SECONDS = 10.0
HOLD = timedelta(seconds=60)
"""How long a reservation lasts without a sign of its sender. Several times longer than a try may take."""

TURN = timedelta(seconds=15)
"""After this time the next webhook has its turn, even if messages still wait."""

READ = 4 * 500
"""Bytes of an answer that are read: enough for the characters that are stored."""

UNEXPECTED = "An unexpected error. The log has the details."
JSON = {"Content-Type": "application/json"}


class Busy(Exception):
    """Another sender has reserved the webhook."""


def send_due(now: Clock) -> Iterator[Delivery]:
    """Seal the trail's waiting lines, give each webhook a turn, and yield each message that was tried."""
    _seal(now())
    for webhook in Webhook.objects.filter(is_on=True):
        yield from _turn(webhook, now)


def send_test(webhook: Webhook, now: Clock) -> Delivery:
    """Send a test at once, even to a webhook that is switched off. Raises Busy."""
    holder = _take_hold(webhook, now())
    try:
        test = Delivery.objects.create(webhook=webhook, kind=Kind.TEST, made_at=now())
        _try(test, now)
    finally:
        _let_go(webhook, holder)
    return test


def body_of(delivery: Delivery, now: datetime) -> bytes:
    """Return the current body of a message."""
    event = delivery.event
    if event is not None and delivery.kind in kinds.TRAIL:
        return payload.of_line(delivery.pk, Kind(delivery.kind), event)
    if event is None or event.agent is None:
        return payload.of_test(delivery.pk, f"{now:%Y-%m-%dT%H:%M:%SZ}")
    named = SubjectName.objects.current().filter(agent=event.agent, service_provider=None, told=True).first()
    return payload.of_event(
        delivery.pk,
        Kind(delivery.kind),
        event,
        event.agent,
        name_id=named.value if named else None,
        tells_email=delivery.webhook.tells_email,
    )


def _seal(now: datetime) -> None:
    try:
        sealing.seal_all(now)
    except Exception:  # only what forwards the trail needs its seals
        log.exception("sealing_failed")


def _turn(webhook: Webhook, now: Clock) -> Iterator[Delivery]:
    begun = now()
    try:
        holder = _take_hold(webhook, begun)
    except Busy:
        return
    try:
        reading.take_in(webhook, begun)
        reading.forward(webhook, begun)
        while now() < begun + TURN and (due := _next(webhook, holder, now())):
            _try(due, now)
            yield due
    finally:
        _let_go(webhook, holder)


def _take_hold(webhook: Webhook, now: datetime) -> str:
    holder = secrets.token_hex(16)
    free = Q(held_until__isnull=True) | has_come("held_until", now, HOLD)
    if not Webhook.objects.filter(free, pk=webhook.pk).update(held_by=holder, held_until=now + HOLD):
        raise Busy
    webhook.refresh_from_db()
    return holder


def _let_go(webhook: Webhook, holder: str) -> None:
    Webhook.objects.filter(pk=webhook.pk, held_by=holder).update(held_by="", held_until=None)


def _next(webhook: Webhook, holder: str, now: datetime) -> Delivery | None:
    """Return the first waiting message, if the webhook is still reserved, switched on and not in a pause."""
    waiting = Delivery.objects.filter(webhook=webhook, state=State.WAITING).order_by(*_order(webhook))
    first = waiting.select_related("webhook", "event__agent", "event__device").first()
    pause = retries.longest_pause(first.tries if first else 0)
    due = Q(next_try_at__isnull=True) | has_come("next_try_at", now, pause)
    own = Webhook.objects.filter(due, pk=webhook.pk, held_by=holder, is_on=True)
    return first if own.update(held_until=now + HOLD) else None


def _order(webhook: Webhook) -> tuple[str, ...]:
    """Return the order of waiting messages: that of the chain if the webhook forwards the trail."""
    forwards = set(kinds.TRAIL) & set(webhook.kinds)
    return ("event__seal__position", "kind") if forwards else ("event_id", "kind")


def _try(delivery: Delivery, now: Clock) -> None:
    outcome = _post(delivery, now())
    outcomes.keep(delivery, outcome, now())
    log.info("webhook_tried", webhook=delivery.webhook.name, kind=delivery.kind, state=delivery.state)


def _post(delivery: Delivery, now: datetime) -> Outcome:
    try:
        answer = exchange.send(
            _signed(delivery, now), longest=READ, networks=settings.LATCHKEY.networks, seconds=SECONDS
        )
    except Unreached as error:
        return Outcome(None, error.sentence)
    except KeyUnreadable:
        return Outcome(None, "Its secret cannot be read any more: change the secret.")
    except Exception:  # no error may keep the other webhooks from their turn
        log.exception("webhook", webhook=delivery.webhook.name, message=str(delivery.pk))
        return Outcome(None, UNEXPECTED)
    return Outcome(answer.status, _text(answer))


def _signed(delivery: Delivery, now: datetime) -> Request:
    webhook, body = delivery.webhook, body_of(delivery, now)
    signed = signature.headers(str(delivery.pk), now, body, registration.secrets_of(webhook, now))
    return Request(webhook.url, {**JSON, **signed}, body)


def _text(answer: Answer) -> str:
    """Return the answer's text, without characters that the database or a page cannot hold."""
    text = answer.body.decode("utf-8", "replace")
    return "".join(it if it.isprintable() else " " for it in text).strip()
