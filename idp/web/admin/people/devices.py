"""Devices: the phones and computers on which agents sign in."""

from functools import cache
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from idp import clock
from idp.agents import cutoffs
from idp.agents.models import Agent, Device
from idp.login import passkey_setup, request_facts
from idp.passkeys.models import Passkey
from idp.policies.user_agents import Family
from idp.sessions import lifecycle as sessions
from idp.sessions.models import SsoSession
from idp.web import next_codes, rights
from idp.web.admin.base.filters import EndedFilter, FixedChoiceFilter
from idp.web.admin.base.long_lists import LongList
from idp.web.admin.base.read_only import ReadOnlyAdmin
from idp.web.admin.base.within_reach import WithinReach
from idp.web.departments import reach
from idp.web.sign_out import FLEX_STAYS_OPEN, sign_out

NEXT_CODE = "next code by (UTC)"


class DeviceSignedIn(EndedFilter):
    """Filters devices by whether they are signed in."""

    end_column = "revoked_at"


class UserAgentFamily(FixedChoiceFilter):
    """Filters devices by the family of their user agent."""

    title = column = parameter_name = "family"
    values = tuple((it.value, it.value) for it in Family)


OFTEN_EMPTY = ("client", "app_version", "revoked_at", "reason", "replaced_by")


@admin.register(Device)
class DeviceAdmin(ReadOnlyAdmin[Device], WithinReach[Device], LongList[Device]):
    """Which agent is signed in on which device, since when, and why other devices were signed out."""

    list_display = ["label", "agent", "kind", "state_in_words", "enrolled_at", "authenticated_at", "last_seen_at"]
    readonly_fields = ["next_code"]
    list_filter = [DeviceSignedIn, "kind", "reason", UserAgentFamily]
    ordering = ["-enrolled_at"]
    search_fields = ["label", "agent__full_name", "agent__email"]
    search_help_text = "Device, or the agent's name or email"
    list_select_related = ["agent"]
    change_form_template = "admin/device.html"
    fields = [
        "agent",
        "label",
        "client",
        "app_version",
        "kind",
        "state_in_words",
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
    hidden_columns = frozenset({"replaced_by"})

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Add the column of the next code. The timeout policies are read once, by the first row: Django asks twice."""
        policies, now = cache(next_codes.in_force_with_apps), clock.now()

        @admin.display(description=NEXT_CODE, empty_value="-")
        def next_code(device: Device) -> str:
            session = next(iter(device.sso_sessions.all()), None)
            return next_codes.for_operator(_as_of_cutoff(device), session, policies(), now)

        shown = list(super().get_list_display(request))
        at = shown.index("state_in_words") + 1
        return [*shown[:at], next_code, *shown[at:]]

    def get_fields(self, request: HttpRequest, device: Device | None = None) -> list[Any]:
        """Leave out what there is nothing to say about.

        Supervisors do not see the replacing device, which may belong to an agent outside their departments.
        """
        hidden = set() if reach.limits_of(request.user) is None else {"replaced_by"}
        hidden |= {it for it in OFTEN_EMPTY if device and not getattr(device, it)}
        return [it for it in self.fields if it not in hidden]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Device]:
        """Fetch the open session, of which there is at most one."""
        still_open = Prefetch("sso_sessions", SsoSession.objects.filter(ended_at__isnull=True))
        return super().get_queryset(request).prefetch_related(still_open)

    @admin.display(description=NEXT_CODE)
    def next_code(self, device: Device) -> str:
        """Return when the device needs its next code, or "-": Django shows nothing in place of "" here."""
        session, policies = sessions.find(device), next_codes.in_force_with_apps()
        return next_codes.for_operator(_as_of_cutoff(device), session, policies, clock.now()) or "-"

    @admin.display(description="state", ordering="revoked_at")
    def state_in_words(self, device: Device) -> str:
        """Return "signed in", or why the device was signed out."""
        return _as_of_cutoff(device).get_reason_display() or "signed in"

    def has_sign_out_permission(self, request: HttpRequest) -> bool:
        """Signing out is the only change that operators make to a device."""
        return request.user.has_perm(rights.SIGN_OUT)

    def may_remove_passkeys(self, request: HttpRequest, agent: Agent) -> bool:
        """Whether the operator may remove the agent's passkeys. It takes the right to change the agent."""
        return self.admin_site.get_model_admin(Agent).has_change_permission(request, agent)

    @admin.action(description="Sign out the chosen phones and computers", permissions=["sign_out"])
    def sign_out_chosen(self, request: HttpRequest, chosen: QuerySet[Device]) -> None:
        """Revoke the chosen devices. Their next visit asks for a code and says why."""
        allowed = [it.pk for it in chosen if reach.may_sign_out(request.user, it.agent)]
        if len(allowed) < len(chosen):
            self.message_user(request, reach.BY_SUPERUSERS, messages.ERROR)
        count = len(sign_out(request, Device.objects.filter(pk__in=allowed)))
        self.message_user(request, f"{count} signed out here. {FLEX_STAYS_OPEN}", messages.SUCCESS)

    def get_urls(self) -> list[URLPattern]:
        """Add the URL of the button on a device's page."""
        view = self.admin_site.admin_view(require_POST(self.sign_out_one))
        own = path("<uuid:pk>/sign-out/", view, name="sign_out_device")
        return [own, *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Offer the buttons that the operator may press."""
        device = self.get_object(request, object_id)
        may = self.has_sign_out_permission(request)
        kwargs["extra_context"] = {
            "may_sign_out": may and reach.may_sign_out(request.user, device.agent),
            "refused": reach.BY_SUPERUSERS if may else "",
            "passkeys": device.passkeys.filter(removed_at=None).count(),
            "may_remove": self.may_remove_passkeys(request, device.agent),
            "flex_stays_open": FLEX_STAYS_OPEN,
        }
        return super().change_view(request, object_id, *args, **kwargs)

    def sign_out_one(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Revoke a device, and remove the passkeys set up on it if it is lost."""
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
        if sign_out(request, Device.objects.filter(pk=pk)):
            messages.success(request, f"{device.agent} is signed out of {device.label}. {FLEX_STAYS_OPEN}")
        if lost:
            chosen, origin = Passkey.objects.filter(device=device), request_facts.origin_of(request)
            removed = passkey_setup.remove(chosen, f"by {request.user}", origin, clock.now())
            messages.success(request, f"Passkeys removed: {len(removed)}.")
        return back


def _as_of_cutoff(device: Device) -> Device:
    return cutoffs.as_of_cutoff(device, cutoffs.latest_cutoff())
