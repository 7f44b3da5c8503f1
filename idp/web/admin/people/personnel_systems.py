"""Personnel systems that provision agents by SCIM, with a secret that is shown once."""

from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse

from idp import clock
from idp.scim.models import PersonnelSystem
from idp.web.admin.base.buttons import button, redirect_to_make_secret, show_once
from idp.web.admin.base.hidden_columns import HidesColumns
from idp.web.operators import recent_factor


@admin.register(PersonnelSystem)
class PersonnelSystemAdmin(HidesColumns[PersonnelSystem]):
    """Each adds, changes and disables agents, never operators."""

    change_form_template = "admin/personnel_system.html"
    list_display = ["name", "enabled", "secret_made_at"]
    search_fields = ["name"]

    def has_delete_permission(self, _: HttpRequest, __: PersonnelSystem | None = None) -> bool:
        """No: the trail names it as the one who removed agents. It can be disabled."""
        return False

    def response_add(
        self,
        request: HttpRequest,
        obj: PersonnelSystem,
        post_url_continue: str | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        """Redirect to the button for the new system's secret."""
        return redirect_to_make_secret(self, request, obj)

    def get_urls(self) -> list[URLPattern]:
        """Add the URL of the button that makes a secret."""
        return [button(self, "personnel_secret", "secret", self.make_secret), *super().get_urls()]

    @transaction.atomic
    def make_secret(self, request: HttpRequest, system: PersonnelSystem) -> HttpResponse:
        """Replace the system's secret, and show the new one once. With it, numbers change without an operator."""
        page = reverse("admin:scim_personnelsystem_change", args=[system.pk])
        recent_factor.require(request, f"make a secret for {system}", cancel=page)
        secret, base = system.make_secret(clock.now()), f"{settings.LATCHKEY.base_url}/scim/v2"
        self.log_change(request, system, "Made a new secret.")
        return show_once(self, request, system, "Secret", "admin/personnel_secret.html", secret=secret, base=base)
