"""The admin's table of contents: what operators work with, in the order in which they need it."""

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
"""Pages listed after a list, for operators who may see the list: title and URL name."""


FIRST_SIGN_IN = "Nothing yet. The first sign-in of an agent makes a line here."
FILLED_BY: dict[str, str] = {
    "agents.Agent": "Nobody yet. Import people, or add them one by one.",
    "agents.Device": "Nothing yet. The first right code on a phone or computer makes a line here.",
    "agents.Department": "None yet. An import brings them along; supervisors look after people by them.",
    "scim.PersonnelSystem": "None yet. Add one for a system that adds people and switches them off by SCIM.",
    "otp.SafeListing": "None yet. Numbers come here once they are put on Twilio's safe list.",
    "audit.LoginEvent": FIRST_SIGN_IN,
    "agents.AccessPass": "Nobody yet. From a refused line of the trail it takes one button to let somebody in.",
    "saml.ServiceProvider": "None yet. Connect Flex, or add another service by its metadata.",
    "branding.Brand": "None yet: agents' pages show the name of the settings, and our colour. Add one for all pages.",
    "native.Client": "None yet. Add an app of your own that signs agents in, or a back end that asks who is.",
    "webhooks.Webhook": "None yet. Add one, and a server of yours is told of sign-ins as they happen.",
    "webhooks.Delivery": "Nothing yet. Messages come once there is a webhook, and something happens.",
    "otp.Verification": "Nothing yet. The first code that is asked for makes a line here.",
    "sso_sessions.SsoSession": FIRST_SIGN_IN,
    "tokens.LongLivedToken": FIRST_SIGN_IN,
    "saml.IssuedAssertion": FIRST_SIGN_IN,
    "saml.LogoutNotice": "Nothing yet. Lines come when somebody signs out whose services are to be told.",
    "keys.SigningKey": "None yet. The first are made when they are needed.",
    "agents.Supervisor": "Nobody yet. Add somebody who looks after the agents of some departments, and nobody else.",
    "otp_totp.TOTPDevice": "None yet. Operators register theirs at Your own sign-in.",
    "auth.Group": "None yet. A group gives operators the rights that are ticked in it; superusers need none.",
}
"""What fills each list, for an operator who finds it empty."""


DELETING: dict[str, str] = {
    "agents.Department": "Access rules that name it meet nobody then.",
    "agents.Supervisor": "As a person they stay, and look after nobody from their next click on.",
    "auth.Group": "The operators in it lose the rights that it gave them.",
    "branding.Brand": "From their next page on agents see the brand of all pages, or what the settings say.",
    "otp_totp.TOTPDevice": "Its operator gets in again only by a new link: python manage.py add_operator",
    "saml.ServiceProvider": "It cannot ask who somebody is any more.",
    "webhooks.Webhook": "Its server is told nothing more.",
}
"""The consequence of deleting a row, for the confirmation page."""


def arrange(apps: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the sections with their models, from Django's list of apps. Models in no section come last."""
    found = {model["model"]._meta.label: model for app in apps for model in app["models"]}
    for section, names in SECTIONS.items():
        models = [it for label, name in names.items() if label in found for it in _lines(label, name, found.pop(label))]
        if models:
            yield _section(section, models)
    if found:
        yield _section("Others", list(found.values()))


def listed_as(page: str, *, limited: bool) -> str | None:
    """Return the title of a list, by its URL name, or None if the contents do not list it.

    `limited` is for supervisors, whose list shows their own agents.
    """
    if limited and page == "agents_agent_changelist":
        return "Your agents"
    names = {label.lower().replace(".", "_"): name for models in SECTIONS.values() for label, name in models.items()}
    return names.get(page.removesuffix("_changelist")) if page.endswith("_changelist") else None


def filled_by(page: str) -> str | None:
    """Return what fills a list, by its URL name, or None."""
    return _of(FILLED_BY, page, "_changelist")


def deleting(page: str) -> str | None:
    """Return the consequence of deleting, by the page's URL name, or None."""
    return _of(DELETING, page, "_delete")


def _of(sentences: dict[str, str], page: str, ending: str) -> str | None:
    named = {f"{label.lower().replace('.', '_')}{ending}": sentence for label, sentence in sentences.items()}
    return named.get(page)


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
