"""Access rules, in order: who may enter a service, and from what. Edits stay in a draft until it is published."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from idp.policies.editing import publishing
from idp.policies.models import AccessRule
from idp.web.admin.access.drafts import PolicyActs, author_of
from idp.web.pages.policy.rule_list import RuleListPage
from idp.web.pages.policy.rule_page import RulePage


@admin.register(AccessRule)
class AccessRuleAdmin(PolicyActs):
    """The access rules. Latchkey's own pages, a list and a page for each rule, replace Django's."""

    ordering = ["position"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessRule]:
        """Return the rules of the draft, or without one those in force."""
        return super().get_queryset(request).filter(revision=publishing.edited())

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list of rules, or act on one of its buttons."""
        page = RuleListPage(self, request, {**self.shown_above(request), **(extra_context or {})})
        return page.act() if request.method == "POST" else page.show()

    def add_view(self, request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
        """Show the page of a new rule, or act on one of its buttons."""
        return self._page(request, None)

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        """Show the page of a rule, or act on one of its buttons."""
        return self._page(request, object_id)

    def _page(self, request: HttpRequest, pk: str | None) -> HttpResponse:
        page = RulePage(self, request, pk)
        return page.act() if request.method == "POST" else page.show()

    def delete_model(self, request: HttpRequest, obj: AccessRule) -> None:
        """Delete the rule from the draft. Begins a draft if there is none."""
        publishing.begin_draft(author_of(request)).rules.filter(key=obj.key).delete()
