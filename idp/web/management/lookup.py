"""Finds the rows that a command's arguments name."""

from django.core.management.base import CommandError
from django.db.models import Q

from idp.agents.models import Agent
from idp.otp import identifiers
from idp.otp.identifiers import PhoneNumber
from idp.saml.models import ServiceProvider
from idp.web.departments import reach


def find_agent(who: str) -> Agent:
    """Return the agent with an email, or with a mobile number in any spelling that begins with +.

    Raises CommandError.
    """
    typed = identifiers.parse(who)
    if isinstance(typed, PhoneNumber):
        kind, condition = "mobile number", Q(numbers__number=typed.e164)
    else:
        kind, condition = "email", Q(email__iexact=who.strip())
    agent = reach.agents_for(None).filter(condition).first()
    if agent is None:
        raise CommandError(f"Nobody has the {kind} {who}. To add an agent: python manage.py add_agent --help")
    return agent


def find_service(slug: str) -> ServiceProvider:
    """Return the service with a slug. Raises CommandError."""
    sp = ServiceProvider.objects.filter(slug=slug).first()
    if sp is None:
        known = ", ".join(ServiceProvider.objects.values_list("slug", flat=True)) or "none yet"
        raise CommandError(f"There is no service called {slug}. There are: {known}.")
    return sp
