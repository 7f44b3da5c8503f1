"""Verifications: the codes that were sent to a number, and what became of them."""

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest

from idp.otp.models import Verification, VerificationSend
from idp.web.admin.base.long_lists import LongList
from idp.web.admin.base.read_only import ReadOnlyAdmin
from idp.web.trail import words


@admin.register(Verification)
class VerificationAdmin(ReadOnlyAdmin[Verification], LongList[Verification]):
    """Verifications of a number: what was sent, how many codes were tried, and the outcome."""

    list_display = ["started_at", "agent", "sent", "tries", "outcome", "ended_at"]
    list_filter = ["outcome", "started_at"]
    search_fields = ["authenticator__user__full_name", "authenticator__user__email"]
    list_select_related = ["authenticator__user"]
    fields = ["authenticator", "sent", "tries", "started_at", "outcome", "ended_at"]
    hidden_columns = frozenset({"counted_as", "asked_by"})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Verification]:
        """Fetch the sends, in order."""
        in_order = Prefetch("sends", VerificationSend.objects.order_by("nth"))
        return super().get_queryset(request).prefetch_related(in_order)

    @admin.display(description="agent")
    def agent(self, verification: Verification) -> str:
        """Return the agent, or say that the number or email belongs to nobody."""
        return str(verification.authenticator.user) if verification.authenticator else "nobody's number"

    @admin.display(description="sent")
    def sent(self, verification: Verification) -> str:
        """Return each text and call with Twilio's answer, and what to do if Twilio refused it."""
        return "; ".join(words.send(it) for it in verification.sends.all())
