"""Webhooks: back ends of the customer that receive events."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from idp import clock
from idp.audit import acts
from idp.audit.models import Kind
from idp.outgoing.addresses import request_fault
from idp.web.admin.base.buttons import button, show_once
from idp.web.admin.base.hidden_columns import HidesColumns
from idp.webhooks import alarms, kinds, registration, sending
from idp.webhooks.models import State, Webhook

FAILING = "The last attempt failed. Nothing has been accepted since {:%d %b %H:%M} UTC."
STATE_FIELDS = ("state_in_words", "messages_sent", "read_to", "failing_since", "next_try_at")


class WebhookForm(forms.ModelForm[Webhook]):
    """The settings of a webhook."""

    url = forms.CharField(
        label="Address",
        max_length=500,
        help_text="An https address. It must be public, unless LATCHKEY_OUTGOING_NETWORKS lists its network. "
        "Redirects are not followed.",
        widget=forms.TextInput(attrs={"size": 80, "inputmode": "url"}),
    )
    kinds = forms.MultipleChoiceField(label="Types", choices=kinds.CHOICES, widget=forms.CheckboxSelectMultiple)
    tells_email = forms.BooleanField(
        label="Send email addresses",
        required=False,
        help_text="If not ticked, the receiver gets the agent's name ID and our id, but no name or email. Types "
        "that begin with trail always send the full line, including names and changed emails.",
    )

    class Meta:
        model = Webhook
        fields = registration.TYPED
        help_texts = {"is_on": "Events that happen while it is switched off are never sent."}

    def clean_url(self) -> str:
        """Reject an address that Latchkey may not send to."""
        url = str(self.cleaned_data["url"]).strip()
        if fault := request_fault(url):
            raise ValidationError(f"Nothing can be sent to this address: {fault}.")
        return url


@admin.register(Webhook)
class WebhookAdmin(HidesColumns[Webhook]):
    """Back ends that receive events."""

    form = WebhookForm
    list_display = ["name", "is_on", "state_in_words", "waiting", "url"]
    list_filter = ["is_on"]
    search_fields = ["name", "url"]
    readonly_fields = STATE_FIELDS
    change_form_template = "admin/webhook.html"

    def get_fields(self, _: HttpRequest, webhook: Webhook | None = None) -> tuple[str, ...]:
        """Show the state only of a saved webhook."""
        return (*registration.TYPED, *(STATE_FIELDS if webhook else ()))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Webhook]:
        """Count the waiting messages."""
        waiting = Count("deliveries", filter=Q(deliveries__state=State.WAITING))
        return super().get_queryset(request).annotate(waiting=waiting)

    @admin.display(description="waiting")
    def waiting(self, webhook: Any) -> int:  # noqa: ANN401 - the count is the query's, not the model's
        """Return how many messages wait."""
        return int(webhook.waiting)

    @admin.display(description="state")
    def state_in_words(self, webhook: Webhook) -> str:
        """Return what is wrong, also what is no reason for an alarm yet, or "in order"."""
        now = clock.now()
        faults = [it.why for it in alarms.of(webhook, now)]
        if not webhook.is_on:
            return " ".join(faults) or "switched off"
        if webhook.failing_since is None:
            return " ".join(faults) or "in order"
        return " ".join([*(faults or [FAILING.format(webhook.failing_since)]), _next_try(webhook.next_try_at, now)])

    @admin.display(description="messages")
    def messages_sent(self, webhook: Webhook) -> SafeString:
        """Return a link to the webhook's messages."""
        url = reverse("admin:webhooks_delivery_changelist")
        return format_html('<a href="{}?webhook__id__exact={}">See its messages</a>', url, webhook.pk)

    def save_model(self, _: HttpRequest, webhook: Webhook, form: forms.ModelForm[Webhook], change: bool) -> None:
        """Save the settings. A new webhook gets its secret."""
        if not change:
            registration.add(webhook, clock.now())
        elif form.has_changed():
            registration.change(webhook, clock.now())

    def response_add(self, request: HttpRequest, webhook: Webhook, *_: Any) -> HttpResponse:
        """Show the new webhook's secret once."""
        return self._show_secret(request, webhook, registration.secrets_of(webhook, clock.now())[0])

    def get_deleted_objects(self, objs: Any, _: HttpRequest) -> tuple[list[str], dict[str, int], set[str], list[str]]:  # noqa: ANN401 - as its base
        """Delete messages with their webhook, without asking for another right and without listing thousands."""
        return [str(it) for it in objs], {"webhooks": len(objs)}, set(), []

    def get_urls(self) -> list[URLPattern]:
        """Add the URLs of the buttons."""
        return [
            button(self, "webhook_test", "test", self.send_test),
            button(self, "webhook_change_secret", "change-secret", self.change_secret),
            *super().get_urls(),
        ]

    def send_test(self, request: HttpRequest, webhook: Webhook) -> HttpResponse:
        """Send a test message, and show the receiver's answer."""
        try:
            test = sending.send_test(webhook, clock.now)
        except sending.Busy:
            messages.warning(request, "Messages are being sent to it at the moment. Try again in a minute.")
        else:
            accepted = test.state == State.DELIVERED
            show = messages.success if accepted else messages.error
            show(request, f"The receiver {'accepted' if accepted else 'did not accept'} the test. {test.answer}")
            acts.record(Kind.CHANGED, acts.thing(webhook), clock.now(), detail="A test was sent.")
        return HttpResponseRedirect(reverse("admin:webhooks_webhook_change", args=[webhook.pk]))

    def change_secret(self, request: HttpRequest, webhook: Webhook) -> HttpResponse:
        """Make a new secret, and show it once."""
        secret = registration.change_secret(webhook, clock.now())
        self.log_change(request, webhook, "Secret changed.")
        return self._show_secret(request, webhook, secret, changed=True)

    def _show_secret(
        self, request: HttpRequest, webhook: Webhook, secret: str, *, changed: bool = False
    ) -> HttpResponse:
        hours = int(registration.BOTH_VALID.total_seconds() // 3600)
        shown = {"secret": secret, "changed": changed, "hours": hours}
        return show_once(self, request, webhook, "Secret", "admin/webhook_secret.html", **shown)


def _next_try(at: datetime | None, now: datetime) -> str:
    """Say when a failing webhook is tried again. A pause that is over ends with the next run of the timer."""
    if at is None or at <= now:
        return "The next run of send_webhooks tries again."
    return f"The next attempt is at {at:%d %b %H:%M} UTC."
