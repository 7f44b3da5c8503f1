"""The trail: sign-ins and operators' acts in one list, to search, read and export."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST

from idp import clock, reference
from idp.audit import acts
from idp.audit.models import Kind, LoginEvent
from idp.saml.models import IssuedAssertion
from idp.web import rights
from idp.web.admin.base.long_lists import LongList
from idp.web.admin.base.read_only import ReadOnlyAdmin
from idp.web.admin.base.within_reach import WithinReach
from idp.web.admin.trail.event_list import EventList
from idp.web.admin.trail.filters import FILTERS
from idp.web.admin.trail.letting_in import let_refused_in
from idp.web.admin.trail.searching import anywhere
from idp.web.departments import reach
from idp.web.request_fields import row_number
from idp.web.trail import refusals, rule_verdicts, words
from idp.web.trail.exports import WRITERS

NOTHING = "-"
EXPORTS = [("csv", "Export this list as CSV"), ("jsonl", "Export this list as JSON lines")]
TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}
FOR_OPERATORS = ("sent_link", "rules_today")
SOURCES = {
    "subject": "about",
    "detail_in_words": "detail",
    "changed_fields": "changes",
    "deciding_rule": "decided_by",
    "watching_rules": "would_have",
    **dict.fromkeys(("understood", "rules_then", "rules_today"), "judged"),
}
"""The attribute of an event that a field is made from, where their names differ. An empty one hides the field."""


@admin.register(LoginEvent)
class LoginEventAdmin(ReadOnlyAdmin[LoginEvent], WithinReach[LoginEvent], LongList[LoginEvent]):
    """The events of the trail. An agent's error page shows a reference, by which an operator finds the event."""

    list_display = ["when", "sentence", "agent", "device", "service", "address", "reference"]
    list_display_links = ["when"]
    list_filter = FILTERS
    list_per_page = 50
    change_list_template = "admin/trail.html"
    search_fields = ["reference", "agent__full_name", "agent__email", "device__label", "address"]
    search_help_text = "Reference, device, address, or the agent's name, email or number"
    list_select_related = ["agent", "device"]
    change_form_template = "admin/login_event.html"
    fields = [
        "when",
        "kind",
        "agent",
        "device",
        "by",
        "subject",
        "changed_fields",
        "service",
        "method",
        "effect",
        "deciding_rule",
        "revision",
        "detail_in_words",
        "advice",
        "sent_link",
        "understood",
        "rules_then",
        "rules_today",
        "watching_rules",
        "address",
        "user_agent",
        "reference",
    ]

    def get_fields(self, request: HttpRequest, event: LoginEvent | None = None) -> list[Any]:
        """Leave out fields that are empty.

        For supervisors, also leave out those that link to the draft or to pages they may not open.
        """
        shown = [str(it) for it in self.fields]
        shown = [it for it in shown if event is None or getattr(event, SOURCES.get(it, it), True)]
        shown = [it for it in shown if it != "advice" or event is None or words.advice(event)]
        return [it for it in shown if it not in FOR_OPERATORS or reach.limits_of(request.user) is None]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> LoginEvent:
        """Return an event within reach, or one about an agent within reach. Raises Http404 for any other."""
        about = LoginEvent.objects.filter(pk=row_number(object_id)).exclude(about="").first()
        if about is not None and reach.is_about_own_agent(request.user, about):
            return about
        return super().get_object(request, object_id, from_field)

    def get_urls(self) -> list[URLPattern]:
        """Add the URLs of the pass for a refused agent, and of the export."""
        export = self.admin_site.admin_view(require_POST(self.export))
        return [
            path("<int:pk>/let-in/", self.admin_site.admin_view(require_POST(let_refused_in)), name="let_in"),
            path("export/<str:written_as>/", export, name="export_trail"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """For a sign-in that the access policy refused, offer what an operator can do next."""
        refused = LoginEvent.objects.filter(pk=row_number(object_id), kind=Kind.REFUSED).first()
        context = {
            "may_let_in": refused is not None and request.user.has_perm(rights.LET_IN),
            "next_steps": list(refusals.next_steps(refused, request.user)) if refused else [],
            **(extra_context or {}),
        }
        return super().change_view(request, object_id, form_url, context)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Offer the listed events as a file, except to supervisors. Say what an unknown reference means."""
        context = {
            "exports": EXPORTS if reach.limits_of(request.user) is None else [],
            "query": f"?{request.GET.urlencode()}" if request.GET else "",
            "typed_reference": reference.read(request.GET.get(SEARCH_VAR, "")),
            "may_listen": request.user.has_perm(rights.ADD_SERVICES),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def get_changelist(self, *_: Any, **__: Any) -> type[ChangeList]:
        """Return the list that reads its page in the quickest order."""
        return EventList

    def export(self, request: HttpRequest, written_as: str) -> StreamingHttpResponse:
        """Stream the events that the list shows, over all its pages. The trail records the export.

        Raises BadRequest for a filter that the list itself rejects.
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
        """Search by reference in any spelling, by address or network, otherwise by agent, operator or device."""
        try:
            return (rows.filter(anywhere(term, request.user)) if term.strip() else rows), False
        except ValueError as error:
            messages.error(request, str(error))
            return rows.none(), False

    @admin.display(description="when (UTC)", ordering="at")
    def when(self, event: LoginEvent) -> str:
        """Return the time to the second, because related events happen close together."""
        return f"{event.at:%Y-%m-%d %H:%M:%S}"

    @admin.display(description="what happened")
    def sentence(self, event: LoginEvent) -> str:
        """Return a sentence; changed fields can be opened beneath it."""
        changed = words.changed(event)
        if not changed:
            return words.sentence(event)
        return format_html("<details><summary>{}</summary>{}</details>", words.sentence(event), _table(changed))

    @admin.display(description="about")
    def subject(self, event: LoginEvent) -> str:
        """Return what the act was about."""
        return words.about(event) or NOTHING

    @admin.display(description="before and after")
    def changed_fields(self, event: LoginEvent) -> str:
        """Return the table of changed fields."""
        changed = words.changed(event)
        return _table(changed) if changed else NOTHING

    @admin.display(description="decided by")
    def deciding_rule(self, event: LoginEvent) -> str:
        """Return the name of the rule that decided."""
        return words.decided(event) or NOTHING

    @admin.display(description="understood as")
    def understood(self, event: LoginEvent) -> str:
        """Return what the access rules understood about the device."""
        return words.understood(event) or NOTHING

    @admin.display(description="rules")
    def rules_then(self, event: LoginEvent) -> str:
        """Return every rule's answer, judged again by the revision that decided at the time."""
        lines = rule_verdicts.at_the_time(event)
        return format_html_join("", "<div>{}</div>", ((rule_verdicts.in_words(it),) for it in lines)) or NOTHING

    @admin.display(description="rules today")
    def rules_today(self, event: LoginEvent) -> str:
        """Return how the same sign-in would end by the rules in force now, and by the draft."""
        return format_html_join("", "<div>{}</div>", ((it,) for it in rule_verdicts.today(event))) or NOTHING

    @admin.display(description="detail")
    def detail_in_words(self, event: LoginEvent) -> str:
        """Return the rest of what the event records."""
        return words.detail(event)

    @admin.display(description="what to do")
    def advice(self, event: LoginEvent) -> str:
        """Return what to do about a code that could not be sent."""
        return words.advice(event)

    @admin.display(description="watching rules would have")
    def watching_rules(self, event: LoginEvent) -> str:
        """Return what rules in watch-only mode would have done."""
        return words.watched(event) or NOTHING

    @admin.display(description="what was sent")
    def sent_link(self, event: LoginEvent) -> str:
        """Return a link from an answered sign-in to the page that explains the Response."""
        sent = event.kind == Kind.ANSWERED
        issued = IssuedAssertion.objects.filter(assertion_id=event.detail).first() if sent else None
        link = '<a href="{}">What was sent</a>'
        return format_html(link, reverse("admin:answer", args=[issued.pk])) if issued else NOTHING


def _table(changed: list[tuple[str, str, str]]) -> SafeString:
    rows = format_html_join("", '<tr><th scope="row">{}</th><td>{}</td><td>{}</td></tr>', changed)
    heads = mark_safe('<tr><th scope="col">Field</th><th scope="col">Before</th><th scope="col">After</th></tr>')
    return format_html("<table><thead>{}</thead><tbody>{}</tbody></table>", heads, rows)


def _chosen_by(request: HttpRequest) -> str:
    """Return the filters by which the exported events were chosen, for the trail."""
    chosen = {name: value for name, value in request.GET.items() if value}
    return ", ".join(f"{name}: {value}" for name, value in chosen.items()) or "all of it"
