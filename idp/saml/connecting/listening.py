"""Listens for the first request of a new connection, and records its outcome.

A note holds what an operator needs to tell why a request was refused. RelayState, Subject and anything else that may be
about a person are left out. Nothing is noted unless an operator listens.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

import structlog
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from idp import clock, reference
from idp.clock import CLOCKS_APART, lately
from idp.errors import IdpError
from idp.saml.bindings.receiving import receive
from idp.saml.errors import AnswerWithStatus, SamlStatus
from idp.saml.models import HeardRequest, Listening, ServiceProvider
from idp.saml.profiles import flex
from idp.saml.received_message import Binding
from idp.saml.requests import authn_request
from idp.saml.requests.authn_request import AuthnRequest
from idp.versions.cached import Cached

log = structlog.get_logger(__name__)

LASTS = timedelta(minutes=10)
MOST_HEARD = 20
MOST_CONTEXTS = 5
LONGEST_TEXT = 200
LONGEST_ISSUER, LONGEST_ACS = 1024, 2048
CUT = "…"  # no address contains it, so a cut address is never taken for a whole one

_ANSWERED_WITH = "answered_with"
View = Callable[[HttpRequest], HttpResponse]


def begin(now: datetime) -> Listening:
    """Record requests for ten minutes from now. Deletes what was recorded before."""
    if listening := Listening.objects.filter(lately("until", now, now + LASTS)).first():
        listening.until = now + LASTS
        listening.save(update_fields=["until"])
        return listening
    with transaction.atomic():
        Listening.objects.all().delete()
        HeardRequest.objects.all().delete()
        return Listening.objects.create(begun_at=now, until=now + LASTS)


def end(now: datetime) -> None:
    """Stop recording. What was recorded is stored until somebody listens again."""
    for it in Listening.objects.filter(until__gt=now):
        it.until = now
        it.save(update_fields=["until"])


def current(now: datetime) -> Listening | None:
    """Return the listening that is under way, if any. It is cached, so callers must not change it.

    One that ends later than any may was begun by a wrong clock.
    """
    return next((it for it in _all() if now < it.until <= now + LASTS + CLOCKS_APART), None)


@Cached
def _all() -> tuple[Listening, ...]:
    """Return all rows, the newest first. There is rarely more than one."""
    return tuple(Listening.objects.order_by("-begun_at"))


def noted(view: View) -> View:
    """Decorate a view: note each request that it answered or refused, while somebody listens."""

    @wraps(view)
    def noting(request: HttpRequest) -> HttpResponse:
        try:
            response = view(request)
        except IdpError as error:
            _note(request, error.code)
            raise
        status = getattr(response, _ANSWERED_WITH, "")
        _note(request, AnswerWithStatus.code if status else "", status)
        return response

    return noting


def answered_with(response: HttpResponse, status: SamlStatus) -> HttpResponse:
    """Mark a response as one that answers a trusted request with a status, for the note about it."""
    setattr(response, _ANSWERED_WITH, status.second or status.top)
    return response


def _note(request: HttpRequest, outcome: str, status: str = "") -> None:
    """Record a request. Never fails, since no sign-in may depend on it."""
    try:
        now = clock.now()
        if current(now):
            row = _heard(request, outcome, status, now)
            with transaction.atomic():
                row.save()
                _forget()
    except Exception as error:  # noqa: BLE001 - see above
        log.warning("not_noted", error=type(error).__name__)


def _heard(request: HttpRequest, outcome: str, status: str, now: datetime) -> HeardRequest:
    binding = Binding.POST if request.method == "POST" else Binding.REDIRECT
    row = HeardRequest(at=now, binding=binding, signed=False, outcome=outcome, reference=reference.current())
    try:
        received = receive(request)
        parsed = authn_request.parse(received.xml)
    except IdpError:
        return row
    row.issuer, row.acs_url = _cut(parsed.issuer, LONGEST_ISSUER), _cut(parsed.acs_url or "", LONGEST_ACS)
    row.signed = parsed.has_signature or received.query_signature is not None
    row.says = says(parsed, now)
    if status:
        row.says["answered_with"] = status.rpartition(":")[2]
    return row


def says(request: AuthnRequest, now: datetime) -> dict[str, Any]:
    """Return what a request says, without anything about a person. `skew` is in seconds, positive if it is old."""
    context = request.requested_context
    return {
        "name_id_format": _cut(request.name_id_format or ""),
        "contexts": [_cut(it) for it in context.classes[:MOST_CONTEXTS]] if context else [],
        "comparison": context.comparison.value if context else "",
        "force_authn": request.force_authn,
        "is_passive": request.is_passive,
        "provider_name": _cut(request.provider_name or ""),
        "has_destination": request.destination is not None,
        "skew": round((now - request.issue_instant).total_seconds()),
    }


def _cut(text: str, longest: int = LONGEST_TEXT) -> str:
    return text if len(text) <= longest else text[: longest - 1] + CUT


def _forget() -> None:
    """Keep the newest. Drop unknown senders first, then those that only claim to be Flex: a flood hides nothing."""
    rows = list(HeardRequest.objects.all())
    surplus = len(rows) - MOST_HEARD
    if surplus > 0:
        issuers = {row.issuer for row in rows}
        known = set(ServiceProvider.objects.filter(entity_id__in=issuers).values_list("entity_id", flat=True))
        rows.sort(key=lambda row: (row.issuer in known, flex.derive(row.issuer) is not None, row.at))
        HeardRequest.objects.filter(pk__in=[row.pk for row in rows[:surplus]]).delete()
