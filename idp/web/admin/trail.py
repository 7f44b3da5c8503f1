"""The trail of sign-ins."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_POST

from idp import reference
from idp.audit.models import Kind, LoginEvent
from idp.saml.models import IssuedAssertion
from idp.web import reach, refusals, trail_words
from idp.web.admin.passes import MAY_GIVE, let_in
from idp.web.admin.reached import Reached
from idp.web.admin.reading import ReadOnlyAdmin

NOTHING = "-"
FOR_OPERATORS = ("explained", "today")


@admin.register(LoginEvent)
class LoginEventAdmin(ReadOnlyAdmin[LoginEvent], Reached[LoginEvent]):
    """What happened at each sign-in, found by the reference that a person read on the screen."""

    list_display = ["when", "kind", "agent", "device", "service", "detail", "by", "about_name", "address", "reference"]
    list_filter = ["kind", "service", "method", "at"]
    search_fields = ["reference", "agent__full_name", "agent__email", "device__label", "address"]
    search_help_text = "Reference, agent, device or address"
    list_select_related = ["agent", "device"]
    date_hierarchy = "at"
    change_form_template = "admin/login_event.html"
    fields = [
        "when",
        "kind",
        "agent",
        "device",
        "by",
        "about_name",
        "changes",
        "service",
        "method",
        "effect",
        "decided",
        "revision",
        "detail",
        "advice",
        "explained",
        "understood",
        "verdicts",
        "today",
        "watched",
        "address",
        "user_agent",
        "reference",
    ]

    def get_fields(self, request: HttpRequest, _: LoginEvent | None = None) -> list[Any]:
        """Leave out for supervisors what leads to pages of operators, and what only a draft says."""
        return [it for it in self.fields if it not in FOR_OPERATORS or reach.limits_of(request.user) is None]

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the button on a refused line."""
        return [
            path("<int:pk>/let-in/", self.admin_site.admin_view(require_POST(let_in)), name="let_in"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Offer what an operator does next about whom the access policy refused."""
        refused = LoginEvent.objects.filter(pk=object_id if object_id.isdecimal() else 0, kind=Kind.REFUSED).first()
        context = {
            "may_let_in": refused is not None and request.user.has_perm(MAY_GIVE),
            "ways_on": list(refusals.ways_on(refused, request.user)) if refused else [],
            **(extra_context or {}),
        }
        return super().change_view(request, object_id, form_url, context)

    def get_search_results(self, request: HttpRequest, rows: QuerySet[Any], term: str) -> tuple[QuerySet[Any], bool]:
        """Find a reference however it was written down."""
        return super().get_search_results(request, rows, reference.read(term) or term)

    @admin.display(description="when (UTC)", ordering="at")
    def when(self, event: LoginEvent) -> str:
        """Show the second too: what belongs together happened close together."""
        return f"{event.at:%Y-%m-%d %H:%M:%S}"

    @admin.display(description="decided by")
    def decided(self, event: LoginEvent) -> str:
        """Name the rule that decided."""
        return trail_words.decided(event) or NOTHING

    @admin.display(description="understood as")
    def understood(self, event: LoginEvent) -> str:
        """Say what the access rules made of the phone."""
        return trail_words.understood(event) or NOTHING

    @admin.display(description="rules")
    def verdicts(self, event: LoginEvent) -> str:
        """List every rule's answer, judged again by the revision that decided then."""
        lines = trail_words.judged_again(event)
        return format_html_join("", "<div>{}</div>", ((trail_words.verdict(it),) for it in lines)) or NOTHING

    @admin.display(description="rules today")
    def today(self, event: LoginEvent) -> str:
        """Say how the same sign-in would end by the rules in force now, and by the draft."""
        return format_html_join("", "<div>{}</div>", ((it,) for it in trail_words.judged_today(event))) or NOTHING

    @admin.display(description="what to do")
    def advice(self, event: LoginEvent) -> str:
        """Say what to do where a code could not be sent."""
        return trail_words.advice(event) or NOTHING

    @admin.display(description="watching rules would have")
    def watched(self, event: LoginEvent) -> str:
        """Say what rules in watch only would have done."""
        return trail_words.watched(event) or NOTHING

    @admin.display(description="what was sent")
    def explained(self, event: LoginEvent) -> str:
        """Lead from an answer to the page that explains it."""
        sent = event.kind == Kind.ANSWERED
        issued = IssuedAssertion.objects.filter(assertion_id=event.detail).first() if sent else None
        link = '<a href="{}">What was sent</a>'
        return format_html(link, reverse("admin:answer", args=[issued.pk])) if issued else NOTHING
