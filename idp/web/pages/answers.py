"""What was sent to a service, or would be, explained."""

from django.contrib.admin import AdminSite
from django.urls import URLPattern


def urls(_: AdminSite) -> list[URLPattern]:
    """Return the addresses of these pages, each behind the operators' door."""
    return []
