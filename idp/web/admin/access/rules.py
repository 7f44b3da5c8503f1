"""Access rules, in order: who may enter a service, and from what. Edits stay in a draft until it is published."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from idp.policies.editing import publishing
from idp.policies.editing.publishing import LONGEST_REASON, CannotPublish
from idp.policies.models import AccessRule
from idp.web import rights
from idp.web.admin.base.base_admin import BaseAdmin
from idp.web.pages.policy.publish.page import LIST
from idp.web.pages.policy.rule_list import RuleListPage
from idp.web.pages.policy.rule_page import RulePage


@admin.register(AccessRule)
class AccessRuleAdmin(BaseAdmin[AccessRule]):
    """The access rules. Latchkey's own pages, a list and a page for each rule, replace Django's."""

    ordering = ["position"]

    def get_urls(self) -> list[URLPattern]:
        """Add the URL of the button that discards the draft."""
        view = self.admin_site.admin_view(require_POST(self.discard))
        return [path("discard/", view, name="discard_policy"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessRule]:
        """Return the rules of the draft, or without one those in force."""
        return super().get_queryset(request).filter(revision=publishing.edited())

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list of rules, or act on one of its buttons."""
        page = RuleListPage(self, request, {**_above_the_rules(request), **(extra_context or {})})
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

    def delete_view(self, request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
        """Lead to the list, whose buttons delete: they notice what another operator has changed meanwhile."""
        messages.info(request, "Delete a rule by its button in this list.")
        return HttpResponseRedirect(reverse(LIST))

    def discard(self, request: HttpRequest) -> HttpResponse:
        """Discard the draft. The policy in force stays."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        try:
            publishing.discard(request.POST.get("seen", ""))
        except CannotPublish as refused:
            messages.error(request, refused.sentence)
        else:
            messages.success(request, "The draft is discarded. The rules in force stay as they are.")
        return HttpResponseRedirect(reverse(LIST))


def _above_the_rules(request: HttpRequest) -> dict[str, Any]:
    """Return the context of the part of the page that is about the draft as a whole."""
    draft = publishing.draft()
    changes = publishing.changes() if draft else ()
    return {
        "live": publishing.live(),
        "draft": draft,
        "changes": changes,
        "seen_to_publish": str(publishing.seen()),
        "reason": "; ".join(it.sentence for it in changes)[:LONGEST_REASON],
        "may_publish": request.user.has_perm(rights.PUBLISH),
    }
