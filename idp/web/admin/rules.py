"""Access rules: who may enter from what, in order. Edits are kept in a draft until somebody publishes it."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, Func, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from idp.policies import in_force, publishing
from idp.policies.models import AccessRule
from idp.policies.rules import MODE_NAMES, Mode
from idp.web.admin.policy_acts import PolicyActs, author_of
from idp.web.admin.rule_form import AccessRuleForm, split

NOBODY_ENTERS = "A rule cannot be read, so nobody is let in. Delete that rule, write it anew, and publish."
IN_DRAFT = "It counts once the draft is published."
WAYS = {"up": -1, "down": 1}
READING = ("name", "mode", "effect", "sentence", "message")


@admin.register(AccessRule)
class AccessRuleAdmin(PolicyActs, admin.ModelAdmin[AccessRule]):
    """Who may enter from what. Asked from top to bottom; the first rule that matches decides."""

    form = AccessRuleForm
    list_display = ["order", "name", "sentence", "counts", "move"]
    list_display_links = ["name"]
    list_filter = ["mode", "effect"]
    search_fields = ["name", "message"]
    ordering = ["position"]
    sortable_by = ()
    readonly_fields = ["sentence", "others"]
    change_list_template = "admin/access_rules.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessRule]:
        """Show the draft, or without one what is in force, with how many rules are asked before and after each."""
        shown = publishing.edited()
        rules = AccessRule.objects.filter(revision=shown).order_by()
        return (
            super()
            .get_queryset(request)
            .filter(revision=shown)
            .annotate(
                above=_count(rules.filter(position__lt=OuterRef("position"))),
                below=_count(rules.filter(position__gt=OuterRef("position"))),
            )
        )

    def get_fields(self, request: HttpRequest, rule: AccessRule | None = None) -> tuple[str, ...]:
        """The conditions as fields, unless there is nothing to change or a condition cannot be read."""
        if rule is not None and not (rule.readable and self.has_change_permission(request, rule)):
            return READING
        others = ["others"] if rule is not None and split(rule.asked)[1] else []
        return ("name", "mode", "effect", "platforms", "forms_of_device", "clients", "text", *others, "message")

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses that move a rule and set its mode; they change the draft."""
        own = [
            path("<int:pk>/move/<str:way>/", self.admin_site.admin_view(self.move_rule), name="move_rule"),
            path("<int:pk>/mode/<str:mode>/", self.admin_site.admin_view(self.set_mode), name="set_rule_mode"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Warn above the list while nobody can enter, and say what a draft would change."""
        policy = in_force.policy()
        if policy is None or not policy.readable:
            messages.error(request, NOBODY_ENTERS)
        return super().changelist_view(request, {**self.shown_above(request), **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: AccessRule, form: Any, change: bool) -> None:  # noqa: ANN401
        """Keep a rule in the draft, which is begun if there is none."""
        draft = publishing.begin_draft(author_of(request))
        if change:
            obj.pk = draft.rules.get(key=obj.key).pk
        obj.revision = draft
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: AccessRule) -> None:
        """Take a rule out of the draft, which is begun if there is none."""
        publishing.begin_draft(author_of(request)).rules.filter(key=obj.key).delete()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[AccessRule]) -> None:
        """Take several rules out of the draft."""
        keys = list(queryset.values_list("key", flat=True))
        publishing.begin_draft(author_of(request)).rules.filter(key__in=keys).delete()

    @admin.display(description="no.")
    def order(self, rule: AccessRule) -> int:
        """Count the rules from the top."""
        above: int = getattr(rule, "above", 0)
        return above + 1

    @admin.display(description="rule")
    def sentence(self, rule: AccessRule) -> str:
        """Say the rule in words."""
        return rule.sentence

    @admin.display(description="And only if")
    def others(self, rule: AccessRule) -> SafeString:
        """Say the conditions that the form cannot change; saving keeps them."""
        return format_html_join("", "<div>{} (kept as it is)</div>", ((it.sentence(),) for it in split(rule.asked)[1]))

    @admin.display(description="mode")
    def counts(self, rule: AccessRule) -> SafeString:
        """Say the mode, and offer the two others."""
        others = [mode for mode in (Mode.ON, Mode.WATCH, Mode.OFF) if mode != rule.mode]
        buttons = (
            (reverse("admin:set_rule_mode", args=[rule.pk, it.value]), f"{rule.name}: {MODE_NAMES[it]}", MODE_NAMES[it])
            for it in others
        )
        offered = format_html_join(
            " ",
            '<button class="plain" type="submit" formmethod="post" formaction="{}" aria-label="{}">{}</button>',
            buttons,
        )
        return format_html("<strong>{}</strong> {}", rule.get_mode_display(), offered)

    @admin.display(description="move")
    def move(self, rule: AccessRule) -> SafeString:
        """Offer to move the rule; the buttons belong to the list's own form."""
        at_end = {"up": getattr(rule, "above", 0) == 0, "down": getattr(rule, "below", 0) == 0}
        buttons = (
            (
                reverse("admin:move_rule", args=[rule.pk, way]),
                f"Move {rule.name} {way}",
                "disabled" if at_end[way] else "",
                arrow,
                way.capitalize(),
            )
            for way, arrow in (("up", "↑"), ("down", "↓"))
        )
        return format_html_join(
            " ",
            '<button class="plain" type="submit" formmethod="post" formaction="{}" aria-label="{}" {}>{} {}</button>',
            buttons,
        )

    def move_rule(self, request: HttpRequest, pk: int, way: str) -> HttpResponse:
        """Exchange a rule of the draft with its neighbour."""
        if request.method != "POST" or way not in WAYS:
            return HttpResponseNotAllowed(["POST"])
        rule = self._in_draft(request, pk)
        publishing.move(rule, WAYS[way])
        return self._done(request, rule, f"Moved “{rule.name}” {way}.")

    def set_mode(self, request: HttpRequest, pk: int, mode: str) -> HttpResponse:
        """Switch a rule of the draft on, to watch only, or off."""
        if request.method != "POST" or mode not in list(Mode):
            return HttpResponseNotAllowed(["POST"])
        rule = self._in_draft(request, pk)
        rule.mode = mode
        rule.save()
        return self._done(request, rule, f"“{rule.name}” is {rule.get_mode_display()}.")

    def _in_draft(self, request: HttpRequest, pk: int) -> AccessRule:
        """Return the draft's own row of a rule that the list showed."""
        shown = get_object_or_404(AccessRule, pk=pk)
        if not self.has_change_permission(request, shown):
            raise PermissionDenied
        return get_object_or_404(publishing.begin_draft(author_of(request)).rules, key=shown.key)

    def _done(self, request: HttpRequest, rule: AccessRule, said: str) -> HttpResponse:
        self.log_change(request, rule, said)
        messages.success(request, f"{said} {IN_DRAFT}")
        return HttpResponseRedirect(reverse("admin:policies_accessrule_changelist"))


def _count(rules: QuerySet[AccessRule]) -> Subquery:
    """Count in a subquery; an aggregate there would group by row, the plain function does not."""
    return Subquery(rules.annotate(count=Func(F("pk"), function="COUNT")).values("count"))
