"""Imports and exports of agents: choosing a file, its preview, writing it, undoing it, and exporting."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from idp import clock
from idp.agents.models import Agent
from idp.importing import imports, sheet
from idp.importing.columns import Column
from idp.importing.imports import Importer, Prepared, Refused
from idp.importing.models import SHARE, Import
from idp.importing.sheet import UnreadableFile
from idp.login import request_facts
from idp.otp import notices
from idp.web import people_files
from idp.web.departments import reach

MAY_IMPORT = ("agents.add_agent", "agents.change_agent")
MAY_EXPORT = "agents.view_agent"
SHOWN, LATELY = 100, 10
TYPED = "switch off {}"
PROGRESS, PROGRESS_SECONDS = "import-progress-{}", 120


class FileForm(forms.Form):
    """A file, and what to do about agents who are not in it."""

    file = forms.FileField(label="File", help_text=f"CSV, up to {sheet.MOST_ROWS:,} rows.", allow_empty_file=True)
    missing_off = forms.BooleanField(
        label="Switch off agents who are not in the file",
        label_suffix="",
        required=False,
        help_text="Only if the file lists everybody. Operators stay as they are.",
    )
    most_missing = forms.IntegerField(
        label="Switch off at most this percentage of agents", min_value=0, max_value=100, initial=SHARE
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        """Reject a file that is too large, before reading it, or that cannot be read."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > sheet.MOST_BYTES:
            raise ValidationError(sheet.TOO_LARGE)
        try:
            imports.read(file.read())
        except UnreadableFile as error:
            raise ValidationError(str(error)) from None
        file.seek(0)
        return file


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL patterns of the pages."""

    def page(view: Callable[..., HttpResponse], name: str, at: str) -> URLPattern:
        return path(f"agents/agent/{at}", site.admin_view(view), name=name)

    @require_http_methods(["GET", "POST"])
    def choose(request: HttpRequest) -> HttpResponse:
        return _choose(request, site)

    @require_http_methods(["GET", "POST"])
    def one(request: HttpRequest, pk: UUID) -> HttpResponse:
        return _one(request, site, pk)

    return [
        page(choose, "import_agents", "import/"),
        page(one, "import", "import/<uuid:pk>/"),
        page(require_safe(progress), "import_progress", "import/<uuid:pk>/progress/"),
        page(require_POST(export), "export_agents", "export/"),
    ]


def _choose(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Ask for a file, and store it."""
    who = _importer(request)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        options = {name: given[name] for name in ("missing_off", "most_missing")}
        waiting = imports.take_in(given["file"].read(), given["file"].name, who, clock.now(), **options)
        return HttpResponseRedirect(reverse("admin:import", args=[waiting.pk]))
    shown = {
        "title": "Import agents",
        "form": form,
        "columns": list(Column),
        "imports": _imports(request).defer("content").select_related("by", "undone_by")[:LATELY],
        "may_export": request.user.has_perm(MAY_EXPORT),
        "limits": reach.limits_of(request.user),
    }
    status = 400 if form.errors else 200
    return render(request, "admin/import_choose.html", {**site.each_context(request), **shown}, status=status)


def _one(request: HttpRequest, site: AdminSite, pk: UUID) -> HttpResponse:
    """Show what a file would change, or what it changed. The buttons write it, discard it or undo it."""
    who = _importer(request)
    it = get_object_or_404(_imports(request), pk=pk)
    act = request.POST.get("act", "")
    if act == "undo":
        return _undo(request, it, who)
    if it.applied_at is not None:
        return _shown(request, site, "admin/import_done.html", it, _done(it, who))
    if act == "discard":
        return _discard(request, it)
    try:
        prepared = imports.prepare(it, who)
    except UnreadableFile as error:
        return _shown(request, site, "admin/import_unreadable.html", it, {"fault": str(error)}, status=409)
    fault = ""
    if act == "write":
        fault = _fault(request, prepared) or _write(request, it, prepared, who)
        if not fault:
            return HttpResponseRedirect(reverse("admin:import", args=[it.pk]))
        prepared = imports.prepare(it, who)
    more = {**_preview(prepared), "fault": fault}
    return _shown(request, site, "admin/import_preview.html", it, more, status=409 if fault else 200)


def _fault(request: HttpRequest, prepared: Prepared) -> str:
    """Return why what the operator confirmed is not what would be done; empty if it is."""
    plan = prepared.plan
    if request.POST.get("seen") != plan.fingerprint:
        return imports.CHANGED_MEANWHILE
    words = _words(prepared)
    if words and " ".join(request.POST.get("typed", "").lower().split()) != words:
        return f"Nothing has changed yet. Type the words: {words}"
    return ""


def _words(prepared: Prepared) -> str:
    """Return the words to type before absent agents are disabled; empty if there are none."""
    missing = prepared.plan.missing
    return TYPED.format(len(missing.changes)) if missing.changes and not missing.refused else ""


def _write(request: HttpRequest, it: Import, prepared: Prepared, who: Importer) -> str:
    def tell(count: int) -> None:
        cache.set(PROGRESS.format(it.pk), count, PROGRESS_SECONDS)

    try:
        people_files.write(it, prepared, who, clock.now(), tell)
    except Refused as refused:
        return str(refused)
    messages.success(request, f"Applied: {it.file_name}")
    return ""


def _discard(request: HttpRequest, it: Import) -> HttpResponse:
    if imports.forget(it):
        messages.success(request, f"Discarded: {it.file_name}. Nothing was changed.")
        return HttpResponseRedirect(reverse("admin:import_agents"))
    messages.error(request, imports.DONE_ALREADY)
    return HttpResponseRedirect(reverse("admin:import", args=[it.pk]))


def _undo(request: HttpRequest, it: Import, who: Importer) -> HttpResponse:
    try:
        undone = people_files.undo(it, who, clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"Undone: {undone.back} restored, {undone.removed} removed.")
        if undone.kept:
            names = ", ".join(undone.kept[:SHOWN])
            messages.warning(
                request, f"Switched off instead of removed, since the trail or Twilio has records of them: {names}"
            )
    return HttpResponseRedirect(reverse("admin:import", args=[it.pk]))


def _preview(prepared: Prepared) -> dict[str, Any]:
    plan = prepared.plan
    return {
        "plan": plan,
        "most": SHOWN,
        "words": _words(prepared),
        "other_numbers": sum(it.changes_number for it in plan.changes),
        "switched_off": sum(it.switches_off for it in plan.changed),
        "nobody_is_told": not notices.are_on(),
    }


def _done(it: Import, who: Importer) -> dict[str, Any]:
    """Return what cannot be undone. Agents who have since left the importer's reach are not named."""
    ended = reach.within(who.by, it.agents.filter(ended__gt=0)).select_related("agent")
    can = it.can_be_undone(clock.now())
    return {"ended": ended[:SHOWN], "ended_in_all": ended.count(), "can_be_undone": can, "texts": notices.are_on()}


def _shown(
    request: HttpRequest, site: AdminSite, template: str, it: Import, more: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    context = {**site.each_context(request), "title": f"Import of {it.file_name}", "import": it, **more}
    return render(request, template, context, status=status)


def progress(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Return how many rows are written so far, as far as this process knows. The page works without it."""
    _importer(request)
    if not _imports(request).filter(pk=pk).exists():  # polled twice a second, and the row holds the whole file
        raise Http404
    return JsonResponse({"written": cache.get(PROGRESS.format(pk), 0)})


def export(request: HttpRequest) -> HttpResponse:
    """Export everybody."""
    return exported(request)


def exported(request: HttpRequest, chosen: QuerySet[Agent] | None = None) -> HttpResponse:
    """Return a CSV file of all agents, or of those chosen. Raises PermissionDenied."""
    if not request.user.has_perm(MAY_EXPORT):
        raise PermissionDenied
    now = clock.now()
    content = "".join(people_files.export(_who(request), now, chosen))
    answer = HttpResponse(content.encode(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="agents-{now:%Y-%m-%d}.csv"'
    return answer


def _importer(request: HttpRequest) -> Importer:
    """Return the importing operator. Raises PermissionDenied unless they may add and change agents."""
    if not request.user.has_perms(MAY_IMPORT):
        raise PermissionDenied
    return _who(request)


def _imports(request: HttpRequest) -> QuerySet[Import]:
    """Return the imports that the operator may see; for a supervisor, their own."""
    rows = Import.objects.all()
    return rows if reach.limits_of(request.user) is None else rows.filter(by=request.user.pk)


def _who(request: HttpRequest) -> Importer:
    return people_files.importer(reach.operator_of(request), request_facts.origin_of(request))
