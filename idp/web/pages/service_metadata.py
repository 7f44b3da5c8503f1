"""A service provider's metadata: where it comes from, and what it would change."""

from django.contrib.admin import AdminSite
from django.urls import URLPattern


def urls(_: AdminSite) -> list[URLPattern]:
    """Return the addresses of these pages, each behind the operators' door."""
    return []
