"""The page that registers a service provider by its metadata."""

import codecs
import hashlib

from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.saml.connecting import registration
from idp.saml.metadata import trust as metadata_trust
from idp.saml.metadata.sp_description import SpDescription
from idp.saml.metadata_updates import sources as metadata_sources
from idp.saml.metadata_updates.sources import FAULTS
from idp.saml.metadata_updates.words import summary
from idp.saml.models import ServiceProvider
from idp.web import rights
from idp.web.operators import recent_factor
from idp.web.pages.metadata.forms import NewServiceForm, add_errors
from idp.web.rendering import admin_page


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL pattern of the page."""
    return [path("services/new-from-metadata/", site.admin_view(new_service), name="service_from_metadata")]


@require_http_methods(["GET", "POST"])
@permission_required(rights.ADD_SERVICES, raise_exception=True)
def new_service(request: HttpRequest) -> HttpResponse:
    """Ask for the metadata, show what would be registered, and register it."""
    return _add(request) if request.method == "POST" else _form(request, NewServiceForm())


def _add(request: HttpRequest) -> HttpResponse:
    """Show what would be registered, and register it once that very document was shown."""
    form = NewServiceForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form(request, form)
    source = form.save(commit=False)
    try:
        xml = form.document()
        described = metadata_trust.read(xml, metadata_sources.demands_of(source), clock.now())
        _check_unregistered(described)
        if request.POST.get("shown") != _digest(xml):
            return _preview(request, form, xml, described)
        recent_factor.require(request, f"register {described.entity_id} as a service")
        sp = metadata_sources.register(described, source, clock.now(), **form.names(described))
    except (*FAULTS, ValidationError) as error:
        add_errors(form, error)
        return _form(request, form)
    return _added(request, sp)


def _check_unregistered(described: SpDescription) -> None:
    """Raise ValidationError with a link if the service is registered already."""
    if sp := ServiceProvider.objects.filter(entity_id=described.entity_id).first():
        sentence = '{} is registered already, as {}. <a href="{}">Bring its newer document there</a>.'
        page = reverse("admin:service_metadata", args=[sp.slug])
        raise ValidationError(format_html(sentence, described.entity_id, sp.name, page))


def _preview(request: HttpRequest, form: NewServiceForm, xml: bytes, described: SpDescription) -> HttpResponse:
    entered = {**form.cleaned_data, **form.names(described), "pasted": xml.decode("utf-8-sig"), "file": None}
    shown = {"summary": summary(described), "objections": described.objections, "shown": _digest(xml)}
    return _form(request, NewServiceForm(initial=entered), **shown)


def _added(request: HttpRequest, sp: ServiceProvider) -> HttpResponse:
    admin.site.get_model_admin(ServiceProvider).log_addition(request, sp, "Registered by its metadata.")
    messages.success(request, f"{sp.name} may now ask for sign-ins.")
    for sentence in registration.warnings(sp):
        messages.warning(request, sentence)
    return HttpResponseRedirect(reverse("admin:saml_serviceprovider_change", args=[sp.pk]))


def _form(request: HttpRequest, form: NewServiceForm, **shown: object) -> HttpResponse:
    context = {"title": "Add a service from its metadata", "form": form, "summary": None, **shown}
    return admin_page(request, "metadata/new_service.html", context)


def _digest(xml: bytes) -> str:
    """Return a digest of the document that ignores line endings, which browsers change."""
    lines = xml.removeprefix(codecs.BOM_UTF8).strip().splitlines()
    return hashlib.sha256(b"\n".join(lines)).hexdigest()
