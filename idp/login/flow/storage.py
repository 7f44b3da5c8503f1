"""Stored login flows: created when a page is needed, then read and locked by the requests that follow."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet, UUIDField

from idp.agents import agent_rows
from idp.agents.models import Device
from idp.bearer_secrets import keyed_hash, new_secret, same
from idp.login.errors import AlreadySignedIn, CookieLost, FlowUnknown
from idp.login.flow.in_memory import InMemoryFlow
from idp.login.models import LoginFlow
from idp.otp import breaker
from idp.sql.joined_texts import apart
from idp.sql.prepared import Select, Slot, Update
from idp.versions import version


def store(flow: InMemoryFlow) -> str:
    """Store a flow, and return the secret for its cookie."""
    secret, row = new_secret(), flow.as_row()
    row.secret_hash = keyed_hash("flow", secret)
    row.save(force_insert=True)
    return secret


def get(pk: UUID, secret: str | None, now: datetime, *, answered_at: str | None = None) -> LoginFlow:
    """Return the flow with that ID, if the secret from its cookie is right.

    `answered_at` is the path where a protocol answers its own flows. Raises FlowUnknown if there is no such flow, it
    has expired or another protocol started it, and CookieLost if the cookie is missing or wrong.
    """
    flow: Any = next(iter(_OF_ID(pk=pk)), None)
    if flow is None or now >= flow.expires_at:
        raise FlowUnknown("no such flow" if flow is None else f"flow of {flow.begun_at:%H:%M:%S} is too old")
    if not secret or not same(flow.secret_hash, keyed_hash("flow", secret)):
        raise CookieLost("the flow cookie is " + ("wrong" if secret else "missing"))
    if answered_at is not None and answered_at != flow.return_to:
        raise FlowUnknown("the flow was started by another protocol")
    version.take_first(flow.version)
    flow.texts_fail, flow.has_replaced = flow.breaker, flow.replaced
    if flow.agent is not None:
        flow.agent.held_roles = apart(flow.held_roles)
    found: LoginFlow = flow
    return found


def _of_id() -> QuerySet[LoginFlow, Any]:
    """Query a flow by its id, the slot `pk`, with everything that its next step may need."""
    replaced = Exists(Device.objects.filter(replaced_by=OuterRef("device")))
    about = ("agent__department", "device", "verification__authenticator__user")
    rows = LoginFlow.objects.select_related(*about).annotate(held_roles=agent_rows.roles("agent"))
    return rows.annotate(version=version.Present(), breaker=breaker.state(), replaced=replaced).filter(pk=_PK)


_PK = Slot("pk", UUIDField())
_OF_ID = Select(_of_id)
_HOLD = Update(lambda: LoginFlow.objects.filter(pk=_PK), expires_at=F("expires_at"))


def give_up(flow: LoginFlow, now: datetime) -> None:
    """End a flow without an answer, so that its pages are gone. Raises AlreadySignedIn if it is already finished."""
    unfinished = LoginFlow.objects.filter(pk=flow.pk, finished_at__isnull=True)
    if unfinished.update(expires_at=max(now, flow.begun_at + timedelta(microseconds=1))) != 1:
        raise AlreadySignedIn("the flow is finished and cannot be given up")


def hold(flow: LoginFlow) -> LoginFlow:
    """Lock a flow's row until the caller's transaction commits, and return it freshly read.

    Raises LoginFlow.DoesNotExist if it was deleted.
    """
    _HOLD(pk=flow.pk)
    found = _OF_ID(pk=flow.pk)
    if not found:
        raise LoginFlow.DoesNotExist
    vars(flow).update(vars(found[0]))
    return flow


def hold_as_it_is(flow: LoginFlow) -> bool:
    """Lock a flow's row, unless it has been finished or awaits another code by now. Return whether it is locked."""
    unfinished = LoginFlow.objects.filter(pk=flow.pk, finished_at__isnull=True, verification=flow.verification_id)
    return unfinished.update(expires_at=F("expires_at")) == 1
