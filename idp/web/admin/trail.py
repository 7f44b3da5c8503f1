"""The trail: sign-ins and operators' acts in one list, to be searched, read, and taken out."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST

from idp import clock
from idp.audit import acts
from idp.audit.models import Kind, LoginEvent
from idp.saml.models import IssuedAssertion
from idp.web.admin.long_lists import LongList
from idp.web.admin.passes import MAY_GIVE, let_in
from idp.web.admin.read_only import ReadOnlyAdmin
from idp.web.admin.trail_filters import FILTERS, Lines, anywhere
from idp.web.admin.within_reach import Reached
from idp.web.departments import reach
from idp.web.trail import refusals, words
from idp.web.trail.files import WRITERS

NOTHING = "-"
EXPORTS = [("csv", "Export what is listed as CSV"), ("jsonl", "Export what is listed as JSON lines")]
TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}
FOR_OPERATORS = ("explained", "today")
TOLD_BY = {
    "on": "about",
    "told": "detail",
    "before_and_after": "changes",
    "decided": "decided_by",
    "watched": "would_have",
    **dict.fromkeys(("understood", "verdicts", "today"), "judged"),
}
"""Which column of a line a field is made from, where they are called differently."""


@admin.register(LoginEvent)
class LoginEventAdmin(ReadOnlyAdmin[LoginEvent], Reached[LoginEvent], LongList[LoginEvent]):
    """What happened at each sign-in, found by the reference that a person read on the screen."""

    list_display = ["when", "what", "agent", "device", "service", "address", "reference"]
    list_display_links = ["when"]
    list_filter = FILTERS
    list_per_page = 50
    change_list_template = "admin/trail.html"
    search_fields = ["reference", "agent__full_name", "agent__email", "device__label", "address"]
    search_help_text = "Reference, agent, device or address"
    list_select_related = ["agent", "device"]
    change_form_template = "admin/login_event.html"
    fields = [
        "when",
        "kind",
        "agent",
        "device",
        "by",
        "on",
        "before_and_after",
        "service",
        "method",
        "effect",
        "decided",
        "revision",
        "told",
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

    def get_fields(self, request: HttpRequest, event: LoginEvent | None = None) -> list[Any]:
        """Leave out what the line says nothing of, and for supervisors what leads to pages of operators or a draft."""
        told = [str(it) for it in self.fields]
        told = [it for it in told if event is None or getattr(event, TOLD_BY.get(it, it), True)]
        told = [it for it in told if it != "advice" or event is None or words.advice(event)]
        return [it for it in told if it not in FOR_OPERATORS or reach.limits_of(request.user) is None]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> LoginEvent:
        """Return a line of somebody's sign-ins, or of an act on them, to which their timeline leads. Raises Http404."""
        about = LoginEvent.objects.filter(pk=object_id if object_id.isdecimal() else 0).exclude(about="").first()
        if about is not None and reach.tells_of_theirs(request.user, about):
            return about
        return super().get_object(request, object_id, from_field)

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the button on a refused line."""
        export = self.admin_site.admin_view(require_POST(self.export))
        return [
            path("<int:pk>/let-in/", self.admin_site.admin_view(require_POST(let_in)), name="let_in"),
            path("export/<str:written_as>/", export, name="export_trail"),
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

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Offer what is listed as a file."""
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        exports = EXPORTS if reach.limits_of(request.user) is None else []
        return super().changelist_view(request, {"exports": exports, "query": query, **(extra_context or {})})

    def get_changelist(self, *_: Any, **__: Any) -> type[ChangeList]:
        """Read the list in the quickest order."""
        return Lines

    def export(self, request: HttpRequest, written_as: str) -> StreamingHttpResponse:
        """Answer with the lines that the list shows, all pages of it, as they are read. It is a line of the trail.

        Raises BadRequest for a choice of which the list itself would show nothing.
        """
        if written_as not in WRITERS:
            raise Http404
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = clock.now()
        chosen = self.get_changelist_instance(request).get_queryset(request)
        own = acts.record(Kind.TRAIL_EXPORTED, acts.NOTHING, now, detail=_chosen_by(request))
        lines = chosen.filter(pk__lt=own.pk) if own else chosen
        response = StreamingHttpResponse(WRITERS[written_as](lines, now), content_type=TYPES[written_as])
        response["Content-Disposition"] = f'attachment; filename="trail-{now:%Y-%m-%d}.{written_as}"'
        return response

    def get_search_results(self, request: HttpRequest, rows: QuerySet[Any], term: str) -> tuple[QuerySet[Any], bool]:
        """Find a reference however it was written down, an address, else whom or what is called so."""
        try:
            return (rows.filter(anywhere(term, request.user)) if term.strip() else rows), False
        except ValueError as error:
            messages.error(request, str(error))
            return rows.none(), False

    @admin.display(description="when (UTC)", ordering="at")
    def when(self, event: LoginEvent) -> str:
        """Show the second too: what belongs together happened close together."""
        return f"{event.at:%Y-%m-%d %H:%M:%S}"

    @admin.display(description="what happened")
    def what(self, event: LoginEvent) -> str:
        """Say it in a line; where fields changed, each before and after can be opened."""
        changed = words.changed(event)
        if not changed:
            return words.sentence(event)
        return format_html("<details><summary>{}</summary>{}</details>", words.sentence(event), _table(changed))

    @admin.display(description="about")
    def on(self, event: LoginEvent) -> str:
        """Name what was acted on."""
        return words.about(event) or NOTHING

    @admin.display(description="before and after")
    def before_and_after(self, event: LoginEvent) -> str:
        """List each field that changed."""
        changed = words.changed(event)
        return _table(changed) if changed else NOTHING

    @admin.display(description="decided by")
    def decided(self, event: LoginEvent) -> str:
        """Name the rule that decided."""
        return words.decided(event) or NOTHING

    @admin.display(description="understood as")
    def understood(self, event: LoginEvent) -> str:
        """Say what the access rules made of the phone."""
        return words.understood(event) or NOTHING

    @admin.display(description="rules")
    def verdicts(self, event: LoginEvent) -> str:
        """List every rule's answer, judged again by the revision that decided then."""
        lines = words.judged_again(event)
        return format_html_join("", "<div>{}</div>", ((words.verdict(it),) for it in lines)) or NOTHING

    @admin.display(description="rules today")
    def today(self, event: LoginEvent) -> str:
        """Say how the same sign-in would end by the rules in force now, and by the draft."""
        return format_html_join("", "<div>{}</div>", ((it,) for it in words.judged_today(event))) or NOTHING

    @admin.display(description="detail")
    def told(self, event: LoginEvent) -> str:
        """Say what else the line tells."""
        return words.detail(event)

    @admin.display(description="what to do")
    def advice(self, event: LoginEvent) -> str:
        """Say what to do where a code could not be sent."""
        return words.advice(event)

    @admin.display(description="watching rules would have")
    def watched(self, event: LoginEvent) -> str:
        """Say what rules in watch only would have done."""
        return words.watched(event) or NOTHING

    @admin.display(description="what was sent")
    def explained(self, event: LoginEvent) -> str:
        """Lead from an answer to the page that explains it."""
        sent = event.kind == Kind.ANSWERED
        issued = IssuedAssertion.objects.filter(assertion_id=event.detail).first() if sent else None
        link = '<a href="{}">What was sent</a>'
        return format_html(link, reverse("admin:answer", args=[issued.pk])) if issued else NOTHING


def _table(changed: list[tuple[str, str, str]]) -> SafeString:
    rows = format_html_join("", '<tr><th scope="row">{}</th><td>{}</td><td>{}</td></tr>', changed)
    heads = mark_safe('<tr><th scope="col">Field</th><th scope="col">Before</th><th scope="col">After</th></tr>')
    return format_html("<table><thead>{}</thead><tbody>{}</tbody></table>", heads, rows)


def _chosen_by(request: HttpRequest) -> str:
    """Say by what the exported lines were chosen."""
    chosen = {name: value for name, value in request.GET.items() if value}
    return ", ".join(f"{name}: {value}" for name, value in chosen.items()) or "all of it"
