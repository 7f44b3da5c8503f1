"""What an operator can do next about a refused sign-in: open the rule, or try others on it."""

from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, PermissionsMixin
from django.urls import reverse

from idp.audit.models import LoginEvent
from idp.policies.editing import publishing
from idp.policies.models import PolicyRevision

MAY_SEE_RULES = "policies.view_accessrule"
MAY_SEE_REVISIONS = "policies.view_policyrevision"
LIST = "admin:policies_accessrule_changelist"


def ways_on(event: LoginEvent, operator: AbstractBaseUser | AnonymousUser) -> Iterator[tuple[str, str]]:
    """Yield words and address of each link that this operator may follow."""
    if not isinstance(operator, PermissionsMixin):
        return
    if operator.has_perm(MAY_SEE_RULES):
        yield from _to_the_rule(event)
        if event.judged:
            tried = urlencode({"try-way": "past", "try-past": event.reference})
            yield "Try the rules with this sign-in", f"{reverse(LIST)}?{tried}#try"
    then = PolicyRevision.objects.filter(number=event.revision).first() if event.revision else None
    if then is not None and operator.has_perm(MAY_SEE_REVISIONS):
        yield f"Open {then}, which decided", reverse("admin:policies_policyrevision_change", args=[then.pk])


def _to_the_rule(event: LoginEvent) -> Iterator[tuple[str, str]]:
    """Yield the link to the rule as it would be edited now, if it still exists."""
    try:
        key = UUID(event.decided_by)
    except ValueError:
        return
    rule = publishing.edited().rules.filter(key=key).first()
    if rule is not None:
        yield "Open the rule", reverse("admin:policies_accessrule_change", args=[rule.pk])
