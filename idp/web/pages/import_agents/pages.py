"""The pages that import agents from a file: choosing it, its preview, writing it, and undoing it."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import permission_required
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from idp import clock
from idp.importing import imports, undoing
from idp.importing.columns import Column
from idp.importing.imports import Importer, Prepared, Refused
from idp.importing.models import Import
from idp.importing.people import Change
from idp.importing.sheet import UnreadableFile
from idp.otp import notices
from idp.web import people_files, rights
from idp.web.departments import reach
from idp.web.operators import recent_factor
from idp.web.pages import export_agents
from idp.web.pages.import_agents.file_form import FileForm
from idp.web.rendering import admin_page

MAY_IMPORT = (rights.ADD_PEOPLE, rights.CHANGE_PEOPLE)
MOST_NAMED, MOST_PAST = 100, 10
CONFIRMATION = "switch off {}"
PROGRESS, PROGRESS_SECONDS = "import-progress-{}", 120


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL patterns of the pages."""
    return [
        path("agents/agent/import/", site.admin_view(choose), name="import_agents"),
        path("agents/agent/import/<uuid:pk>/", site.admin_view(one_import), name="import"),
        path("agents/agent/import/<uuid:pk>/progress/", site.admin_view(progress), name="import_progress"),
    ]


@require_http_methods(["GET", "POST"])
@permission_required(MAY_IMPORT, raise_exception=True)
def choose(request: HttpRequest) -> HttpResponse:
    """Ask for a file, and store it."""
    importer = export_agents.importer_of(request)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        options = {name: form.cleaned_data[name] for name in ("missing_off", "most_missing")}
        row = imports.take_in(file.read(), file.name, importer, clock.now(), **options)
        return HttpResponseRedirect(reverse("admin:import", args=[row.pk]))
    shown = {
        "title": "Import agents",
        "form": form,
        "columns": list(Column),
        "imports": _imports(request).defer("content").select_related("by", "undone_by")[:MOST_PAST],
        "may_export": request.user.has_perm(rights.SEE_PEOPLE),
        "limits": reach.limits_of(request.user),
    }
    return admin_page(request, "import_agents/choose.html", shown, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@permission_required(MAY_IMPORT, raise_exception=True)
def one_import(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what a file would change, or what it changed. The buttons write it, discard it or undo it."""
    importer = export_agents.importer_of(request)
    row = get_object_or_404(_imports(request), pk=pk)
    button = request.POST.get("act", "")
    if button == "undo":
        return _undo(request, row, importer)
    if row.applied_at is not None:
        return _page(request, "done.html", row, _done(row, importer))
    if button == "discard":
        return _discard(request, row)
    try:
        prepared = imports.prepare(row, importer)
    except UnreadableFile as error:
        return _page(request, "unreadable.html", row, {"fault": str(error)}, status=409)
    fault = ""
    if button == "write":
        fault = _unconfirmed(request, prepared) or _write(request, row, prepared, importer)
        if not fault:
            return HttpResponseRedirect(reverse("admin:import", args=[row.pk]))
        prepared = imports.prepare(row, importer)
    shown = {**_preview(prepared), "fault": fault}
    return _page(request, "preview.html", row, shown, status=409 if fault else 200)


def _unconfirmed(request: HttpRequest, prepared: Prepared) -> str:
    """Return why what the operator confirmed is not what would be done; empty if it is."""
    plan = prepared.plan
    if request.POST.get("seen") != plan.fingerprint:
        return imports.CHANGED_MEANWHILE
    words = _confirmation(prepared)
    if words and " ".join(request.POST.get("typed", "").lower().split()) != words:
        return f"Nothing has changed yet. Type the words: {words}"
    return ""


def _confirmation(prepared: Prepared) -> str:
    """Return the words to type before absent agents are disabled; empty if there are none."""
    missing = prepared.plan.missing
    return CONFIRMATION.format(len(missing.changes)) if missing.changes and not missing.refused else ""


def _write(request: HttpRequest, row: Import, prepared: Prepared, importer: Importer) -> str:
    """Write the file. Return why it was refused; empty if it was written."""

    if act := _dangerous(prepared.plan.changes):
        recent_factor.require(request, f"{act} by importing {row.file_name}")

    def show_progress(count: int) -> None:
        cache.set(PROGRESS.format(row.pk), count, PROGRESS_SECONDS)

    try:
        people_files.write(row, prepared, importer, clock.now(), show_progress)
    except Refused as refused:
        return str(refused)
    messages.success(request, f"Applied: {row.file_name}")
    return ""


def _dangerous(changes: Collection[Change]) -> str:
    """Return what needs a recent code among changes of people; empty if nothing does."""
    acts = {
        "change mobile numbers": any(it.changes_number for it in changes),
        "give roles beyond that of an agent": any(it.gives_power for it in changes),
    }
    return " and ".join(act for act, is_done in acts.items() if is_done)


def _discard(request: HttpRequest, row: Import) -> HttpResponse:
    if imports.forget(row):
        messages.success(request, f"Discarded: {row.file_name}. Nothing was changed.")
        return HttpResponseRedirect(reverse("admin:import_agents"))
    messages.error(request, imports.DONE_ALREADY)
    return HttpResponseRedirect(reverse("admin:import", args=[row.pk]))


def _undo(request: HttpRequest, row: Import, importer: Importer) -> HttpResponse:
    if act := _dangerous(undoing.changes_back(row)):
        recent_factor.require(request, f"{act} by undoing the import of {row.file_name}")
    try:
        undone = people_files.undo(row, importer, clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"Undone: {undone.back} restored, {undone.removed} removed.")
        if undone.kept:
            names = ", ".join(undone.kept[:MOST_NAMED])
            messages.warning(
                request, f"Switched off instead of removed, since the trail or Twilio has records of them: {names}"
            )
    return HttpResponseRedirect(reverse("admin:import", args=[row.pk]))


def _preview(prepared: Prepared) -> dict[str, Any]:
    plan = prepared.plan
    return {
        "plan": plan,
        "most_named": MOST_NAMED,
        "confirmation": _confirmation(prepared),
        "other_numbers": sum(it.changes_number for it in plan.changes),
        "switched_off": sum(it.switches_off for it in plan.changed),
        "notices_are_on": notices.are_on(),
    }


def _done(row: Import, importer: Importer) -> dict[str, Any]:
    """Return what cannot be undone. Agents who have since left the importer's reach are not named."""
    ended = reach.within(importer.by, row.agents.filter(ended__gt=0)).select_related("agent")
    can = row.can_be_undone(clock.now())
    return {
        "ended": ended[:MOST_NAMED],
        "ended_in_all": ended.count(),
        "can_be_undone": can,
        "notices_are_on": notices.are_on(),
    }


def _page(request: HttpRequest, template: str, row: Import, more: dict[str, Any], *, status: int = 200) -> HttpResponse:
    shown = {"title": f"Import of {row.file_name}", "import": row, **more}
    return admin_page(request, f"import_agents/{template}", shown, status=status)


@require_safe
@permission_required(MAY_IMPORT, raise_exception=True)
def progress(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Return how many rows are written so far, as far as this process knows. The page works without it."""
    if not _imports(request).filter(pk=pk).exists():  # polled twice a second, and the row holds the whole file
        raise Http404
    return JsonResponse({"written": cache.get(PROGRESS.format(pk), 0)})


def _imports(request: HttpRequest) -> QuerySet[Import]:
    """Return the imports that the operator may see; for a supervisor, their own."""
    rows = Import.objects.all()
    return rows if reach.limits_of(request.user) is None else rows.filter(by=request.user.pk)
