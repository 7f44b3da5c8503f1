"""The admin's table of contents: what operators work with, in the order in which they need it."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

SECTIONS: dict[str, dict[str, str]] = {
    "People and phones": {
        "agents.Agent": "Agents and operators",
        "agents.Device": "Phones and computers",
        "agents.Department": "Departments",
        "scim.PersonnelSystem": "Personnel systems (SCIM)",
        "otp.SafeListing": "Numbers on Twilio's safe list",
    },
    "What happened": {"audit.LoginEvent": "Trail"},
    "Who may sign in, and for how long": {
        "policies.AccessRule": "Access rules",
        "policies.PolicyRevision": "Published revisions of the rules",
        "agents.AccessPass": "Temporary passes",
        "policies.TimeoutPolicy": "Timeout policies",
    },
    "Services": {
        "saml.ServiceProvider": "Services, such as Flex",
        "branding.Brand": "Name, colour and logo of agents' pages",
    },
    "Your own apps and servers": {
        "native.Client": "Apps and back ends",
        "webhooks.Webhook": "Webhooks",
        "webhooks.Delivery": "Messages to webhooks",
    },
    "Technical records": {
        "otp.Verification": "Codes",
        "sso_sessions.SsoSession": "Sessions",
        "tokens.LongLivedToken": "Long-lived tokens",
        "saml.IssuedAssertion": "Answers sent to services",
        "saml.LogoutNotice": "Sign-outs sent to services",
        "keys.SigningKey": "Signing keys",
    },
    "Operators' rights": {
        "agents.Supervisor": "Supervisors of departments",
        "otp_totp.TOTPDevice": "Authenticator apps",
        "auth.Group": "Groups",
    },
}


LINKS_AFTER: dict[str, tuple[str, str]] = {
    "agents.Device": ("Sign everyone out", "everyone_out"),
    "audit.LoginEvent": ("Alarms about sign-ins", "alarms"),
    "keys.SigningKey": ("Replace a signing key", "key_change"),
    "otp.Verification": ("Cost of codes", "costs"),
    "otp.SafeListing": ("Put numbers on Twilio's safe list", "safe_list"),
    "policies.PolicyRevision": ("Compare revisions, go back", "policy_history"),
    "agents.AccessPass": ("Stop all sign-ins", "stop"),
}
"""Pages listed after a list, for operators who may see the list: title and URL name."""


PAGES_OF_TABLES = frozenset({"changelist", "add", "change", "delete", "history"})
"""The pages that Django makes for each table, as their URL names end."""
FIRST_SIGN_IN = "Nothing yet. Lines appear here with the first sign-in."
EMPTY_TEXTS: dict[str, str] = {
    "agents.Agent": "Nobody yet. Import people from a file, or add them one by one.",
    "agents.Device": "Nothing yet. A phone or computer appears here with its first right code.",
    "agents.Department": "None yet. Add one, or let an import create them. Supervisors look after the agents of "
    "their departments.",
    "scim.PersonnelSystem": "None yet. Add a personnel system that creates agents and switches them off by SCIM.",
    "otp.SafeListing": "None yet. Numbers appear here once you put them on Twilio's safe list.",
    "audit.LoginEvent": FIRST_SIGN_IN,
    "agents.AccessPass": "None yet. To let a refused agent in for a while, open the refused sign-in in the trail "
    "and press the button there.",
    "saml.ServiceProvider": "None yet. Connect Flex, or add another service from its metadata.",
    "branding.Brand": "None yet. Agents' pages show the name from the settings and the standard colour. Add a brand "
    "for all pages, or for one service.",
    "native.Client": "None yet. Add an app of yours that signs agents in, or a back end that looks agents up.",
    "webhooks.Webhook": "None yet. Add one to send your server a message for each sign-in as it happens.",
    "webhooks.Delivery": "Nothing yet. Messages appear here once there is a webhook and something happens.",
    "otp.Verification": "Nothing yet. Lines appear here with the first code.",
    "sso_sessions.SsoSession": FIRST_SIGN_IN,
    "tokens.LongLivedToken": FIRST_SIGN_IN,
    "saml.IssuedAssertion": FIRST_SIGN_IN,
    "saml.LogoutNotice": "Nothing yet. Lines appear here when somebody signs out and a service has to be notified.",
    "keys.SigningKey": "None yet. Latchkey makes the first ones when it needs them.",
    "agents.Supervisor": "Nobody yet. A supervisor looks after the agents of some departments, and sees nobody else.",
    "otp_totp.TOTPDevice": "None yet. Operators register theirs under Your own sign-in.",
    "auth.Group": "None yet. A group gives its operators the rights ticked in it. Superusers need no group.",
}
"""What an empty list says: what fills it."""


DELETION_TEXTS: dict[str, str] = {
    "agents.Department": "Access rules that name it will match nobody.",
    "agents.Supervisor": "The person stays, but looks after nobody from their next click on.",
    "auth.Group": "Its operators lose the rights it gave them.",
    "branding.Brand": "From their next page on, agents see the brand for all pages, or the name from the settings.",
    "otp_totp.TOTPDevice": "Its operator can get in again only with a new link: python manage.py add_operator",
    "saml.ServiceProvider": "It can no longer ask for sign-ins.",
    "webhooks.Webhook": "Its server gets no more messages.",
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
    """Return the title of a list, by the URL name of its page or of a row's, or None if the contents do not list it.

    `limited` is for supervisors, whose list shows their own agents.
    """
    table, _, kind = page.rpartition("_")
    if kind not in PAGES_OF_TABLES:
        return None
    if limited and table == "agents_agent":
        return "Your agents"
    names = {label.lower().replace(".", "_"): name for models in SECTIONS.values() for label, name in models.items()}
    return names.get(table)


def empty_text(page: str) -> str | None:
    """Return what fills a list, by its URL name, or None."""
    return _of(EMPTY_TEXTS, page, "_changelist")


def deletion_text(page: str) -> str | None:
    """Return the consequence of deleting, by the page's URL name, or None."""
    return _of(DELETION_TEXTS, page, "_delete")


def _of(sentences: dict[str, str], page: str, ending: str) -> str | None:
    named = {f"{label.lower().replace('.', '_')}{ending}": sentence for label, sentence in sentences.items()}
    return named.get(page)


def _lines(label: str, name: str, model: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {**model, "name": name}
    if label in LINKS_AFTER:
        title, page = LINKS_AFTER[label]
        url = reverse(f"admin:{page}")
        link = format_html('<a href="{}">{}</a>', url, title)  # with an admin_url, Django adds a second link: View
        yield {**model, "name": link, "object_name": page, "admin_url": None, "add_url": None}


def _section(name: str, models: list[dict[str, Any]]) -> dict[str, Any]:
    label = models[0]["model"]._meta.app_label
    return {
        "name": name,
        "app_label": label,
        "app_url": reverse("admin:app_list", args=[label]),
        "has_module_perms": True,
        "models": models,
    }
