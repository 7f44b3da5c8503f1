"""What the pages of Connect Flex share: permissions, the connection they are about, and redirects."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from idp.saml.models import ServiceProvider
from idp.saml.profiles.flex import PROFILES_OF_FLEX
from idp.web import rights
from idp.web.rendering import admin_page
from idp.web.request_fields import text_field

LISTENING_PART = "requests"
"""The HTML ID of the listening part."""


def connection_of(slug: str) -> ServiceProvider:
    """Return the Flex connection with a slug. Raises Http404."""
    return get_object_or_404(
        ServiceProvider.objects.prefetch_related("consumers"), slug=slug, profile__in=PROFILES_OF_FLEX
    )


def record(request: HttpRequest, sp: ServiceProvider, what: str) -> None:
    """Record an act in the history of the service."""
    admin.site.get_model_admin(ServiceProvider).log_change(request, sp, what)


def to_listening_part(request: HttpRequest) -> HttpResponse:
    """Redirect to the listening part of the connection's page, or of the first step."""
    slug = text_field(request.POST, "service")
    if ServiceProvider.objects.filter(slug=slug, profile__in=PROFILES_OF_FLEX).exists():
        return HttpResponseRedirect(reverse("admin:flex_connection", args=[slug], fragment=LISTENING_PART))
    return HttpResponseRedirect(reverse("admin:connect_flex", fragment=LISTENING_PART))


def connect_page(request: HttpRequest, template: str, **shown: object) -> HttpResponse:
    """Render a page of Connect Flex. `sp` is the connection that it is about, if any."""
    sp = shown.get("sp")
    own = {
        "may_change": request.user.has_perm(rights.CHANGE_SERVICES),
        "service": sp.slug if isinstance(sp, ServiceProvider) else "",
    }
    return admin_page(request, f"connect_flex/{template}", {**own, **shown})
