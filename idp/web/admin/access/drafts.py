"""Acts on the draft of the access policy as a whole: discarding it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from idp.policies.editing import publishing
from idp.policies.editing.publishing import LONGEST_REASON, CannotPublish
from idp.policies.models import AccessRule
from idp.web.admin.base.base_admin import BaseAdmin

MAY_PUBLISH = "policies.change_policyrevision"
LIST = "admin:policies_accessrule_changelist"


def author_of(request: HttpRequest) -> UUID | None:
    """Return the operator's ID, for the revision's author."""
    pk: UUID | None = request.user.pk
    return pk


class PolicyActs(BaseAdmin[AccessRule]):
    """What the page shows above the rules."""

    def get_urls(self) -> list[URLPattern]:
        """Add the URL of the button."""
        view = self.admin_site.admin_view(require_POST(self.discard))
        return [path("discard/", view, name="discard_policy"), *super().get_urls()]

    def shown_above(self, request: HttpRequest) -> dict[str, Any]:
        """Return the context of the part above the rules."""
        draft = publishing.draft()
        live = publishing.live()
        changes = publishing.changes() if draft else ()
        return {
            "live": live,
            "draft": draft,
            "changes": changes,
            "seen_to_publish": str(publishing.seen()),
            "reason": "; ".join(it.sentence for it in changes)[:LONGEST_REASON],
            "may_publish": request.user.has_perm(MAY_PUBLISH),
        }

    def discard(self, request: HttpRequest) -> HttpResponse:
        """Discard the draft. The policy in force stays."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        try:
            publishing.discard(request.POST.get("seen", ""))
        except CannotPublish as refused:
            messages.error(request, refused.sentence)
            return HttpResponseRedirect(reverse(LIST))
        messages.success(request, "The draft is discarded. The rules in force stay as they are.")
        return HttpResponseRedirect(reverse(LIST))
