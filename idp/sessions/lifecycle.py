"""Opens, touches and ends the session of a device."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import CharField, DateTimeField, F, FilteredRelation, Q, QuerySet
from django.db.models.functions import Greatest

from idp.agents import device_rows
from idp.agents.models import Device
from idp.bearer_secrets import keyed_hash, new_secret, same
from idp.sessions.models import OpenedBy, SsoSession
from idp.sessions.signed_out import signed_out
from idp.sql.prepared import Select, Slot, Update
from idp.sql.rows import stored

FOLLOWED = "followed"
_COLUMNS = {f"open_{it.attname}": it.attname for it in SsoSession._meta.concrete_fields}
"""What a query of devices calls the columns of the open session."""


def _with_session(found: QuerySet[Device]) -> QuerySet[Device]:
    opened = FilteredRelation("sso_sessions", condition=Q(sso_sessions__ended_at__isnull=True))
    columns = {name: F(f"open__{column}") for name, column in _COLUMNS.items()}
    return found.annotate(open=opened).annotate(**columns)


_NAMED, _OF_ID = (
    Select(lambda: _with_session(device_rows.named())),
    Select(lambda: _with_session(device_rows.of_id())),
)
_SESSION = stored(SsoSession)
_TOUCH = Update(
    lambda: SsoSession.objects.filter(
        pk=Slot("pk", CharField()), ended_at__isnull=True, last_seen_at__lt=Slot("now", DateTimeField())
    ),
    last_seen_at=Slot("now", DateTimeField()),
)


def open_session(
    device: Device, opened_by: OpenedBy, now: datetime, *, first: bool = False
) -> tuple[SsoSession, str | None]:
    """Open a session on a device and end the one before it, unless it is the first on a new one.

    Returns the secret for the session cookie too, or None on a remembered device, where the long-lived
    token is the only proof.
    """
    if not first:
        _close([device.pk], FOLLOWED, now)
    secret = None if device.remembered else new_secret()
    session = SsoSession.objects.create(
        index=f"_{secrets.token_hex(16)}",
        device=device,
        secret_hash=_hash(secret) if secret else "",
        opened_by=opened_by,
        authenticated_at=device.authenticated_at,
        opened_at=now,
        last_seen_at=now,
    )
    return session, secret


def find(device: Device) -> SsoSession | None:
    """Return the open session of a device. Whether it still counts is for the ladder to say."""
    found = SsoSession.objects.filter(device=device, ended_at__isnull=True).order_by()  # one at most: nothing to sort
    return next(iter(found), None)


def hold_with_device(secret: str | None) -> tuple[Device, SsoSession | None] | None:
    """Return the device that a cookie names, held until the commit, and its open session, in one question."""
    device = device_rows.find_and_hold(secret, _NAMED)
    return (device, _session_of(device)) if device is not None else None


def hold_with_device_of(pk: UUID) -> tuple[Device, SsoSession | None]:
    """Do the same for the device of that id. Raises Device.DoesNotExist."""
    device = device_rows.get_and_hold(pk, _OF_ID)
    return device, _session_of(device)


def _session_of(device: Device) -> SsoSession | None:
    values = [getattr(device, name) for name in _COLUMNS]
    session: SsoSession = _SESSION([*_COLUMNS.values()], values)
    return session if session.pk is not None else None


def proves(session: SsoSession | None, secret: str | None) -> bool:
    """Whether a session cookie is the proof of this session."""
    if session is None or not secret or not session.secret_hash:
        return False
    return same(session.secret_hash, _hash(secret))


def renew_secret(session: SsoSession) -> str | None:
    """Return a new secret for the session cookie in place of one that got lost; None where there is none."""
    if not session.secret_hash:
        return None
    secret = new_secret()
    SsoSession.objects.filter(pk=session.pk).update(secret_hash=_hash(secret))
    return secret


def touch(session: SsoSession, now: datetime) -> None:
    """Note that the agent used the session; the instant only grows."""
    _TOUCH.later(pk=session.pk, now=now)


def end(devices: Iterable[UUID], reason: str, now: datetime) -> None:
    """End the open sessions of some devices, and notify subscribers, in the same transaction."""
    chosen = list(devices)
    _close(chosen, reason, now)
    if chosen:
        signed_out.send(sender=SsoSession, devices=chosen, reason=reason, now=now)


def _close(devices: list[UUID], reason: str, now: datetime) -> None:
    SsoSession.objects.filter(device__in=devices, ended_at__isnull=True).update(
        ended_at=Greatest(now, F("opened_at")), reason=reason
    )


def _hash(secret: str) -> str:
    return keyed_hash("session", secret)
