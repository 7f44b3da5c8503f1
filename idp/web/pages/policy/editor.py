"""The list of rules: the draft as sentences, in order. Every act saves the whole page, or nothing."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from idp import clock
from idp.audit.statistics import rule_counts
from idp.policies import in_force
from idp.policies.access import conditions
from idp.policies.access.rules import MODE_NAMES, Mode, Rule
from idp.policies.editing import publishing, sheet, unreachable
from idp.policies.editing.differences import Difference
from idp.policies.editing.quick_rules import CATCHES, QUICK_RULES
from idp.policies.editing.sheet import Overtaken, Sheet
from idp.policies.models import AccessRule
from idp.policies.models.revision import DEFAULTS, MODES
from idp.web.pages.policy import history
from idp.web.pages.policy.try_form import TryForm
from idp.web.pages.policy.verdicts import Outcome, outcome

LIST = "admin:policies_accessrule_changelist"
NOBODY_ENTERS = "A rule cannot be read, so everybody is refused. Delete that rule, write it again, and publish."
STALE = "This page is too old to save. Open the access rules again."
IN_DRAFT = "It takes effect once you publish the draft."
WAYS = {"up": -1, "down": 1}


@dataclass(frozen=True, slots=True)
class Line:
    """A rule, as the list shows it."""

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
            messages.error(self.request, NOBODY_ENTERS)
        shown = sheet.shown()
        if "try-way" not in self.request.GET:
            return self._page(shown, shown)
        form = TryForm(self.request, clock.now(), self.request.GET)
        return self._page(shown, shown, form=form, found=outcome(shown.policy, form))

    def act(self) -> HttpResponse:
        """Act on a button, and save the list in the draft. Only *try* saves nothing."""
        what, _, about = self.request.POST.get("act", "save").partition(":")
        self._refuse_without_right(what)
        base, mine = posted(self.request)
        if what == "try":
            return self._try(base, mine)
        wanted, said = done(mine, what, about)
        try:
            changed = sheet.keep(wanted, base, self.request.user.pk)
        except Overtaken as overtaken:
            again = sheet.merged(mine, base, overtaken.now)
            return self._page(again, overtaken.now, overtaken=overtaken.changes, status=409)
        if changed:
            history.write(self.admin, self.request, base, wanted)
            messages.success(self.request, f"{said or 'The draft is saved.'} {IN_DRAFT}")
        elif said or what == "save":
            messages.info(self.request, said or "Nothing had changed.")
        return HttpResponseRedirect(_onward(what, about))

    def _try(self, base: Sheet, mine: Sheet) -> HttpResponse:
        """Evaluate the unsaved rules. The page's script gets the verdicts alone."""
        form = TryForm(self.request, clock.now(), self.request.POST)
        found = outcome(mine.policy, form)
        if "fragment" in self.request.POST:
            return fragment(self.request, mine, found)
        return self._page(mine, base, form=form, found=found)

    def _refuse_without_right(self, what: str) -> None:
        adds, takes = what in ("quick", "watch", "add"), what == "delete"
        allowed = (
            self.admin.has_change_permission(self.request)
            and (not adds or self.admin.has_add_permission(self.request))
            and (not takes or self.admin.has_delete_permission(self.request))
        )
        if not allowed:
            raise PermissionDenied

    def _page(
        self,
        shown: Sheet,
        base: Sheet,
        *,
        form: TryForm | None = None,
        found: Outcome | None = None,
        overtaken: tuple[Difference, ...] = (),
        status: int = 200,
    ) -> HttpResponse:
        may_change = self.admin.has_change_permission(self.request)
        context = {
            **self.admin.admin_site.each_context(self.request),
            **self.above,
            "title": "Access rules",
            "opts": self.admin.opts,
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
            "found": found,
            "may_change": may_change,
            "may_add": may_change and self.admin.has_add_permission(self.request),
            "may_delete": may_change and self.admin.has_delete_permission(self.request),
        }
        return render(self.request, "admin/policy_editor.html", context, status=status)


def done(mine: Sheet, what: str, about: str) -> tuple[Sheet, str]:
    """Return the list after an act, and what was done. Acts that only save or redirect change nothing."""
    match what:
        case "up" | "down":
            return mine.moved(about, WAYS[what]), _named(mine, about, f"Moved “{{}}” {what}.")
        case "delete":
            return mine.without(about), _named(mine, about, "Removed “{}” from the draft.")
        case "quick" | "watch":
            return _with_quick(mine, about, Mode.ON if what == "quick" else Mode.WATCH)
    return mine, ""


def fragment(request: HttpRequest, shown: Sheet, found: Outcome) -> HttpResponse:
    """Return the verdicts alone, and which rules can never match."""
    marks = [(key, it.reason) for key, it in unreachable.marks(shown.policy).items()]
    return render(request, "admin/policy_editor_verdicts.html", {"found": found, "marks": marks})


def posted(request: HttpRequest) -> tuple[Sheet, Sheet]:
    """Return the list that the page was rendered from, and the list as the operator left it. Raises BadRequest."""
    try:
        base = Sheet.read(request.POST.get("seen", ""))
        modes = {key: Mode(request.POST[f"mode-{key}"]) for key in base.keys if f"mode-{key}" in request.POST}
    except ValueError as stale:
        raise BadRequest(STALE) from stale
    default = request.POST.get("default", base.default)
    if default not in dict(DEFAULTS):
        raise BadRequest(STALE)
    order = request.POST.getlist("order")
    mine = (base.ordered(order) if order else base).with_modes(modes)
    return base, replace(mine, default=default)


def _onward(what: str, about: str) -> str:
    if what == "add":
        return reverse("admin:policies_accessrule_add")
    row = sheet.shown().row(about)
    if what == "edit" and row is not None:
        return reverse("admin:policies_accessrule_change", args=[row.pk])
    return reverse(LIST) + (f"#rule-{about}" if what in WAYS and row else "")


def _named(mine: Sheet, key: str, said: str) -> str:
    row = mine.row(key)
    return said.format(row.name) if row else ""


def _with_quick(mine: Sheet, slug: str, mode: Mode) -> tuple[Sheet, str]:
    """Add a ready-made rule where it takes effect, or set the mode of an equal one."""
    if slug not in QUICK_RULES:
        raise BadRequest(STALE)
    wanted = QUICK_RULES[slug]
    same = next((it for it in mine.policy.rules if _say_the_same(it, wanted)), None)
    if same is not None:
        return mine.with_modes({same.key: mode}), f"“{same.name}” was there already and is now {MODE_NAMES[mode]}."
    place = unreachable.place_for(wanted, mine.policy.rules)
    row = AccessRule(
        key=uuid4(),
        name=wanted.name,
        mode=mode.value,
        effect=wanted.effect.value,
        conditions=[conditions.to_json(it) for it in wanted.conditions],
    )
    return mine.with_rule(row, place), f"Added “{wanted.name}” as no. {place + 1}, {MODE_NAMES[mode]}."


def _say_the_same(one: Rule, other: Rule) -> bool:
    return (one.effect, one.conditions, one.scope) == (other.effect, other.conditions, other.scope)


def _lines(shown: Sheet) -> list[Line]:
    now, marks = clock.now(), unreachable.marks(shown.policy)
    counted, since = rule_counts.counts(now), publishing.in_force_since(shown.keys)
    return [
        Line(
            row,
            place,
            marks[key].reason if key in marks else "",
            counted.get(key, rule_counts.NEVER).told(since.get(key), now),
        )
        for place, (key, row) in enumerate(zip(shown.keys, shown.rows, strict=True), start=1)
    ]
