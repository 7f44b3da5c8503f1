"""Personnel systems that provision by SCIM: what they are called, and a secret that is shown once."""

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path

from idp import clock
from idp.scim.models import PersonnelSystem
from idp.web.admin.unshown import KeepsBack


@admin.register(PersonnelSystem)
class PersonnelSystemAdmin(KeepsBack[PersonnelSystem]):
    """Each adds, changes and switches off agents, never operators."""

    change_form_template = "admin/personnel_system.html"
    list_display = ["name", "enabled", "secret_made_at"]
    search_fields = ["name"]

    def has_delete_permission(self, _: HttpRequest, __: PersonnelSystem | None = None) -> bool:
        """It can be switched off; whom it removed stays known."""
        return False

    def response_add(
        self, request: HttpRequest, system: PersonnelSystem, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Say what a new one still lacks."""
        messages.info(request, f"{system} needs a secret: open it, and make one.")
        return super().response_add(request, system, post_url_continue)

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the button that makes a secret."""
        made = self.admin_site.admin_view(self.make_secret)
        return [path("<int:pk>/secret/", made, name="personnel_secret"), *super().get_urls()]

    def make_secret(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give a system a new secret, in place of any before, and show it this once."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        system = get_object_or_404(PersonnelSystem, pk=pk)
        if not self.has_change_permission(request, system):
            raise PermissionDenied
        shown = {
            "base": f"{settings.LATCHKEY.base_url}/scim/v2",
            "system": system,
            "secret": system.make_secret(clock.now()),
            "title": f"Secret of {system}",
        }
        self.log_change(request, system, "Made a new secret.")
        return render(request, "admin/personnel_secret.html", {**self.admin_site.each_context(request), **shown})
