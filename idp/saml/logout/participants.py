"""Which services to notify of the end of a session: all that received an Assertion in it (Core 3.7.3.2).

Wherever a session ends, notices are recorded here in the same transaction. They are sent after the commit.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from idp.saml import names
from idp.saml.logout import notifying
from idp.saml.models import IssuedAssertion, LogoutNotice, ServiceProvider
from idp.saml.models.logout import Channel, Outcome
from idp.sessions.models import SsoSession

REMEMBERED = timedelta(days=14)  # no service is expected to keep a session alive for longer without asking us
BY_BROWSER = {names.HTTP_REDIRECT, names.HTTP_POST}


def on_signed_out(devices: list[UUID], reason: str, now: datetime, **_: Any) -> None:
    """Record which services to notify. Connected to the signal `idp.sessions.signed_out`."""
    indexes = SsoSession.objects.filter(device__in=devices).values_list("index", "device")
    device_of = dict(indexes.filter(opened_at__gt=now - REMEMBERED))
    issued = IssuedAssertion.objects.filter(session_index__in=list(device_of), over_at__isnull=True).defer("response")
    groups: dict[tuple[UUID, int, str], list[IssuedAssertion]] = {}
    for it in issued.select_related("service_provider").prefetch_related("service_provider__logout_endpoints"):
        groups.setdefault((device_of[it.session_index], it.service_provider_id, it.name_id), []).append(it)
    for (device, _sp, _name), assertions in groups.items():
        _write_down(device, assertions, reason, now)
    if groups:
        transaction.on_commit(notifying.dispatch)


def channels(sp: ServiceProvider) -> set[Channel]:
    """Return the channels by which a service provider can be notified."""
    bindings = {it.binding for it in sp.logout_endpoints.all()} if sp.enabled else set()
    found = {Channel.BROWSER} if bindings & BY_BROWSER else set()
    return found | {Channel.SERVER} if bindings else found


def _write_down(device: UUID, assertions: Iterable[IssuedAssertion], reason: str, now: datetime) -> None:
    first, *_ = assertions
    reachable = bool(channels(first.service_provider))
    notice = LogoutNotice.objects.create(
        service_provider=first.service_provider,
        agent_id=first.agent_id,
        device_id=device,
        name_id=first.name_id,
        name_id_format=first.name_id_format,
        reason=reason,
        channel=Channel.SERVER if reachable else Channel.NONE,
        outcome=Outcome.WAITING if reachable else Outcome.UNTOLD,
        made_at=now,
        next_try_at=now if reachable else None,
        closed_at=None if reachable else now,
    )
    own = IssuedAssertion.objects.filter(pk__in=[it.pk for it in assertions])
    own.update(over_at=now, logout_notice=notice)
