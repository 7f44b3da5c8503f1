"""Messages to webhooks: each with its outcome, to send again or to skip."""

import json
from collections.abc import Callable

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from idp import clock
from idp.audit import acts
from idp.audit.models import Kind
from idp.web.admin.base.read_only import ReadOnlyAdmin
from idp.webhooks import outcomes, sending
from idp.webhooks.models import Delivery

MAY_CHANGE = "webhooks.change_webhook"
NEXT_RUN = "The next run of send_webhooks sends them first."


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin[Delivery]):
    """Each message, its outcome, and the receiver's last answer."""

    list_display = ["happened", "type", "webhook", "agent", "state", "tries", "tried_at", "answer"]
    list_filter = ["state", "webhook", "kind"]
    search_fields = ["event__reference", "event__agent__full_name", "event__agent__email"]
    search_help_text = "Reference or agent"
    list_select_related = ["webhook", "event__agent"]
    fields = [
        "id",
        "webhook",
        "type",
        "agent",
        "happened",
        "state",
        "tries",
        "made_at",
        "tried_at",
        "closed_at",
        "answer",
        "body",
    ]
    actions = ["send_again", "leave_out"]

    def has_resend_permission(self, request: HttpRequest) -> bool:
        """Sending again takes the right to change webhooks."""
        return request.user.has_perm(MAY_CHANGE)

    @admin.display(description="type", ordering="kind")
    def type(self, delivery: Delivery) -> str:
        """Return the type, as the receiver reads it."""
        return delivery.kind

    @admin.display(description="agent")
    def agent(self, delivery: Delivery) -> str:
        """Return the agent, or "-": Django shows nothing in place of None on the page of a row."""
        return str(delivery.event.agent) if delivery.event and delivery.event.agent else "-"

    @admin.display(description="happened (UTC)", ordering="event__at")
    def happened(self, delivery: Delivery) -> str:
        """Return the time to the second, because related events happen close together."""
        return f"{delivery.event.at if delivery.event else delivery.made_at:%Y-%m-%d %H:%M:%S}"

    @admin.display(description="body, if it were sent now")
    def body(self, delivery: Delivery) -> SafeString:
        """Return the body that the receiver would read now."""
        read = json.loads(sending.body_of(delivery, clock.now()))
        return format_html("<pre>{}</pre>", json.dumps(read, indent=2, ensure_ascii=False))

    @admin.action(description="Send again", permissions=["resend"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        """Queue the chosen messages again, with their IDs."""
        count = _carry_out(chosen, outcomes.send_again, "To be sent again.")
        self.message_user(request, f"{count} will be sent again. {NEXT_RUN}", messages.SUCCESS)

    @admin.action(description="Leave out", permissions=["resend"])
    def leave_out(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        """Abandon the chosen messages, so that they no longer hold up the others."""
        count = _carry_out(chosen, outcomes.leave_out, "Left out.")
        self.message_user(request, f"{count} left out. Later messages are sent.", messages.SUCCESS)


def _carry_out(chosen: QuerySet[Delivery], act: Callable[..., bool], detail: str) -> int:
    """Act on each chosen message, and record those that it changed. Returns how many those are."""
    with transaction.atomic():
        done = [it for it in chosen if act(it, clock.now())]
        acts.record_many([(Kind.CHANGED, acts.thing(it), {}) for it in done], clock.now(), detail)
    return len(done)
