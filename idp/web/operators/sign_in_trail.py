"""Records in the trail who signed in to the admin, confirmed an act, was refused, and signed out."""

from django.http import HttpRequest

from idp import clock
from idp.agents.models import Agent
from idp.audit import acts, events
from idp.audit.events import Actor
from idp.audit.models import Kind
from idp.login import request_facts

NOBODY = "somebody"


def record_sign_in(request: HttpRequest, operator: Agent, how: str) -> None:
    """Record that an operator signed in."""
    _record(Kind.OPERATOR_IN, request, operator, operator, how)


def record_confirmation(request: HttpRequest, operator: Agent) -> None:
    """Record that an operator who is signed in typed a right code to confirm an act. The act has a line of its own."""
    _record(Kind.CONFIRMED, request, operator, operator, "by authenticator app")


def record_sign_out(request: HttpRequest, operator: Agent) -> None:
    """Record that an operator signed out."""
    _record(Kind.OPERATOR_OUT, request, operator, operator)


def record_rejection(request: HttpRequest, typed: str, why: str) -> None:
    """Record a refused sign-in. An email that nobody has is not recorded, because it may be a password."""
    known = Agent.objects.filter(email__iexact=typed.strip()).first()
    _record(
        Kind.OPERATOR_REFUSED, request, None, known, why if known else f"{why}; nobody has the email that was typed"
    )


def _record(kind: Kind, request: HttpRequest, by: Agent | None, account: Agent | None, detail: str = "") -> None:
    actor = Actor(str(by) if by else NOBODY, request_facts.origin_of(request), by.pk if by else None)
    with events.acting(actor):
        acts.record(kind, acts.thing(account) if account else acts.NOTHING, clock.now(), detail=detail)
