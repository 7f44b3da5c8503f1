"""What an operator does first, worked out from facts; and what is broken."""

from dataclasses import dataclass

from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from idp.agents.models import Agent
from idp.audit.models import Kind, LoginEvent
from idp.otp.models import PhoneAuthenticator
from idp.policies.models import rules_in_force
from idp.saml.models import ServiceProvider


@dataclass(frozen=True, slots=True)
class Step:
    """Something still to do: a link's words, its address, and why."""

    link: str
    url: str
    why: str


def left(operator: Agent) -> list[Step]:
    """List the steps that are not done yet, the first one first."""
    return [step for done, step in _steps(operator) if not done]


def alarms() -> list[Step]:
    """List what keeps agents out."""
    if rules_in_force() is not None:
        return []
    rules = reverse("admin:policies_accessrule_changelist")
    return [Step("Access rules", rules, "A rule cannot be read, so nobody is let in. Delete that rule.")]


def _steps(operator: Agent) -> list[tuple[bool, Step]]:
    own = operator.has_usable_password() and TOTPDevice.objects.devices_for_user(operator, confirmed=True).exists()
    return [
        (
            own,
            Step(
                "Set up your own sign-in",
                reverse("admin:own_sign_in"),
                "The link you came by works once; next time you need a password and an authenticator app.",
            ),
        ),
        (
            ServiceProvider.objects.filter(enabled=True).exists(),
            Step(
                "Add a service", reverse("admin:saml_serviceprovider_add"), "Flex, for instance. It asks us who is who."
            ),
        ),
        (
            PhoneAuthenticator.objects.filter(user__is_active=True).exists(),
            Step("Add an agent", reverse("admin:agents_agent_add"), "With a mobile number, since that is the proof."),
        ),
        (
            LoginEvent.objects.filter(kind=Kind.SIGNED_IN).exists(),
            Step(
                "Watch the first sign-in",
                reverse("admin:audit_loginevent_changelist"),
                "Sign in to the service as an agent; each step appears in the trail.",
            ),
        ),
    ]
