"""Reads the device that a browser's cookie names, with what a sign-in needs to judge it, and locks its row.

A row that is held is locked until the commit. What is read after that is current. `agents.locks` says in which order
rows are held.
"""

from uuid import UUID

from django.db import connection
from django.db.models import CharField, F, QuerySet, UUIDField

from idp.agents import agent_rows
from idp.agents.cutoffs import as_of_cutoff, latest_cutoff
from idp.agents.models import Device
from idp.bearer_secrets import keyed_hash, same
from idp.sql.joined_texts import apart
from idp.sql.prepared import Select, Slot, Update
from idp.versions import version


def named() -> QuerySet[Device]:
    """Query the device that a cookie names, with its agent, department, roles, and the version of the configuration.

    The hash is a slot, `secret`.
    """
    return _whole().filter(secret_hash=Slot("secret", CharField()))


def of_id() -> QuerySet[Device]:
    """Query the same by the device's id, the slot `pk`."""
    return _whole().filter(pk=Slot("pk", UUIDField()))


def _whole() -> QuerySet[Device]:
    rows = Device.objects.select_related("agent__department")
    rows = rows.annotate(held_roles=agent_rows.roles("agent"), version=version.Present())
    return rows.order_by()  # rarely more than one, so sorting here costs less


_NAMED, _OF_ID = Select(named), Select(of_id)
_HOLD_NAMED = Update(
    lambda: Device.objects.filter(secret_hash=Slot("secret", CharField()), revoked_at__isnull=True),
    generation=F("generation"),
)
_HOLD_OF_ID = Update(lambda: Device.objects.filter(pk=Slot("pk", UUIDField())), generation=F("generation"))


def find(secret: str | None, among: Select[Device] = _NAMED) -> Device | None:
    """Return the device that a cookie names, ended ones too, so that the page can say why.

    One that a cutoff ended reads as revoked, even if its row does not say so yet. `among` may read more with it.
    """
    device = _find(secret_hash(secret), among) if secret else None
    return _with_cutoff(device) if device is not None else None


def find_and_hold(secret: str | None, among: Select[Device] = _NAMED) -> Device | None:
    """Return the device that a cookie names, held until the commit, with the current state of it and its agent.

    A revoked one is not held, since nothing changes it any more. The configuration is the one after the wait.
    """
    if not secret:
        return None
    hashed = secret_hash(secret)
    if connection.features.has_select_for_update:  # SQLite's one writer is this transaction, from its BEGIN IMMEDIATE
        _HOLD_NAMED.later(secret=hashed)
    device = _find(hashed, among)
    return _as_of_now(device) if device is not None else None


def get_and_hold(pk: UUID, among: Select[Device] = _OF_ID) -> Device:
    """Do the same for the device of that id. Raises Device.DoesNotExist."""
    _HOLD_OF_ID.later(pk=pk)
    found = among(pk=pk)
    if not found:
        raise Device.DoesNotExist
    return _as_of_now(_with_roles(found[0]))


def is_known_by(device: Device, secret: str | None) -> bool:
    """Whether a cookie names this device, by the row as it was read."""
    return bool(secret) and same(device.secret_hash, secret_hash(secret or ""))


def secret_hash(secret: str) -> str:
    """Return the keyed hash under which the secret of a cookie is stored."""
    return keyed_hash("device", secret)


def _find(hashed: str, among: Select[Device]) -> Device | None:
    found = among(secret=hashed)
    device = max(found, key=lambda it: (it.revoked_at is None, it.revoked_at or it.enrolled_at), default=None)
    return _with_roles(device) if device is not None else None


def _with_roles(device: Device) -> Device:
    device.agent.held_roles = apart(device.held_roles)  # type: ignore[attr-defined]  # of the query
    return device


def _with_cutoff(device: Device) -> Device:
    return as_of_cutoff(device, latest_cutoff()) if device.revoked_at is None else device


def _as_of_now(device: Device) -> Device:
    version.take_after_lock(device.version)  # type: ignore[attr-defined]  # of what the query brought
    return _with_cutoff(device)
