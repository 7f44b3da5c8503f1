"""Buttons on the page of a row, and the page that shows a new secret once."""

from collections.abc import Callable
from typing import TypeVar

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from idp.web.operators import repeated_posts

Row = TypeVar("Row", bound=Model)


def button(
    model_admin: "ModelAdmin[Row]", name: str, at: str, press: Callable[[HttpRequest, Row], HttpResponse]
) -> URLPattern:
    """Return the URL pattern of a button.

    It accepts POST from operators who may change the row, and ignores a repeated press.
    """

    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        row = model_admin.get_object(request, str(pk))
        if row is None:
            raise Http404
        if not model_admin.has_change_permission(request, row):
            raise PermissionDenied
        if repeated_posts.is_repeated(request):
            return _back(model_admin, row)
        return press(request, row)

    return path(f"<int:pk>/{at}/", model_admin.admin_site.admin_view(view), name=name)


def redirect_to_make_secret(model_admin: "ModelAdmin[Row]", request: HttpRequest, row: Row) -> HttpResponse:
    """Redirect to the page of a new row that still needs a secret, where a button makes one."""
    messages.success(request, f"{row} was added. It needs a secret: make one here.")
    return _back(model_admin, row)


def show_once(
    model_admin: "ModelAdmin[Row]", request: HttpRequest, row: Row, what: str, template: str, **shown: object
) -> HttpResponse:
    """Return the page with something that cannot be read again, such as a new secret."""
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "row": row,
        "what": what,
        "title": f"{what} for {row}",
        **shown,
    }
    return render(request, template, context)


def _back(model_admin: "ModelAdmin[Row]", row: Row) -> HttpResponse:
    """Redirect to the page of the row."""
    opts = model_admin.opts
    return HttpResponseRedirect(reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk]))
