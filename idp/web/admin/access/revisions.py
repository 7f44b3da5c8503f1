"""Revisions of the access policy: which policy was in force when and why, and restoring one."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from idp.policies.access.rules import MODE_NAMES
from idp.policies.editing.differences import differences
from idp.policies.models import PolicyRevision, State
from idp.web import rights
from idp.web.admin.base.read_only import ReadOnlyAdmin


@admin.register(PolicyRevision)
class PolicyRevisionAdmin(ReadOnlyAdmin[PolicyRevision]):
    """Every policy that was ever in force, the newest first."""

    list_display = ["__str__", "state", "at", "author", "reason", "restored"]
    list_filter = ["state"]
    search_fields = ["reason", "author__email"]
    list_select_related = ["author", "restored"]
    fields = ["number", "state", "at", "author", "reason", "restored", "rules_in_words", "without_a_rule", "changes"]
    change_form_template = "admin/policy_revision.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[PolicyRevision]:
        """Leave the draft out: its page is the list of rules."""
        return super().get_queryset(request).exclude(state=State.DRAFT)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Offer to restore a past revision."""
        revision = self.get_object(request, unquote(object_id))
        past = revision is not None and revision.state == State.PAST
        context = {"may_go_back": past and request.user.has_perm(rights.PUBLISH), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    @admin.display(description="rules")
    def rules_in_words(self, revision: PolicyRevision) -> SafeString:
        """Return the rules in order, in words."""
        rules = enumerate(revision.policy.rules, start=1)
        lines = ((nth, it.name, MODE_NAMES[it.mode], it.sentence) for nth, it in rules)
        return format_html_join("", "<div>{}. {} ({}): {}</div>", lines)

    @admin.display(description="if no rule matches")
    def without_a_rule(self, revision: PolicyRevision) -> str:
        """Return the default effect."""
        return revision.get_default_effect_display()

    @admin.display(description="changes since the one before")
    def changes(self, revision: PolicyRevision) -> SafeString:
        """Return what this revision changed."""
        before = PolicyRevision.objects.filter(number=(revision.number or 0) - 1).first()
        found = differences(before.policy, revision.policy) if before else ()
        return format_html_join("", "<div>{}</div>", ((it.sentence,) for it in found))
