"""Who may sign in: services, agents, access rules and timeouts."""

from idp.otp.models import PhoneAuthenticator
from idp.policies import in_force, timeouts
from idp.policies.access.rules import EFFECT_NAMES, Effect, Mode, Policy
from idp.policies.models import TimeoutPolicy
from idp.saml.models import ServiceProvider
from idp.web.checkup.finding import Finding, fault, ok, warning

SUBJECT = "policy"
SERVICE_FIX = "Connect Flex in the admin, or run: python manage.py add_sp --help"
AGENT_FIX = "Add agents with their numbers in the admin, or run: python manage.py add_agent --help"
RULE_FIX = "Delete the rule that cannot be read under Access rules in the admin, and publish."


def check() -> list[Finding]:
    """Judge the operators' settings."""
    services = ServiceProvider.objects.filter(enabled=True).count()
    agents = PhoneAuthenticator.objects.filter(user__is_active=True).count()
    known = set(TimeoutPolicy.objects.filter(built_in=True).values_list("name", flat=True))
    return [rules(in_force.policy()), service(services), people(agents), built_in(known)]


def rules(policy: Policy | None) -> Finding:
    """Judge the access policy in force. None means that it cannot be read."""
    if policy is None or not policy.readable:
        return fault(SUBJECT, "An access rule cannot be read, so nobody is let in.", RULE_FIX)
    active = [it for it in policy.rules if it.mode is Mode.ON]
    shut = next((it for it in active if it.effect is Effect.DENY and not it.conditions and not it.scope), None)
    if shut:
        fix = "Leave it if nobody should sign in. Otherwise give the rule a condition, or switch it off."
        return warning(SUBJECT, f"The access rule “{shut.name}” refuses every sign-in that reaches it.", fix)
    sentence = f"Access rules that decide: {len(active)}. If none matches: {EFFECT_NAMES[policy.default]}."
    return ok(SUBJECT, sentence)


def service(enabled: int) -> Finding:
    """Judge how many services are enabled."""
    if enabled:
        return ok(SUBJECT, f"Services that may ask for sign-ins: {enabled}.")
    return warning(SUBJECT, "No service may ask for sign-ins.", SERVICE_FIX)


def people(numbers: int) -> Finding:
    """Judge how many active agents have a number."""
    if numbers:
        return ok(SUBJECT, f"Numbers that may sign in: {numbers}.")
    return warning(SUBJECT, "No agent with a number may sign in.", AGENT_FIX)


def built_in(known: set[str]) -> Finding:
    """Judge whether the built-in timeout policies exist."""
    missing = sorted({it.name for it in timeouts.BUILT_IN} - known)
    if not missing:
        return ok(SUBJECT, "The built-in timeout policies are there.")
    return fault(
        SUBJECT, f"Built-in timeout policies are missing: {', '.join(missing)}.", "Run: python manage.py migrate"
    )
