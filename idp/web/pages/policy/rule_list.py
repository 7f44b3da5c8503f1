"""The page of the rules in order: the draft in sentences. Every button saves the whole page, or nothing."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from idp import clock
from idp.audit.statistics import rule_counts
from idp.policies import in_force
from idp.policies.editing import publishing, sheet, unreachable
from idp.policies.editing.differences import Difference
from idp.policies.editing.quick_rules import CATCHES, QUICK_RULES
from idp.policies.editing.sheet import Overtaken, Sheet
from idp.policies.models import AccessRule
from idp.policies.models.revision import DEFAULTS, MODES
from idp.web.pages.policy import rule_history
from idp.web.pages.policy.publish.page import LIST
from idp.web.pages.policy.rule_list_edits import DIRECTIONS, edited, posted_lists
from idp.web.pages.policy.try_form import TryForm
from idp.web.pages.policy.try_result import TryResult, result_of

UNREADABLE_RULE = "A rule cannot be read, so everybody is refused. Delete that rule, write it again, and publish."
IN_DRAFT = "It takes effect once you publish the draft."


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule, as the list shows it: its place from 1, why it can never match if so, and how often it matched."""

    row: AccessRule
    place: int
    mark: str
    count: str


@dataclass(frozen=True)
class RuleListPage:
    """A request for the list. `above` is the context of the part above it."""

    admin: ModelAdmin[AccessRule]
    request: HttpRequest
    above: dict[str, Any]

    def show(self) -> HttpResponse:
        """Show the draft, or without one the rules in force. A link may also try them on a past sign-in."""
        if not self.admin.has_view_or_change_permission(self.request):
            raise PermissionDenied
        policy = in_force.policy()
        if policy is None or not policy.readable:
            messages.error(self.request, UNREADABLE_RULE)
        shown = sheet.shown()
        if "try-way" not in self.request.GET:
            return self._page(shown, shown)
        form = TryForm(self.request, clock.now(), self.request.GET)
        return self._page(shown, shown, form=form, result=result_of(shown.policy, form))

    def act(self) -> HttpResponse:
        """Act on a button, and save the list in the draft. Only *try* saves nothing."""
        button, _, target = self.request.POST.get("act", "save").partition(":")
        self._check_permission(button)
        base, mine = posted_lists(self.request.POST)
        if button == "try":
            return self._try(base, mine)
        wanted, sentence = edited(mine, button, target)
        try:
            changed = sheet.keep(wanted, base, self.request.user.pk)
        except Overtaken as overtaken:
            merged = sheet.merged(mine, base, overtaken.now)
            return self._page(merged, overtaken.now, overtaken=overtaken.changes, status=409)
        if changed:
            rule_history.record(self.admin, self.request, base, wanted)
            messages.success(self.request, f"{sentence or 'The draft is saved.'} {IN_DRAFT}")
        elif sentence or button == "save":
            messages.info(self.request, sentence or "Nothing had changed.")
        return HttpResponseRedirect(_next_page(button, target))

    def _try(self, base: Sheet, mine: Sheet) -> HttpResponse:
        """Evaluate the unsaved rules. The page's script gets the result alone."""
        form = TryForm(self.request, clock.now(), self.request.POST)
        result = result_of(mine.policy, form)
        if "fragment" in self.request.POST:
            return try_fragment(self.request, mine, result)
        return self._page(mine, base, form=form, result=result)

    def _check_permission(self, button: str) -> None:
        """Raise PermissionDenied unless the operator may press the button."""
        adds, deletes = button in ("quick", "watch", "add"), button == "delete"
        allowed = (
            self.admin.has_change_permission(self.request)
            and (not adds or self.admin.has_add_permission(self.request))
            and (not deletes or self.admin.has_delete_permission(self.request))
        )
        if not allowed:
            raise PermissionDenied

    def _page(
        self,
        shown: Sheet,
        base: Sheet,
        *,
        form: TryForm | None = None,
        result: TryResult | None = None,
        overtaken: tuple[Difference, ...] = (),
        status: int = 200,
    ) -> HttpResponse:
        may_change = self.admin.has_change_permission(self.request)
        context = {
            **self.admin.admin_site.each_context(self.request),
            **self.above,
            "title": "Access rules",
            "lines": _lines(shown),
            "modes": [(value, name) for value, name in reversed(MODES)],
            "default": shown.default,
            "default_name": dict(DEFAULTS)[shown.default],
            "defaults": [("allow", "Let them in"), ("deny", "Refuse them")],
            "seen": base.write(),
            "unsaved": shown.write() != base.write(),
            "overtaken": overtaken,
            "quick_rules": [(slug, it.name, CATCHES[slug]) for slug, it in QUICK_RULES.items()],
            "try_form": form or TryForm(self.request, clock.now()),
            "try_result": result,
            "marks": (),
            "may_change": may_change,
            "may_add": may_change and self.admin.has_add_permission(self.request),
            "may_delete": may_change and self.admin.has_delete_permission(self.request),
        }
        return render(self.request, "admin/policy/rule_list.html", context, status=status)


def try_fragment(request: HttpRequest, rules: Sheet, result: TryResult) -> HttpResponse:
    """Return the result of a trial alone, and which rules can never match."""
    marks = [(key, it.reason) for key, it in unreachable.marks(rules.policy).items()]
    return render(request, "admin/policy/try_result.html", {"try_result": result, "marks": marks})


def _next_page(button: str, target: str) -> str:
    if button == "add":
        return reverse("admin:policies_accessrule_add")
    row = sheet.shown().row(target)
    if button == "edit" and row is not None:
        return reverse("admin:policies_accessrule_change", args=[row.pk])
    return reverse(LIST) + (f"#rule-{target}" if button in DIRECTIONS and row else "")


def _lines(shown: Sheet) -> list[RuleLine]:
    now, marks = clock.now(), unreachable.marks(shown.policy)
    counted, since = rule_counts.counts(now), publishing.in_force_since(shown.keys)
    return [
        RuleLine(
            row,
            place,
            marks[key].reason if key in marks else "",
            counted.get(key, rule_counts.NEVER).sentence(since.get(key), now),
        )
        for place, (key, row) in enumerate(zip(shown.keys, shown.rows, strict=True), start=1)
    ]
