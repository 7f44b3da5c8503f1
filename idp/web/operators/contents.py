"""The table of contents of the admin: what operators look after, in the order in which they need it."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import reverse

SECTIONS: dict[str, dict[str, str]] = {
    "People and phones": {
        "agents.Agent": "Agents and operators",
        "agents.Device": "Phones and computers",
        "agents.Department": "Departments",
        "scim.PersonnelSystem": "Personnel systems (SCIM)",
        "otp.SafeListing": "Numbers on Twilio's safe list",
    },
    "What happened": {"audit.LoginEvent": "Trail"},
    "Who may enter, and how long": {
        "policies.AccessRule": "Access rules",
        "policies.PolicyRevision": "Revisions of the access rules",
        "agents.AccessPass": "Passes: let in past the access rules",
        "policies.TimeoutPolicy": "Timeout policies",
    },
    "Services": {
        "saml.ServiceProvider": "Service providers, such as Flex",
        "branding.Brand": "Name, colour and logo of agents' pages",
    },
    "Own apps and back ends": {
        "native.Client": "Apps and back ends",
        "webhooks.Webhook": "Webhooks",
        "webhooks.Delivery": "Messages to webhooks",
    },
    "Behind the scenes": {
        "otp.Verification": "Codes",
        "sso_sessions.SsoSession": "Sessions",
        "tokens.LongLivedToken": "Long-lived tokens",
        "saml.IssuedAssertion": "Answers sent to services",
        "saml.LogoutNotice": "Sign-outs passed on to services",
        "keys.SigningKey": "Signing keys",
    },
    "Operators' rights": {
        "agents.Supervisor": "Supervisors of departments",
        "otp_totp.TOTPDevice": "Authenticator apps",
        "auth.Group": "Groups",
    },
}


BESIDE: dict[str, tuple[str, str]] = {
    "agents.Device": ("Sign everyone out", "everyone_out"),
    "audit.LoginEvent": ("Alarms about sign-ins", "alarms"),
    "keys.SigningKey": ("Change of the signing keys", "key_change"),
    "otp.Verification": ("What codes cost", "costs"),
    "otp.SafeListing": ("Put numbers on Twilio's safe list", "safe_list"),
    "policies.PolicyRevision": ("History of the access rules", "policy_history"),
    "agents.AccessPass": ("Stop all sign-ins", "stop"),
}
"""Pages that stand in the contents beside a list, for whoever sees the list: what they are called, and their name."""


def arrange(apps: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Put Django's list of models, sorted by package, into our sections; what is in none comes last."""
    found = {model["model"]._meta.label: model for app in apps for model in app["models"]}
    for section, names in SECTIONS.items():
        models = [it for label, name in names.items() if label in found for it in _lines(label, name, found.pop(label))]
        if models:
            yield _section(section, models)
    if found:
        yield _section("Others", list(found.values()))


def listed_as(page: str, *, limited: bool) -> str | None:
    """Return what the contents call the list at an address of this name, if they lead there.

    Supervisors, whose reach is `limited`, find their own people where others find everybody.
    """
    if limited and page == "agents_agent_changelist":
        return "Your agents"
    names = {label.lower().replace(".", "_"): name for models in SECTIONS.values() for label, name in models.items()}
    return names.get(page.removesuffix("_changelist")) if page.endswith("_changelist") else None


def _lines(label: str, name: str, model: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {**model, "name": name}
    if label in BESIDE:
        title, page = BESIDE[label]
        url = reverse(f"admin:{page}")
        yield {**model, "name": title, "object_name": page, "admin_url": url, "add_url": None, "view_only": True}


def _section(name: str, models: list[dict[str, Any]]) -> dict[str, Any]:
    label = models[0]["model"]._meta.app_label
    return {
        "name": name,
        "app_label": label,
        "app_url": reverse("admin:app_list", args=[label]),
        "has_module_perms": True,
        "models": models,
    }
