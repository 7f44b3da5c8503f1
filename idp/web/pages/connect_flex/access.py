"""What the pages of Connect Flex share: permissions, the connection they are about, and redirects."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from idp.saml.models import ServiceProvider
from idp.saml.profiles.flex import PROFILES_OF_FLEX
from idp.web.typed import typed

ADD, CHANGE = "saml.add_serviceprovider", "saml.change_serviceprovider"
HEARD = "heard"  # the HTML id of the listening part
View = Callable[..., HttpResponse]


def operators_with(*permissions: str) -> Callable[[View], View]:
    """Return a decorator that lets in operators with all of these permissions. Raises PermissionDenied for others."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perms(permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return guard


def connection_of(slug: str) -> ServiceProvider:
    """Return the Flex connection with a slug. Raises Http404."""
    return get_object_or_404(
        ServiceProvider.objects.prefetch_related("consumers"), slug=slug, profile__in=PROFILES_OF_FLEX
    )


def record(request: HttpRequest, sp: ServiceProvider, what: str) -> None:
    """Record an act in the history of the service."""
    admin.site.get_model_admin(ServiceProvider).log_change(request, sp, what)


def back(request: HttpRequest) -> HttpResponse:
    """Redirect to the listening part of the connection's page, or of the first step."""
    slug = typed(request.POST, "service")
    if ServiceProvider.objects.filter(slug=slug, profile__in=PROFILES_OF_FLEX).exists():
        return HttpResponseRedirect(reverse("admin:flex_connection", args=[slug], fragment=HEARD))
    return HttpResponseRedirect(reverse("admin:connect_flex", fragment=HEARD))


def page(request: HttpRequest, template: str, **shown: Any) -> HttpResponse:
    """Render a page of the admin. `service` is the slug of its connection, or empty."""
    sp = shown.get("sp")
    own = {"may_change": request.user.has_perm(CHANGE), "service": sp.slug if sp else ""}
    return render(request, f"admin/{template}", {**admin.site.each_context(request), **own, **shown})
