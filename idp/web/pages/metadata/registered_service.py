"""The page of a registered service provider's metadata: its source, and what a newer document would change."""

from collections.abc import Callable, Sequence

from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.saml.metadata import trust as metadata_trust
from idp.saml.metadata_updates import sources as metadata_sources
from idp.saml.metadata_updates.changes import Change
from idp.saml.metadata_updates.sources import FAULTS, Outcome, Refreshed
from idp.saml.models import MetadataSource, ServiceProvider
from idp.web import rights
from idp.web.operators import recent_factor
from idp.web.pages.metadata.forms import DocumentForm, SourceForm, add_errors
from idp.web.rendering import admin_page

Step = Callable[[HttpRequest, ServiceProvider], HttpResponse]


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL pattern of the page."""
    return [path("services/<slug:slug>/metadata/", site.admin_view(registered_service), name="service_metadata")]


@require_http_methods(["GET", "POST"])
@permission_required(rights.CHANGE_SERVICES, raise_exception=True)
def registered_service(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the source and what its document would change. The buttons take a step of `STEPS`."""
    sp = get_object_or_404(ServiceProvider, slug=slug)
    if request.method == "GET":
        return _show(request, sp)
    name = request.POST.get("step", "")
    if act := DANGEROUS.get(name):
        recent_factor.require(request, f"{act} of {sp}")
    step = STEPS.get(name)
    return step(request, sp) if step else HttpResponseBadRequest("No such step.", content_type=PLAIN)


def _source_of(sp: ServiceProvider) -> MetadataSource:
    return MetadataSource.objects.filter(service_provider=sp).first() or MetadataSource(service_provider=sp)


def _show(
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
    return admin_page(request, "metadata/registered_service.html", shown)


def _pending(source: MetadataSource) -> tuple[list[Change], str]:
    try:
        return metadata_sources.pending(source, clock.now()), ""
    except FAULTS as error:
        return [], metadata_sources.sentence_of(error)


def _save(request: HttpRequest, sp: ServiceProvider) -> HttpResponse:
    form = SourceForm(request.POST, instance=_source_of(sp))
    if not form.is_valid():
        return _show(request, sp, form=form)
    source = form.save(commit=False)
    source.fault = source.left_alone = ""
    source.save(update_fields=[*form.fields, "fault", "left_alone"] if source.pk else None)
    messages.success(request, "Saved. These settings apply to the next fetch.")
    return _to_page(request, sp, "Metadata source changed.")


def _fetch(request: HttpRequest, sp: ServiceProvider) -> HttpResponse:
    source = _source_of(sp)
    if not source.url:
        messages.error(request, "There is no address to fetch from. Enter one below.")
        return _to_page(request, sp)
    refreshed = metadata_sources.refresh(source, clock.now())
    return _tell(request, sp, refreshed)


def _upload(request: HttpRequest, sp: ServiceProvider) -> HttpResponse:
    document = DocumentForm(request.POST, request.FILES)
    if document.is_valid() and not document.xml():
        document.add_error(None, "Paste the metadata or choose its file.")
    if not document.is_valid():
        return _show(request, sp, document=document)
    source = _source_of(sp)
    try:
        metadata_trust.read(document.xml(), metadata_sources.demands_of(source), clock.now())
        source.save()
        refreshed = metadata_sources.offer(source, document.xml(), clock.now())
    except FAULTS as error:
        add_errors(document, error)
        return _show(request, sp, document=document)
    return _tell(request, sp, refreshed)


def _accept(request: HttpRequest, sp: ServiceProvider) -> HttpResponse:
    source = get_object_or_404(MetadataSource, service_provider=sp)
    try:
        changes = metadata_sources.take_pending(source, request.POST.get("shown", ""), clock.now())
    except FAULTS as error:
        messages.error(request, metadata_sources.sentence_of(error))
        return _to_page(request, sp)
    messages.success(request, "Accepted. The changes apply from the next request on.")
    return _to_page(request, sp, _taken(changes))


def _reject(request: HttpRequest, sp: ServiceProvider) -> HttpResponse:
    metadata_sources.leave_pending(get_object_or_404(MetadataSource, service_provider=sp), clock.now())
    messages.success(request, "Rejected. These changes are not shown again, but later ones are.")
    return _to_page(request, sp, "Changes in metadata left alone.")


def _tell(request: HttpRequest, sp: ServiceProvider, refreshed: Refreshed) -> HttpResponse:
    """Tell the operator what the document would change, and redirect to the page."""
    match refreshed.outcome:
        case Outcome.SAME:
            messages.success(request, "The document changes nothing.")
        case Outcome.WAITS:
            messages.warning(request, "The document makes the changes below. Accept or reject them.")
        case Outcome.FAILED:
            messages.error(request, refreshed.fault)
        case Outcome.TAKEN:
            messages.success(request, "The document's changes are accepted.")
            return _to_page(request, sp, _taken(refreshed.changes))
    return _to_page(request, sp)


def _taken(changes: Sequence[Change]) -> str:
    return f"Taken from metadata: {', '.join(it.what for it in changes)}."


def _to_page(request: HttpRequest, sp: ServiceProvider, note: str = "") -> HttpResponse:
    """Record the act in the admin's history, and redirect to the page."""
    if note:
        admin.site.get_model_admin(ServiceProvider).log_change(request, sp, note)
    return HttpResponseRedirect(reverse("admin:service_metadata", args=[sp.slug]))


PLAIN = "text/plain; charset=utf-8"
DANGEROUS = {"save": "change the source of the metadata", "accept": "accept the changed metadata"}
"""The steps that need a recent code, as the page that asks for it names them."""
STEPS: dict[str, Step] = {"save": _save, "fetch": _fetch, "upload": _upload, "accept": _accept, "reject": _reject}
