"""Challenges: made for one login or one device, used once, and short-lived (WebAuthn Level 3, section 13.4.3)."""

from datetime import datetime, timedelta
from secrets import token_bytes
from uuid import UUID

from idp.passkeys.models import Challenge, Purpose

LENGTH = 32
LIFETIME = timedelta(minutes=10)


def ask(purpose: Purpose, bound_to: UUID, now: datetime) -> bytes:
    """Return a new challenge, which replaces any earlier one."""
    value = token_bytes(LENGTH)
    Challenge.objects.bulk_create(
        [Challenge(purpose=purpose, bound_to=bound_to, value=value, made_at=now)],
        update_conflicts=True,
        unique_fields=["purpose", "bound_to"],
        update_fields=["value", "made_at"],
    )
    return value


def take(purpose: Purpose, bound_to: UUID, now: datetime) -> bytes | None:
    """Use up the challenge of a login or device. None if there is none, it was used, or it has expired."""
    found = Challenge.objects.filter(purpose=purpose, bound_to=bound_to).first()
    if found is None or Challenge.objects.filter(pk=found.pk, value=found.value).delete()[0] != 1:
        return None
    return bytes(found.value) if now < found.made_at + LIFETIME else None
