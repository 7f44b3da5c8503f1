"""Buttons on the page of a row, and what one of them made, which is shown once."""

from collections.abc import Callable
from typing import TypeVar

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

Row = TypeVar("Row", bound=Model)


def button(
    model_admin: "ModelAdmin[Row]", name: str, at: str, press: Callable[[HttpRequest, Row], HttpResponse]
) -> URLPattern:
    """Return the address of a button: pressed by POST, by whoever may change the row."""

    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        row = model_admin.get_object(request, str(pk))
        if row is None:
            raise Http404
        if not model_admin.has_change_permission(request, row):
            raise PermissionDenied
        return press(request, row)

    return path(f"<int:pk>/{at}/", model_admin.admin_site.admin_view(view), name=name)


def shown_once(
    model_admin: "ModelAdmin[Row]", request: HttpRequest, row: Row, what: str, template: str, **shown: object
) -> HttpResponse:
    """Return the page with what was made for a row, such as a secret: nobody can read it again."""
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "row": row,
        "what": what,
        "title": f"{what} for {row}",
        **shown,
    }
    return render(request, template, context)
