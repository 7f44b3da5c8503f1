"""The page of a rule: its form, and trying the policy with the rule as entered, saved or not."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from idp import clock
from idp.policies.access.rules import Effect, Mode
from idp.policies.editing import sheet
from idp.policies.editing.sheet import Overtaken, Sheet
from idp.policies.models import AccessRule
from idp.web.pages.policy import rule_history, rule_list, try_result
from idp.web.pages.policy.condition_fields import places
from idp.web.pages.policy.publish.page import LIST
from idp.web.pages.policy.rule_form import RuleForms, kinds
from idp.web.pages.policy.rule_list_edits import STALE_PAGE, posted_lists
from idp.web.pages.policy.try_form import TryForm
from idp.web.pages.policy.try_result import TryResult
from idp.web.request_fields import row_number

INCOMPLETE = "The rule is not complete yet"


@dataclass(frozen=True)
class RulePage:
    """A request for the page of a rule. `pk` is None for a new one."""

    admin: ModelAdmin[AccessRule]
    request: HttpRequest
    pk: str | None

    def show(self) -> HttpResponse:
        """Show a rule, or an empty one. An operator who may not change it sees its sentence alone."""
        may_look = self.admin.has_view_or_change_permission(self.request)
        if not (may_look and (self.pk or self._may_save())):
            raise PermissionDenied
        shown = sheet.shown()
        row = _new_rule() if self.pk is None else _listed_rule(shown, self.pk)
        return self._page(RuleForms.of(row), shown)

    def act(self) -> HttpResponse:
        """Act on a button. Only *save* writes anything."""
        if not self._may_save():
            raise PermissionDenied
        base, _ = posted_lists(self.request.POST)
        row = _new_rule() if self.pk is None else _posted_rule(self.request, base)
        forms = RuleForms.posted(row, self.request.POST)
        button, _, target = self.request.POST.get("act", "save").partition(":")
        match button:
            case "add":
                forms.add(self.request.POST.get("kind", ""))
            case "remove":
                forms.remove(target)
            case "try":
                return self._try(forms, base)
            case _:
                return self._save(forms, base)
        return self._page(forms, base, unsaved=True)

    def _save(self, forms: RuleForms, base: Sheet) -> HttpResponse:
        rule = forms.entered_rule
        if rule is None:
            return self._page(forms, base, errors=forms.errors, unsaved=True)
        mine = base.with_rule(rule)
        try:
            changed = sheet.keep(mine, base, self.request.user.pk)
        except Overtaken as overtaken:
            return self._page(forms, overtaken.now, overtaken=overtaken.changes, unsaved=True, status=409)
        if changed:
            rule_history.record(self.admin, self.request, base, mine)
            messages.success(self.request, f"“{rule.name}” is saved to the draft. {rule_list.IN_DRAFT}")
        return HttpResponseRedirect(reverse(LIST))

    def _try(self, forms: RuleForms, base: Sheet) -> HttpResponse:
        rule, form = forms.entered_rule, TryForm(self.request, clock.now(), self.request.POST)
        mine = base.with_rule(rule) if rule else base
        errors = [(f"{INCOMPLETE}: {label}", message) for _, label, message in forms.errors]
        result = try_result.result_of(mine.policy, form) if rule else TryResult(errors=errors)
        if "fragment" in self.request.POST:
            return rule_list.try_fragment(self.request, mine, result)
        return self._page(forms, base, try_form=form, try_result=result, unsaved=True)

    def _may_save(self) -> bool:
        may_add = self.pk is not None or self.admin.has_add_permission(self.request)
        return self.admin.has_change_permission(self.request) and may_add

    def _page(self, forms: RuleForms, base: Sheet, *, status: int = 200, **shown: Any) -> HttpResponse:
        context = {
            **self.admin.admin_site.each_context(self.request),
            "title": forms.row.name or "A new rule",
            "rule": forms.row,
            "head": forms.head,
            "conditions": [(it, try_result.text_hint(it.text)) for it in forms.conditions],
            "kinds": kinds(),
            "zones": places() if any("zone" in it.fields for it in forms.conditions) else [],
            "seen": base.write(),
            "try_form": TryForm(self.request, clock.now()),
            "try_result": None,
            "marks": (),
            "may_change": self._may_save(),
            "errors": (),
            "overtaken": (),
            "unsaved": False,
            **shown,
        }
        return render(self.request, "admin/policy/rule.html", context, status=status)


def _new_rule() -> AccessRule:
    return AccessRule(key=uuid4(), mode=Mode.WATCH.value, effect=Effect.DENY.value)


def _listed_rule(rules: Sheet, pk: str) -> AccessRule:
    """Return the rule of the list with this key's rule, whichever revision `pk` belongs to. Raises Http404."""
    known = AccessRule.objects.filter(pk=row_number(pk)).first()
    row = rules.row(str(known.key)) if known else None
    if row is None:
        raise Http404
    return row


def _posted_rule(request: HttpRequest, base: Sheet) -> AccessRule:
    """Return the edited rule as the page had it. Raises BadRequest if the page is stale."""
    row = base.row(request.POST.get("key", ""))
    if row is None:
        raise BadRequest(STALE_PAGE)
    return row
