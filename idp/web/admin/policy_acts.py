"""What is done to the access policy as a whole: a quick rule, the default, throwing the draft away."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from idp.policies import publishing
from idp.policies.conditions import to_json
from idp.policies.models import AccessRule
from idp.policies.models.revision import DEFAULTS
from idp.policies.publishing import LONGEST_REASON
from idp.policies.quick_rules import QUICK_RULES

MAY_PUBLISH = "policies.change_policyrevision"
LIST = "admin:policies_accessrule_changelist"


def author_of(request: HttpRequest) -> UUID | None:
    """Return the operator's id, for the revision's author."""
    pk: UUID | None = request.user.pk
    return pk


class PolicyActs(admin.ModelAdmin[AccessRule]):
    """The buttons above the list of rules. They change only the draft."""

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of the buttons."""
        acts: dict[str, tuple[str, Callable[..., HttpResponse]]] = {
            "quick/<str:slug>/": ("quick_rule", self.add_quick_rule),
            "default/<str:effect>/": ("default_effect", self.set_default),
            "discard/": ("discard_policy", self.discard),
        }
        own = [path(at, self.admin_site.admin_view(require_POST(view)), name=name) for at, (name, view) in acts.items()]
        return [*own, *super().get_urls()]

    def shown_above(self, request: HttpRequest) -> dict[str, Any]:
        """Return what the page says above the list."""
        draft = publishing.draft()
        live = publishing.live()
        changes = publishing.changes() if draft else ()
        shown = draft or live
        return {
            "live": live,
            "draft": draft,
            "changes": changes,
            "seen": str(publishing.seen()),
            "reason": "; ".join(it.sentence for it in changes)[:LONGEST_REASON],
            "default": shown.get_default_effect_display(),
            "other_defaults": [(value, name) for value, name in DEFAULTS if value != shown.default_effect],
            "quick_rules": [(slug, rule.name) for slug, rule in QUICK_RULES.items()],
            "may_change": self.has_change_permission(request),
            "may_publish": request.user.has_perm(MAY_PUBLISH),
        }

    def add_quick_rule(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Add a ready-made rule below the others of the draft, in watch only."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if slug not in QUICK_RULES:
            raise Http404
        rule = QUICK_RULES[slug]
        row = AccessRule.objects.create(
            revision=publishing.begin_draft(author_of(request)),
            name=rule.name,
            mode=rule.mode,
            effect=rule.effect,
            conditions=[to_json(it) for it in rule.conditions],
        )
        self.log_addition(request, row, "Added by its button.")
        messages.success(request, f"Added “{rule.name}” in watch only. Switch it on if it is to count, then publish.")
        return HttpResponseRedirect(reverse(LIST))

    def set_default(self, request: HttpRequest, effect: str) -> HttpResponse:
        """Let in, or refuse, whom no rule of the draft meets."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if effect not in dict(DEFAULTS):
            raise Http404
        draft = publishing.begin_draft(author_of(request))
        draft.default_effect = effect
        draft.save()
        messages.success(request, f"Whom no rule meets: {dict(DEFAULTS)[effect]}. It counts once this is published.")
        return HttpResponseRedirect(reverse(LIST))

    def discard(self, request: HttpRequest) -> HttpResponse:
        """Throw the draft away; what is in force stays."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        publishing.discard()
        messages.success(request, "The draft is gone. What is in force stays.")
        return HttpResponseRedirect(reverse(LIST))
