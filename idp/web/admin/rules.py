"""Access rules: who may enter from what, in order."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, Func, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from idp.policies.models import AccessRule, rules_in_force
from idp.web.admin.rule_form import AccessRuleForm, split

NOBODY_ENTERS = "A rule cannot be read, so nobody is let in. Delete that rule and write it anew."
WAYS = {"up": -1, "down": 1}
READING = ("name", "mode", "effect", "sentence", "message")


@admin.register(AccessRule)
class AccessRuleAdmin(admin.ModelAdmin[AccessRule]):
    """Who may enter from what. Asked from top to bottom; the first rule that matches decides."""

    form = AccessRuleForm
    list_display = ["order", "name", "sentence", "mode", "move"]
    list_display_links = ["name"]
    list_filter = ["mode", "effect"]
    search_fields = ["name", "message"]
    ordering = ["position"]
    sortable_by = ()
    readonly_fields = ["sentence", "others"]
    change_list_template = "admin/access_rules.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessRule]:
        """Bring along how many rules are asked before and after each."""
        rules = AccessRule.objects.order_by()
        return (
            super()
            .get_queryset(request)
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
        """Add the address that moves a rule up or down."""
        move = path("<int:pk>/move/<str:way>/", self.admin_site.admin_view(self.move_rule), name="move_rule")
        return [move, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Warn above the list while nobody can enter."""
        if rules_in_force() is None:
            messages.error(request, NOBODY_ENTERS)
        return super().changelist_view(request, extra_context)

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
        """Exchange a rule with its neighbour; counts at the next request."""
        if request.method != "POST" or way not in WAYS:
            return HttpResponseNotAllowed(["POST"])
        rule = get_object_or_404(AccessRule, pk=pk)
        if not self.has_change_permission(request, rule):
            raise PermissionDenied
        AccessRule.objects.all().move(rule, WAYS[way])
        self.log_change(request, rule, f"Moved {way}.")
        messages.success(request, format_html("Moved “{}” {}. It counts at the next request.", rule.name, way))
        return HttpResponseRedirect(reverse("admin:policies_accessrule_changelist"))


def _count(rules: QuerySet[AccessRule]) -> Subquery:
    """Count in a subquery; an aggregate there would group by row, the plain function does not."""
    return Subquery(rules.annotate(count=Func(F("pk"), function="COUNT")).values("count"))
