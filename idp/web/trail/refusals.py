"""What an operator can do next about a refused sign-in: open the rule, or try others on it."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, PermissionsMixin
from django.urls import reverse

from idp.audit.models import LoginEvent
from idp.policies.editing import publishing
from idp.policies.models import PolicyRevision
from idp.web import rights

LIST = "admin:policies_accessrule_changelist"


def next_steps(event: LoginEvent, operator: AbstractBaseUser | AnonymousUser) -> Iterator[tuple[str, str]]:
    """Yield words and address of each link that this operator may follow."""
    if not isinstance(operator, PermissionsMixin):
        return
    if operator.has_perm(rights.SEE_RULES):
        yield from _link_to_rule(event)
        if event.judged:
            query = urlencode({"try-way": "past", "try-past": event.reference})
            yield "Try the rules with this sign-in", f"{reverse(LIST)}?{query}#try"
    decided_by = PolicyRevision.objects.filter(number=event.revision).first() if event.revision else None
    if decided_by is not None and operator.has_perm(rights.SEE_REVISIONS):
        yield f"Open {decided_by}, which decided", reverse("admin:policies_policyrevision_change", args=[decided_by.pk])


def _link_to_rule(event: LoginEvent) -> Iterator[tuple[str, str]]:
    """Yield the link to the rule as it would be edited now, if it still exists."""
    if rule := publishing.edited_rule(event.decided_by):
        yield "Open the rule", reverse("admin:policies_accessrule_change", args=[rule.pk])
