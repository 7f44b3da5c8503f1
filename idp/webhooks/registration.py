"""Adds and changes webhooks and their secrets."""

from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import InvalidToken
from django.db import transaction

from idp.audit import events
from idp.keys.encryption import cipher
from idp.keys.keyring import KeyUnreadable
from idp.webhooks import kinds, reading, signature
from idp.webhooks.models import Webhook

BOTH_VALID = timedelta(hours=24)
"""For how long messages are signed with the former secrets as well."""
MOST_FORMER = 4
"""Each signs every message. More presses of the button in a day than that are no lost answer."""

TYPED = ("name", "url", "kinds", "tells_email", "is_on")


def add(webhook: Webhook, now: datetime) -> str:
    """Save a new webhook, which receives what happens from now on. Returns its secret, which is shown only now."""
    secret = signature.new_secret()
    webhook.sealed_secret = _seal(secret)
    webhook.read_to, webhook.read_line = now, events.last_line()
    webhook.after_line = webhook.read_line
    webhook.forwarded_to = reading.end_of_chain()
    webhook.save()
    return secret


@transaction.atomic
def change(webhook: Webhook, now: datetime) -> None:
    """Save what an operator typed, without the columns that a sender may be writing.

    A webhook that is switched on again, or a type that is chosen, receives what happens from now on. After a change it
    is tried at once.
    """
    before = Webhook.objects.select_for_update().get(pk=webhook.pk)
    line = events.last_line()
    chosen = {it: line for it in webhook.kinds if it not in before.kinds}
    also: dict[str, Any] = {"next_try_at": None, "chosen_after": before.chosen_after | chosen}
    if webhook.is_on and not before.is_on:
        also |= {"after_line": line, "chosen_after": {}, "read_to": now, "read_line": line}
        also |= {"gone_at": None, "failing_since": None}
    if (webhook.is_on and not before.is_on) or not set(kinds.TRAIL) & set(before.kinds):
        also |= {"forwarded_to": reading.end_of_chain()}
    if webhook.url != before.url:
        also |= {"failing_since": None}
    for name, value in also.items():
        setattr(webhook, name, value)
    webhook.save(update_fields=[*TYPED, *also])


@transaction.atomic
def change_secret(webhook: Webhook, now: datetime) -> str:
    """Return a new secret for a webhook. Messages are signed with the former one as well for a day.

    If that was made less than a day ago, whoever was to receive it may never have: the answer got lost, or the button
    was pressed twice. Then the receiver still has the one before, which signs on too.
    """
    secret = signature.new_secret()
    held = Webhook.objects.select_for_update().get(pk=webhook.pk)
    former = [held.sealed_secret, *_formerly_sealed(held, now)][:MOST_FORMER]
    held.sealed_former_secret, held.former_until = " ".join(former), now + BOTH_VALID
    held.sealed_secret = _seal(secret)
    held.save(update_fields=["sealed_secret", "sealed_former_secret", "former_until"])
    return secret


def secrets_of(webhook: Webhook, now: datetime) -> list[str]:
    """Return the valid secrets, newest first. Raises KeyUnreadable."""
    return [_open(it) for it in (webhook.sealed_secret, *_formerly_sealed(webhook, now))]


def _formerly_sealed(webhook: Webhook, now: datetime) -> list[str]:
    is_over = webhook.former_until is None or now >= webhook.former_until
    return [] if is_over else webhook.sealed_former_secret.split()


def _seal(secret: str) -> str:
    return cipher().encrypt(secret.encode()).decode()


def _open(sealed: str) -> str:
    try:
        return cipher().decrypt(sealed).decode()
    except InvalidToken:
        raise KeyUnreadable("no key in LATCHKEY_KEY_ENCRYPTION_KEYS opens the secret of a webhook") from None
