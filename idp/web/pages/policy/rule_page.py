"""The page of a rule: its form, and trying the policy with the rule as entered, saved or not."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4
from zoneinfo import available_timezones

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
from idp.web.pages.policy import editor, history, verdicts
from idp.web.pages.policy.rule_form import WholeRule, kinds
from idp.web.pages.policy.try_form import TryForm
from idp.web.pages.policy.verdicts import Outcome

NOT_RIGHT = "The rule is not complete yet"


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
        return self._page(WholeRule.of(_row(shown, self.pk)), shown)

    def act(self) -> HttpResponse:
        """Act on a button. Only *save* writes anything."""
        if not self._may_save():
            raise PermissionDenied
        base, _ = editor.posted(self.request)
        whole = WholeRule.posted(_posted_row(self.request, base, self.pk), self.request.POST)
        what, _, about = self.request.POST.get("act", "save").partition(":")
        match what:
            case "add":
                whole.add(self.request.POST.get("kind", ""))
            case "remove":
                whole.remove(about)
            case "try":
                return self._try(whole, base)
            case _:
                return self._save(whole, base)
        return self._page(whole, base, unsaved=True)

    def _save(self, whole: WholeRule, base: Sheet) -> HttpResponse:
        filled = whole.filled
        if filled is None:
            return self._page(whole, base, errors=whole.errors, unsaved=True)
        mine = base.with_rule(filled)
        try:
            changed = sheet.keep(mine, base, self.request.user.pk)
        except Overtaken as overtaken:
            return self._page(whole, overtaken.now, overtaken=overtaken.changes, unsaved=True, status=409)
        if changed:
            history.write(self.admin, self.request, base, mine)
            messages.success(self.request, f"“{filled.name}” is saved to the draft. {editor.IN_DRAFT}")
        return HttpResponseRedirect(reverse(editor.LIST))

    def _try(self, whole: WholeRule, base: Sheet) -> HttpResponse:
        filled, form = whole.filled, TryForm(self.request, clock.now(), self.request.POST)
        mine = base.with_rule(filled) if filled else base
        wrong = [(f"{NOT_RIGHT}: {label}", said) for _, label, said in whole.errors]
        found = verdicts.outcome(mine.policy, form) if filled else Outcome(errors=wrong)
        if "fragment" in self.request.POST:
            return editor.fragment(self.request, mine, found)
        return self._page(whole, base, try_form=form, found=found, unsaved=True)

    def _may_save(self) -> bool:
        may_add = self.pk is not None or self.admin.has_add_permission(self.request)
        return self.admin.has_change_permission(self.request) and may_add

    def _page(self, whole: WholeRule, base: Sheet, *, status: int = 200, **shown: Any) -> HttpResponse:
        context = {
            **self.admin.admin_site.each_context(self.request),
            "title": whole.row.name or "A new rule",
            "opts": self.admin.opts,
            "rule": whole.row,
            "head": whole.head,
            "asked": [(it, verdicts.of_text(it.text)) for it in whole.asked],
            "kinds": kinds(),
            "zones": sorted(available_timezones()) if any("zone" in it.fields for it in whole.asked) else [],
            "seen": base.write(),
            "try_form": TryForm(self.request, clock.now()),
            "may_change": self._may_save(),
            **shown,
        }
        return render(self.request, "admin/policy_editor_rule.html", context, status=status)


def _row(shown: Sheet, pk: str | None) -> AccessRule:
    """Return the rule of the list with this key's rule, whichever revision `pk` belongs to. Raises Http404."""
    if pk is None:
        return AccessRule(key=uuid4(), mode=Mode.WATCH.value, effect=Effect.DENY.value)
    asked = AccessRule.objects.filter(pk=pk).first() if pk.isdecimal() else None
    row = shown.row(str(asked.key)) if asked else None
    if row is None:
        raise Http404
    return row


def _posted_row(request: HttpRequest, base: Sheet, pk: str | None) -> AccessRule:
    """Return the edited rule as the page had it, or a new one. Raises BadRequest if the page is stale."""
    row = base.row(request.POST.get("key", ""))
    if pk is None:
        return AccessRule(key=uuid4(), mode=Mode.WATCH.value, effect=Effect.DENY.value)
    if row is None:
        raise BadRequest(editor.STALE)
    return row
