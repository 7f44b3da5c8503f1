"""All gates in the order in which they are told, for one agent who comes with one phone to one service.

Nothing is written, held or sent. The sentences are for operators; each state comes from the function that lets people
in or keeps them out.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from idp.agents.models import Agent
from idp.audit.models import LoginEvent
from idp.otp import verifications
from idp.otp.identifiers import Email
from idp.otp.models import VerificationSend
from idp.saml.models import ServiceProvider
from idp.saml.profiles.flex import PROFILES_OF_FLEX
from idp.unindexed import Unindexed
from idp.web.gates import account, codes, entry, service
from idp.web.gates.comes import Comes
from idp.web.gates.gate import Fix, Gate, Judged, State


def judge(agent: Agent, sp: ServiceProvider | None, comes: Comes, now: datetime) -> Judged:
    """Judge every gate, in a number of queries that does not grow."""
    phone, asker = verifications.find_authenticator(Email(agent.email)), comes.asker
    sends = VerificationSend.objects.filter(verification__authenticator=phone).exclude(answer="")
    last = sends.order_by("-at").first() if phone else None
    verdicts = entry.ask(agent, sp.slug if sp else "", comes, now)
    gates = (
        account.account(agent),
        account.number(agent, phone),
        account.reach(agent, last, now),
        codes.pause(agent, phone, asker, now),
        codes.tries(agent, phone, asker, now),
        codes.caps(agent, phone, asker, now),
        codes.budget(agent, phone, asker, now),
        codes.verify(agent),
        entry.stop(agent, verdicts),
        entry.policy(agent, verdicts, comes),
        *_at_service(agent, sp, now),
        entry.phone(comes, sp, now),
    )
    return Judged(str(agent), comes.phone, sp.name if sp else "any service", gates)


def services() -> QuerySet[ServiceProvider]:
    """Return the services that somebody may be judged for, those that are switched on first."""
    rows = ServiceProvider.objects.select_related("timeout_policy", "key").prefetch_related("consumers", "released")
    return rows.order_by("-enabled", "name")


def usual_service(agent: Agent, known: Sequence[ServiceProvider]) -> ServiceProvider | None:
    """Return the service that the agent asked for last; of somebody who never came the first Flex, or the first."""
    named = {it.slug for it in known}
    last = LoginEvent.objects.filter(agent=agent, service__in=named).order_by(Unindexed("pk").desc())
    slug = last.values_list("service", flat=True).first()
    flex = (it for it in known if it.enabled and it.profile in PROFILES_OF_FLEX)
    return next((it for it in known if it.slug == slug), None) or next(flex, None) or next(iter(known), None)


def _at_service(agent: Agent, sp: ServiceProvider | None, now: datetime) -> tuple[Gate, ...]:
    if sp is None:
        fix = Fix("Connect Flex", reverse("admin:connect_flex"), service.MAY_ADD)
        return (Gate("service", "Service", State.CLOSED, "No service is connected yet.", (fix,)),)
    return service.switched_on(sp), service.told(agent, sp), service.key(sp, now)
