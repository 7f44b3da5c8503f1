"""Symptoms in Flex, with their causes and this installation's own values."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from idp.agents.models import Agent
from idp.keys import certificates
from idp.saml.attributes.types import Type
from idp.saml.connecting import console
from idp.saml.metadata import published
from idp.saml.models import ReleasedAttribute, ServiceProvider
from idp.saml.profiles.flex import PROFILES_OF_FLEX
from idp.saml.profiles.flex_symptoms import SYMPTOMS, Here, Symptom

MOST_NAMED = 5
NONE = "none"
AS_SHOWN_THERE = "as the Console shows it"


def flex_services() -> list[ServiceProvider]:
    """Return the Flex connections, enabled ones first."""
    return list(ServiceProvider.objects.filter(profile__in=PROFILES_OF_FLEX).order_by("-enabled", "name"))


def here(sp: ServiceProvider | None, now: datetime) -> Here:
    """Return the values that a service must have of Latchkey. Without a service, those that all services share."""
    certificate = console.ours(sp, now).certificate
    return Here(
        issuer=published.entity_id(),
        sso_url=published.sso_url(),
        metadata_url=published.metadata_url(),
        fingerprint=certificates.fingerprint(certificate),
        entity_id=sp.entity_id if sp else AS_SHOWN_THERE,
        acs_url=", ".join(it.url for it in sp.consumers.all()) if sp else AS_SHOWN_THERE,
        lacking=_lacking(),
        typed=_typed(sp.released.all() if sp else ()),
    )


def with_remedies(sp: ServiceProvider | None, now: datetime) -> list[tuple[Symptom, str]]:
    """Return every symptom with what to do about it in this installation."""
    values = here(sp, now)
    return [(symptom, symptom.said(values)) for symptom in SYMPTOMS]


def _lacking() -> str:
    """Return agents with a number who lack something that Flex requires."""
    incomplete = Q(roles__isnull=True) | Q(full_name="") | Q(email="")
    agents = Agent.objects.filter(incomplete, is_active=True, numbers__isnull=False).distinct().order_by("full_name")
    return "; ".join(f"{agent}: {' and '.join(_empty(agent))}" for agent in agents[:MOST_NAMED]) or NONE


def _empty(agent: Agent) -> list[str]:
    facts = {"roles": agent.role_names, "full name": agent.full_name, "email": agent.email}
    return [name for name, value in facts.items() if not value]


def _typed(released: Iterable[ReleasedAttribute]) -> str:
    """Return the released attributes that have a type, with their sources."""
    attributes = [it for it in released if it.name.rpartition(".")[2] in set(Type)]
    return "; ".join(f"{it.name} from {it.fixed or it.get_source_display()}" for it in attributes) or NONE
