"""The pages of a service provider's metadata: its source, and what it would change."""

import codecs
import hashlib
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.saml.connecting import registration
from idp.saml.metadata import sources as metadata_sources
from idp.saml.metadata import trust as metadata_trust
from idp.saml.metadata.changes import Change
from idp.saml.metadata.sources import FAULTS, Outcome, Refreshed
from idp.saml.metadata.theirs import SpDescription
from idp.saml.metadata.words import summary
from idp.saml.models import MetadataSource, ServiceProvider
from idp.web.pages.metadata.forms import DocumentForm, NewServiceForm, SourceForm, refuse

MAY_ADD, MAY_CHANGE = "saml.add_serviceprovider", "saml.change_serviceprovider"
Step = Callable[[AdminSite, HttpRequest, ServiceProvider], HttpResponse]


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL patterns of the pages."""

    @require_http_methods(["GET", "POST"])
    def new(request: HttpRequest) -> HttpResponse:
        _demand(request, MAY_ADD)
        return _add(site, request) if request.method == "POST" else _form(site, request, NewServiceForm())

    @require_http_methods(["GET", "POST"])
    def known(request: HttpRequest, slug: str) -> HttpResponse:
        _demand(request, MAY_CHANGE)
        sp = get_object_or_404(ServiceProvider, slug=slug)
        if request.method == "GET":
            return _show(site, request, sp)
        step = STEPS.get(request.POST.get("step", ""))
        return step(site, request, sp) if step else HttpResponseBadRequest("No such step.", content_type=PLAIN)

    return [
        path("services/new-from-metadata/", site.admin_view(new), name="service_from_metadata"),
        path("services/<slug:slug>/metadata/", site.admin_view(known), name="service_metadata"),
    ]


def _demand(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _source_of(sp: ServiceProvider) -> MetadataSource:
    return MetadataSource.objects.filter(service_provider=sp).first() or MetadataSource(service_provider=sp)


# The page of a new service


def _add(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """Show what would be registered, and register it once that very document was shown."""
    form = NewServiceForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form(site, request, form)
    source = form.save(commit=False)
    try:
        xml = form.document()
        described = metadata_trust.read(xml, metadata_sources.demands_of(source), clock.now())
        _demand_new(described)
        if request.POST.get("shown") != _mark(xml):
            return _preview(site, request, form, xml, described)
        sp = metadata_sources.register(described, source, clock.now(), **form.names(described))
    except (*FAULTS, ValidationError) as error:
        refuse(form, error)
        return _form(site, request, form)
    return _added(site, request, sp)


def _demand_new(described: SpDescription) -> None:
    """Raise ValidationError with a link if the service is registered already."""
    if sp := ServiceProvider.objects.filter(entity_id=described.entity_id).first():
        said = '{} is registered already, as {}. <a href="{}">Bring its newer document there</a>.'
        page = reverse("admin:service_metadata", args=[sp.slug])
        raise ValidationError(format_html(said, described.entity_id, sp.name, page))


def _preview(
    site: AdminSite, request: HttpRequest, form: NewServiceForm, xml: bytes, described: SpDescription
) -> HttpResponse:
    typed = {**form.cleaned_data, **form.names(described), "pasted": xml.decode("utf-8-sig"), "file": None}
    shown = {"summary": summary(described), "objections": described.objections, "shown": _mark(xml)}
    return _form(site, request, NewServiceForm(initial=typed), **shown)


def _added(site: AdminSite, request: HttpRequest, sp: ServiceProvider) -> HttpResponse:
    site.get_model_admin(ServiceProvider).log_addition(request, sp, "Registered by its metadata.")
    messages.success(request, f"{sp.name} may now ask for sign-ins.")
    for sentence in registration.warnings(sp):
        messages.warning(request, sentence)
    return HttpResponseRedirect(reverse("admin:saml_serviceprovider_change", args=[sp.pk]))


def _form(site: AdminSite, request: HttpRequest, form: NewServiceForm, **shown: Any) -> HttpResponse:
    context = {**site.each_context(request), "title": "Add a service from its metadata", "form": form, **shown}
    return render(request, "admin/service_metadata_new.html", context)


def _mark(xml: bytes) -> str:
    """Return a digest of the document that ignores line endings, which browsers change."""
    lines = xml.removeprefix(codecs.BOM_UTF8).strip().splitlines()
    return hashlib.sha256(b"\n".join(lines)).hexdigest()


# The page of a registered service


def _show(
    site: AdminSite,
    request: HttpRequest,
    sp: ServiceProvider,
    *,
    form: SourceForm | None = None,
    document: DocumentForm | None = None,
) -> HttpResponse:
    source = _source_of(sp)
    changes, fault = _pending(source)
    shown = {
        "title": f"Metadata of {sp.name}",
        "sp": sp,
        "source": source,
        "changes": changes,
        "shown": metadata_sources.mark(changes),
        "pending_fault": fault,
        "form": form or SourceForm(instance=source),
        "document": document or DocumentForm(),
    }
    return render(request, "admin/service_metadata.html", {**site.each_context(request), **shown})


def _pending(source: MetadataSource) -> tuple[list[Change], str]:
    try:
        return metadata_sources.pending(source, clock.now()), ""
    except FAULTS as error:
        return [], metadata_sources.sentence_of(error)


def _save(site: AdminSite, request: HttpRequest, sp: ServiceProvider) -> HttpResponse:
    form = SourceForm(request.POST, instance=_source_of(sp))
    if not form.is_valid():
        return _show(site, request, sp, form=form)
    source = form.save(commit=False)
    source.fault = source.left_alone = ""
    source.save(update_fields=[*form.fields, "fault", "left_alone"] if source.pk else None)
    messages.success(request, "Saved. These settings apply to the next fetch.")
    return _back(site, request, sp, "Metadata source changed.")


def _fetch(site: AdminSite, request: HttpRequest, sp: ServiceProvider) -> HttpResponse:
    source = _source_of(sp)
    if not source.url:
        messages.error(request, "There is no address to fetch from. Enter one below.")
        return _back(site, request, sp)
    refreshed = metadata_sources.refresh(source, clock.now())
    return _told(site, request, sp, refreshed)


def _offer(site: AdminSite, request: HttpRequest, sp: ServiceProvider) -> HttpResponse:
    document = DocumentForm(request.POST, request.FILES)
    if document.is_valid() and not document.xml():
        document.add_error(None, "Paste the metadata or choose its file.")
    if not document.is_valid():
        return _show(site, request, sp, document=document)
    source = _source_of(sp)
    try:
        metadata_trust.read(document.xml(), metadata_sources.demands_of(source), clock.now())
        source.save()
        refreshed = metadata_sources.offer(source, document.xml(), clock.now())
    except FAULTS as error:
        refuse(document, error)
        return _show(site, request, sp, document=document)
    return _told(site, request, sp, refreshed)


def _take(site: AdminSite, request: HttpRequest, sp: ServiceProvider) -> HttpResponse:
    source = get_object_or_404(MetadataSource, service_provider=sp)
    try:
        changes = metadata_sources.take_pending(source, request.POST.get("shown", ""), clock.now())
    except FAULTS as error:
        messages.error(request, metadata_sources.sentence_of(error))
        return _back(site, request, sp)
    messages.success(request, "Accepted. The changes apply from the next request on.")
    return _back(site, request, sp, f"Taken from metadata: {', '.join(it.what for it in changes)}.")


def _leave(site: AdminSite, request: HttpRequest, sp: ServiceProvider) -> HttpResponse:
    metadata_sources.leave_pending(get_object_or_404(MetadataSource, service_provider=sp), clock.now())
    messages.success(request, "Rejected. These changes are not shown again, but later ones are.")
    return _back(site, request, sp, "Changes in metadata left alone.")


def _told(site: AdminSite, request: HttpRequest, sp: ServiceProvider, refreshed: Refreshed) -> HttpResponse:
    match refreshed.outcome:
        case Outcome.SAME:
            messages.success(request, "The document changes nothing.")
        case Outcome.WAITS:
            messages.warning(request, "The document makes the changes below. Accept or reject them.")
        case Outcome.FAILED:
            messages.error(request, refreshed.fault)
        case Outcome.TAKEN:
            messages.success(request, "The document's changes are accepted.")
            return _back(site, request, sp, f"Taken: {', '.join(it.what for it in refreshed.changes)}.")
    return _back(site, request, sp)


def _back(site: AdminSite, request: HttpRequest, sp: ServiceProvider, note: str = "") -> HttpResponse:
    """Record the act in the admin's history, and redirect to the page."""
    if note:
        site.get_model_admin(ServiceProvider).log_change(request, sp, note)
    return HttpResponseRedirect(reverse("admin:service_metadata", args=[sp.slug]))


PLAIN = "text/plain; charset=utf-8"
STEPS: dict[str, Step] = {"save": _save, "fetch": _fetch, "offer": _offer, "take": _take, "leave": _leave}
