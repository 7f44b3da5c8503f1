"""The services that a page offers: all, or the first hundred and a field for the slug of another."""

from dataclasses import dataclass
from typing import Final

from idp.saml.models import ServiceProvider

MOST: Final = 100
BY_SHORT_NAME: Final = "Service, by its short name"


@dataclass(frozen=True, slots=True)
class Offered:
    """Services by slug and name. `whole` means that these are all."""

    services: list[tuple[str, str]]
    whole: bool


def first() -> Offered:
    """Return the first hundred services, enabled ones first, then by name. One query."""
    found = list(ServiceProvider.objects.order_by("-enabled", "name").values_list("slug", "name")[: MOST + 1])
    return Offered(found[:MOST], len(found) <= MOST)


def known(slug: str) -> str:
    """Return the slug if a service has it, otherwise an empty string."""
    return slug if slug and ServiceProvider.objects.filter(slug=slug).exists() else ""
