"""The URL that begins a sign-in at a service, with a QR code. It contains nothing personal."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.safestring import SafeString

from idp.agents.models import Agent
from idp.saml.models import ServiceProvider
from idp.saml.requests import unsolicited
from idp.web import qr, rights
from idp.web.pages.agent import routing
from idp.web.rendering import admin_page


@dataclass(frozen=True, slots=True)
class ServiceLink:
    """The URL at which a sign-in to a service begins, and its QR code."""

    service: str
    address: str
    qr_code: SafeString


def urls(model_admin: "ModelAdmin[Agent]") -> list[URLPattern]:
    """Return the URL pattern of the page."""
    return [
        routing.page_url(
            "sign_in_link", "sign-in-link", sign_in_link_page, model_admin.has_view_permission, model_admin, "GET"
        )
    ]


def sign_in_link_page(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Show a link and a QR code for each service that agents can open from Latchkey."""
    open_from_here = list(unsolicited.services())
    others = ServiceProvider.objects.filter(enabled=True).exclude(pk__in=[it.pk for it in open_from_here])
    context = {
        "title": f"Where {agent} can sign in",
        "agent": agent,
        "links": [link(it) for it in open_from_here],
        "others": list(others),
        "may_change_services": request.user.has_perm(rights.CHANGE_SERVICES),
    }
    return admin_page(request, "agent/sign_in_link.html", context)


def link(sp: ServiceProvider) -> ServiceLink:
    """Return the link to a service. It is the same for everybody."""
    address = f"{settings.LATCHKEY.base_url}{reverse('saml_start', args=[sp.slug])}"
    return ServiceLink(sp.name, address, qr.drawn(address))
