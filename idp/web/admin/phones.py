"""Phones and computers that are signed in, and what they hold."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from idp import clock
from idp.agents.models import Agent, Cutoff, Device, Reason
from idp.login import passkey_setup, request_facts
from idp.otp.models import Verification, VerificationSend
from idp.passkeys.models import Passkey
from idp.policies.user_agents import Family
from idp.sessions import lifecycle as sessions
from idp.sessions.lifecycle import FOLLOWED
from idp.sessions.models import SsoSession
from idp.tokens.models import LongLivedToken
from idp.web import next_codes
from idp.web.admin.long_lists import LongList
from idp.web.admin.read_only import OneOf, ReadOnlyAdmin, Standing
from idp.web.admin.within_reach import Reached
from idp.web.departments import reach
from idp.web.sign_out import FLEX_STAYS_OPEN, sign_out
from idp.web.trail import words

NEXT_CODE = "next code by (UTC)"


class Revoked(Standing):
    """Devices by whether they are signed in."""

    ends_by = "revoked_at"


class Ended(Standing):
    """Sessions by whether they are open."""

    ends_by = "ended_at"


class Retired(Standing):
    """Tokens by whether they are in use."""

    ends_by = "retired_at"


class OfFamily(OneOf):
    """Devices by what they may pass for."""

    title = column = parameter_name = "family"
    values = tuple((it.value, it.value) for it in Family)


class EndedBy(OneOf):
    """Sessions by why they ended."""

    title = column = parameter_name = "reason"
    values = ((FOLLOWED, FOLLOWED), *Reason.choices)


@admin.register(Device)
class DeviceAdmin(ReadOnlyAdmin[Device], Reached[Device], LongList[Device]):
    """Who is signed in on what, since when, and why others ended."""

    list_display = ["label", "agent", "kind", "standing", "enrolled_at", "authenticated_at", "last_seen_at"]
    readonly_fields = ["next_code"]
    list_filter = [Revoked, "kind", "reason", OfFamily]
    ordering = ["-enrolled_at"]
    search_fields = ["label", "agent__full_name", "agent__email"]
    search_help_text = "Device, or the agent's name or e-mail"
    list_select_related = ["agent"]
    change_form_template = "admin/device.html"
    fields = [
        "agent",
        "label",
        "client",
        "app_version",
        "kind",
        "standing",
        "remembered",
        "generation",
        "enrolled_at",
        "authenticated_at",
        "last_seen_at",
        "next_code",
        "revoked_at",
        "reason",
        "replaced_by",
    ]
    actions = ["sign_out_chosen"]
    kept_back = frozenset({"replaced_by"})

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Add by when each needs its next code, by policies that are read once for all rows."""
        policies, now = next_codes.in_force(), clock.now()

        @admin.display(description=NEXT_CODE, empty_value="-")
        def next_code(device: Device) -> str:
            return next_codes.for_operator(device, next(iter(device.sso_sessions.all()), None), policies, now)

        shown = list(super().get_list_display(request))
        at = shown.index("standing") + 1
        return [*shown[:at], next_code, *shown[at:]]

    def get_fields(self, request: HttpRequest, _: Device | None = None) -> list[Any]:
        """Tell a supervisor nothing of the device that took the place: it may be somebody else's."""
        return [it for it in self.fields if it != "replaced_by" or reach.limits_of(request.user) is None]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Device]:
        """Bring the open session along; there is one at most."""
        still_open = Prefetch("sso_sessions", SsoSession.objects.filter(ended_at__isnull=True))
        latest = Subquery(Cutoff.objects.order_by("-at").values("at")[:1])
        return super().get_queryset(request).annotate(cutoff_at=latest).prefetch_related(still_open)

    @admin.display(description=NEXT_CODE, empty_value="-")
    def next_code(self, device: Device) -> str:
        """Say by when the device needs its next code."""
        return next_codes.for_operator(device, sessions.find(device), next_codes.in_force(), clock.now())

    @admin.display(description="standing", ordering="revoked_at")
    def standing(self, device: Device) -> str:
        """Say whether the device counts, or why not."""
        if device.revoked_at:
            return device.get_reason_display()
        cutoff_at = getattr(device, "cutoff_at", None)  # of this page's query; its endings are written down soon
        cut_off = cutoff_at is not None and device.authenticated_at <= cutoff_at
        return str(Reason.EVERYONE.label) if cut_off else "signed in"

    def has_sign_out_permission(self, request: HttpRequest) -> bool:
        """Signing out is the one change that there is to a device."""
        return request.user.has_perm("agents.change_device")

    def may_remove_passkeys(self, request: HttpRequest, agent: Agent) -> bool:
        """A passkey is a way in of the agent's: whoever may change the agent removes it, here as on their own page."""
        return self.admin_site.get_model_admin(Agent).has_change_permission(request, agent)

    @admin.action(description="Sign out the chosen phones and computers", permissions=["sign_out"])
    def sign_out_chosen(self, request: HttpRequest, chosen: QuerySet[Device]) -> None:
        """End the chosen devices; their next visit asks for a code and says why."""
        theirs = [it.pk for it in chosen if reach.may_sign_out(request.user, it.agent)]
        if len(theirs) < len(chosen):
            self.message_user(request, reach.BY_SUPERUSERS, messages.ERROR)
        count = len(sign_out(request, Device.objects.filter(pk__in=theirs), Reason.OPERATOR))
        self.message_user(request, f"{count} signed out here. {FLEX_STAYS_OPEN}", messages.SUCCESS)

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the button on a device's page."""
        view = self.admin_site.admin_view(require_POST(self.sign_out_one))
        own = path("<uuid:pk>/sign-out/", view, name="sign_out_device")
        return [own, *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Offer the buttons to whoever may press them."""
        device = self.get_object(request, object_id)
        may = self.has_sign_out_permission(request)
        kwargs["extra_context"] = {
            "may_sign_out": may and reach.may_sign_out(request.user, device.agent),
            "refused": reach.BY_SUPERUSERS if may else "",
            "passkeys": device.passkeys.filter(removed_at=None).count(),
            "may_remove": self.may_remove_passkeys(request, device.agent),
            "stays": FLEX_STAYS_OPEN,
        }
        return super().change_view(request, object_id, *args, **kwargs)

    def sign_out_one(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """End one device, and with it the passkeys that were set up there, if it is lost."""
        if not self.has_sign_out_permission(request):
            raise PermissionDenied
        device = get_object_or_404(reach.within(request.user, Device.objects.all()), pk=pk)
        lost = "passkeys" in request.POST
        back = HttpResponseRedirect(reverse("admin:agents_device_change", args=[pk]))
        if not reach.may_sign_out(request.user, device.agent):
            messages.error(request, reach.BY_SUPERUSERS)
            return back
        if lost and not self.may_remove_passkeys(request, device.agent):
            raise PermissionDenied
        if sign_out(request, Device.objects.filter(pk=pk), Reason.OPERATOR):
            messages.success(request, f"{device.agent} is signed out of {device.label}. {FLEX_STAYS_OPEN}")
        if lost:
            chosen, origin = Passkey.objects.filter(device=device), request_facts.origin_of(request)
            removed = passkey_setup.remove(chosen, f"by {request.user}", origin, clock.now())
            messages.success(request, f"Passkeys removed: {len(removed)}.")
        return back


@admin.register(SsoSession)
class SsoSessionAdmin(ReadOnlyAdmin[SsoSession], LongList[SsoSession]):
    """Sign-ins, open and past."""

    list_display = ["device", "agent", "opened_by", "opened_at", "last_seen_at", "ended_at", "why"]
    list_filter = [Ended, "opened_by", EndedBy]
    search_fields = ["index", "device__agent__full_name", "device__agent__email"]
    list_select_related = ["device__agent"]
    exclude = ["secret_hash", "reason"]
    readonly_fields = ["why"]

    @admin.display(description="agent")
    def agent(self, session: SsoSession) -> str:
        """Name the agent of the device."""
        return str(session.device.agent)

    @admin.display(description="why it ended", ordering="reason")
    def why(self, session: SsoSession) -> str:
        """Say why it ended, if it has, as the filter does."""
        return dict(EndedBy.values).get(session.reason, session.reason)


@admin.register(LongLivedToken)
class LongLivedTokenAdmin(ReadOnlyAdmin[LongLivedToken], LongList[LongLivedToken]):
    """Long-lived tokens. The tokens themselves are on the phones only."""

    list_display = [
        "device",
        "agent",
        "counts",
        "nth",
        "issued_at",
        "expires_at",
        "confirmed_at",
        "retired_at",
    ]
    list_filter = [Retired]
    search_fields = ["jti", "device__agent__full_name", "device__agent__email"]
    list_select_related = ["device__agent"]

    @admin.display(description="agent")
    def agent(self, token: LongLivedToken) -> str:
        """Name the agent of the device."""
        return str(token.device.agent)

    @admin.display(description="counts", boolean=True)
    def counts(self, token: LongLivedToken) -> bool:
        """Whether the token would still be taken as a proof."""
        current = token.generation == token.device.generation and token.device.revoked_at is None
        return current and token.retired_at is None and clock.now() < token.expires_at


@admin.register(Verification)
class VerificationAdmin(ReadOnlyAdmin[Verification], LongList[Verification]):
    """Attempts to prove a number: what was sent, how often it was tried, how it ended."""

    list_display = ["started_at", "agent", "sent", "tries", "outcome", "ended_at"]
    list_filter = ["outcome", "started_at"]
    search_fields = ["authenticator__user__full_name", "authenticator__user__email"]
    list_select_related = ["authenticator__user"]
    fields = ["authenticator", "sent", "tries", "started_at", "outcome", "ended_at"]
    kept_back = frozenset({"counted_as", "asked_by"})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Verification]:
        """Bring the sends along, the first one first."""
        in_order = Prefetch("sends", VerificationSend.objects.order_by("nth"))
        return super().get_queryset(request).prefetch_related(in_order)

    @admin.display(description="agent")
    def agent(self, verification: Verification) -> str:
        """Name the agent, or say that the number or e-mail belongs to nobody."""
        return str(verification.authenticator.user) if verification.authenticator else "nobody's number"

    @admin.display(description="sent")
    def sent(self, verification: Verification) -> str:
        """List the texts and calls with what Twilio said to each, and what to do where it refused."""
        return "; ".join(words.send(it) for it in verification.sends.all())
