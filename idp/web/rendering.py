"""Renders the pages of the admin."""

from collections.abc import Mapping

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def admin_page(
    request: HttpRequest, template: str, context: Mapping[str, object], *, status: int = 200
) -> HttpResponse:
    """Render a template below `admin/`, with what every page of the admin shows."""
    return render(request, f"admin/{template}", {**admin.site.each_context(request), **context}, status=status)
