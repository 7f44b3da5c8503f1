"""The history of the access policy: what each revision changed, by whom and why, and a comparison of any two."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from idp import clock
from idp.audit.statistics import rule_counts
from idp.audit.statistics.rule_counts import NEVER
from idp.policies.access.rules import MODE_NAMES, Rule
from idp.policies.editing import publishing
from idp.policies.editing.differences import Difference, differences
from idp.policies.models import PolicyRevision, State
from idp.web import rights
from idp.web.pages.policy.revision_numbers import with_number
from idp.web.rendering import admin_page

PER_PAGE = 20
MOST_OFFERED = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """A revision, and what it changed compared with the one before; None for the first."""

    revision: PolicyRevision
    changes: tuple[Difference, ...] | None


@dataclass(frozen=True, slots=True)
class RuleInForce:
    """A rule in force, and how often it matched."""

    rule: Rule
    count: str

    @property
    def mode(self) -> str:
        """The rule's mode in words."""
        return MODE_NAMES[self.rule.mode]


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL pattern of the page."""
    return [path("policy/history/", site.admin_view(history), name="policy_history")]


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """Show the revisions, and the changes between two of them if the address names two."""
    if not (request.user.has_perm(rights.SEE_REVISIONS) or request.user.has_perm(rights.PUBLISH)):
        raise PermissionDenied
    published = PolicyRevision.objects.exclude(state=State.DRAFT).order_by("-number")
    page = Paginator(published, PER_PAGE).get_page(request.GET.get("page"))
    shown = {
        "title": "Compare revisions of the access rules",
        "page": page,
        "entries": _entries(page.object_list),
        "in_force": _rule_counts(),
        "numbers": list(published.values_list("number", flat=True)[:MOST_OFFERED]),
        "compared": _compared(request),
        "may_go_back": request.user.has_perm(rights.PUBLISH),
    }
    return admin_page(request, "policy/history.html", shown)


def _entries(chosen: Any) -> list[Entry]:  # noqa: ANN401 - a page of a queryset
    numbers = [it.number for it in chosen]
    with_earlier = {*numbers, *(it - 1 for it in numbers)}
    rows = PolicyRevision.objects.filter(number__in=with_earlier).select_related("author", "restored")
    revisions = {it.number: it for it in rows.prefetch_related("rules")}
    return [Entry(revisions[it], _changes(revisions.get(it - 1), revisions[it])) for it in numbers]


def _changes(before: PolicyRevision | None, after: PolicyRevision) -> tuple[Difference, ...] | None:
    return differences(before.policy, after.policy) if before else None


def _rule_counts() -> list[RuleInForce]:
    live = PolicyRevision.objects.live().prefetch_related("rules").first()
    rules, now = live.policy.rules if live else (), clock.now()
    counted, since = rule_counts.counts(now), publishing.in_force_since(it.key for it in rules)
    return [RuleInForce(it, counted.get(it.key, NEVER).sentence(since.get(it.key), now)) for it in rules]


def _compared(request: HttpRequest) -> dict[str, Any] | None:
    """Compare the two requested revisions, if any."""
    numbers = [request.GET.get(name, "") for name in ("from", "to")]
    if not any(numbers):
        return None
    before, after = (with_number(it).first() for it in numbers)
    if before is None or after is None:
        messages.error(request, "Choose two revisions from the lists.")
        return None
    return {"from": before, "to": after, "changes": _changes(before, after)}
