"""Which services a page offers to choose from: all, or the first hundred and a field for the short name of another."""

from dataclasses import dataclass
from typing import Final

from idp.saml.models import ServiceProvider

MOST: Final = 100
BY_SHORT_NAME: Final = "Service, by its short name"


@dataclass(frozen=True, slots=True)
class Offered:
    """Services by short name and name; `whole` tells whether that is all there are."""

    services: list[tuple[str, str]]
    whole: bool


def first() -> Offered:
    """Return the first hundred services by name, those that are switched on before the others. One query."""
    found = list(ServiceProvider.objects.order_by("-enabled", "name").values_list("slug", "name")[: MOST + 1])
    return Offered(found[:MOST], len(found) <= MOST)


def known(slug: str) -> str:
    """Return a short name that somebody asks for if a service has it, else nothing."""
    return slug if slug and ServiceProvider.objects.filter(slug=slug).exists() else ""
