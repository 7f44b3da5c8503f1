"""Checks of the service: whether it is enabled, which attributes it requires, and its signing key."""

from datetime import datetime

from django.urls import reverse

from idp.agents.models import Agent
from idp.errors import IdpError
from idp.saml import signing_keys
from idp.saml.attributes import release_list
from idp.saml.errors import UnreleasableAttribute
from idp.saml.models import ServiceProvider
from idp.saml.responses import released
from idp.web import rights
from idp.web.sign_in_checks.check import Check, Fix, State


def switched_on(sp: ServiceProvider) -> Check:
    """Whether the service is enabled and has an ACS address."""
    fix = Fix(f"Open {sp.name}", reverse("admin:saml_serviceprovider_change", args=[sp.pk]), rights.CHANGE_SERVICES)
    if not sp.enabled:
        return Check("service", "Service", State.CLOSED, f"{sp.name} is switched off here.", (fix,))
    if not sp.consumers.all():
        return Check("service", "Service", State.CLOSED, f"{sp.name} has no address to send answers to.", (fix,))
    return Check("service", "Service", State.OPEN, f"{sp.name} is switched on.")


def attribute_values(agent: Agent, sp: ServiceProvider) -> Check:
    """Whether the agent has every attribute that the service requires, with values of the right type."""
    name, rules = "What it receives", release_list.rules_of(sp.profile)
    releases = released.releases_of(sp)
    lacking = release_list.lacking(released.person_of(agent, "", releases), rules)
    if lacking:
        sentence = f"{sp.name} accepts nobody without {' and '.join(lacking)}, and {agent} has none."
        fix = Fix(
            f"Fill in {' and '.join(lacking)}", f"{reverse('admin:agents_agent_change', args=[agent.pk])}#agent_form"
        )
        return Check("told", name, State.CLOSED, sentence, (fix,))
    try:
        released.for_agent(sp, agent, "")
    except UnreleasableAttribute as fault:
        fix = Fix(f"Open {sp.name}", reverse("admin:saml_serviceprovider_change", args=[sp.pk]), rights.CHANGE_SERVICES)
        return Check("told", name, State.CLOSED, f"No answer to {sp.name} can be made: {fault.detail}.", (fix,))
    return Check("told", name, State.OPEN, f"{sp.name} gets everything it requires.")


def key(sp: ServiceProvider, now: datetime) -> Check:
    """Whether the key that signs for the service can be used."""
    try:
        signing_keys.key_for(sp, now)
    except IdpError as fault:
        fix = Fix("Open the signing keys", reverse("admin:key_change"), rights.SEE_KEYS)
        return Check("key", "Signing key", State.CLOSED, f"Answers cannot be signed: {fault.detail}.", (fix,))
    return Check("key", "Signing key", State.OPEN, "The signing key works.")
