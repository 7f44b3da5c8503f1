"""Connect Flex: from three pasted values to the first sign-in."""

from django.contrib.admin import AdminSite
from django.urls import URLPattern


def urls(_: AdminSite) -> list[URLPattern]:
    """Return the addresses of these pages, each behind the operators' door."""
    return []
