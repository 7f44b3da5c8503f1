"""Access rules: who may enter from what, in order. Edits are kept in a draft until somebody publishes it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from idp.policies.editing import publishing
from idp.policies.models import AccessRule
from idp.web.admin.policy_acts import PolicyActs, author_of
from idp.web.pages.policy.editor import Desk
from idp.web.pages.policy.rule_page import RulePage


@admin.register(AccessRule)
class AccessRuleAdmin(PolicyActs):
    """Who may enter from what: a sheet of rules, and a page for each of them, in place of Django's own."""

    ordering = ["position"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessRule]:
        """Show the draft, or without one what is in force."""
        return super().get_queryset(request).filter(revision=publishing.edited())

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the sheet, or do what one of its buttons says."""
        desk = Desk(self, request, {**self.shown_above(request), **(extra_context or {})})
        return desk.act() if request.method == "POST" else desk.show()

    def add_view(self, request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
        """Show the page of a new rule, or do what one of its buttons says."""
        return self._page(request, None)

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        """Show the page of a rule, or do what one of its buttons says."""
        return self._page(request, object_id)

    def _page(self, request: HttpRequest, pk: str | None) -> HttpResponse:
        page = RulePage(self, request, pk)
        return page.act() if request.method == "POST" else page.show()

    def delete_model(self, request: HttpRequest, obj: AccessRule) -> None:
        """Take a rule out of the draft, which is begun if there is none."""
        publishing.begin_draft(author_of(request)).rules.filter(key=obj.key).delete()
