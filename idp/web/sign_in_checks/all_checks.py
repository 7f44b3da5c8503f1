"""Makes all checks, in the order of the page, for one agent, device and service.

Nothing is written, locked or sent. The state of each check comes from the function that a real sign-in uses; the
sentences are for operators.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from idp.agents.models import Agent
from idp.audit.models import LoginEvent
from idp.otp import verifications
from idp.otp.identifiers import Email
from idp.otp.models import VerificationSend
from idp.saml.models import ServiceProvider
from idp.saml.profiles.flex import PROFILES_OF_FLEX
from idp.sql.unindexed import Unindexed
from idp.web import rights
from idp.web.sign_in_checks import access, account, codes, service
from idp.web.sign_in_checks.arrival import Arrival
from idp.web.sign_in_checks.check import Check, Fix, Judged, State


def judge(agent: Agent, sp: ServiceProvider | None, arrival: Arrival, now: datetime) -> Judged:
    """Make every check, in a fixed number of queries."""
    phone, asker = verifications.find_authenticator(Email(agent.email)), arrival.asker
    sends = VerificationSend.objects.filter(verification__authenticator=phone).exclude(answer="")
    last = sends.order_by("-at").first() if phone else None
    verdicts = access.decide(agent, sp.slug if sp else "", arrival, now)
    checks = (
        account.account(agent),
        account.number(agent, phone),
        account.texts_to_number(agent, last, now),
        codes.pause(agent, phone, asker, now),
        codes.tries(agent, phone, asker, now),
        codes.caps(agent, phone, asker, now),
        codes.budget(agent, phone, asker, now),
        codes.verify(agent),
        access.stop(agent, verdicts),
        access.policy(agent, verdicts, arrival),
        *_at_service(agent, sp, now),
        access.phone(arrival, sp, now),
    )
    return Judged(str(agent), arrival.phone, sp.name if sp else "any service", checks)


def services() -> QuerySet[ServiceProvider]:
    """Return the services that an agent can be judged for, enabled ones first."""
    rows = ServiceProvider.objects.select_related("timeout_policy", "key").prefetch_related("consumers", "released")
    return rows.order_by("-enabled", "name")


def service_of(slug: str) -> ServiceProvider | None:
    """Return the service with a slug, prefetched for judging, or None."""
    return services().filter(slug=slug).first()


def usual_service(agent: Agent) -> ServiceProvider | None:
    """Return the service of the agent's latest sign-in; otherwise the first enabled Flex, or the first service."""
    known = ServiceProvider.objects.filter(slug=OuterRef("service"))
    lines = LoginEvent.objects.filter(Exists(known), agent=agent).order_by(Unindexed("pk").desc())
    slug = lines.values_list("service", flat=True).first()
    if slug is not None:
        return service_of(slug)
    flex = services().filter(enabled=True, profile__in=PROFILES_OF_FLEX)
    return flex.first() or services().first()


def _at_service(agent: Agent, sp: ServiceProvider | None, now: datetime) -> tuple[Check, ...]:
    if sp is None:
        fix = Fix("Connect Flex", reverse("admin:connect_flex"), rights.ADD_SERVICES)
        return (Check("service", "Service", State.CLOSED, "No service is connected yet.", (fix,)),)
    return service.switched_on(sp), service.attribute_values(agent, sp), service.key(sp, now)
