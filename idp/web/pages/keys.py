"""The keys that sign: prepared, switched to, retired."""

from django.contrib.admin import AdminSite
from django.urls import URLPattern


def urls(_: AdminSite) -> list[URLPattern]:
    """Return the addresses of these pages, each behind the operators' door."""
    return []
