"""Selects the brand of a page. Each process caches brands until the configuration changes."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import structlog
from django.conf import settings

from idp.branding import colours, logos
from idp.branding.colours import Colours
from idp.branding.logos import Logo, NotALogo
from idp.branding.models import Brand
from idp.versions.cached import Cached

log = structlog.get_logger(__name__)
SHOWN_HIGH, SHOWN_WIDE = 40, 240
"""The largest height and width of a logo, in CSS pixels."""
EVERYWHERE = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A brand for templates. A blank name means the organisation's; `colours` is None for the default ones."""

    name: str = ""
    colours: Colours | None = None
    logo: Logo | None = None
    logo_says: str = ""
    logo_on_white: bool = True

    @property
    def logo_width(self) -> int:
        """Return the logo's width in CSS pixels."""
        return round(self.logo.width * self._scale) if self.logo else 0

    @property
    def logo_height(self) -> int:
        """Return the logo's height in CSS pixels."""
        return round(self.logo.height * self._scale) if self.logo else 0

    @property
    def _scale(self) -> float:
        return min(SHOWN_HIGH / self.logo.height, SHOWN_WIDE / self.logo.width) if self.logo else 0


def of(service: str = EVERYWHERE) -> Shown:
    """Return the brand of a service's pages, by its name in flows, or that of all other pages."""
    return _among(_all(*_environment()), service)


def remembered() -> Shown:
    """Return the brand of all other pages as last cached, without a query.

    For error pages, which must work without the database.
    """
    return _among(_all.last(*_environment()) or {}, EVERYWHERE)


def shown(brand: Brand, otherwise: Shown) -> Shown:
    """Return the brand of a row, with blank fields taken from `otherwise`."""
    made = otherwise
    if brand.name:  # an inherited logo may show another name, so this one is written next to it
        made = replace(otherwise, name=brand.name, logo_says="")
    if brand.colour:
        made = replace(made, colours=colours.readable(brand.colour))
    if brand.logo:
        logo = Logo(brand.logo, brand.logo_width, brand.logo_height)
        made = replace(made, logo=logo, logo_says=brand.logo_says, logo_on_white=brand.logo_on_white)
    return made


def from_settings() -> Shown:
    """Return the brand from the settings alone."""
    conf = settings.LATCHKEY
    made = Shown(logo=_usable(conf.brand_logo), logo_says=conf.organisation)
    return replace(made, colours=colours.readable(conf.brand_colour)) if conf.brand_colour else made


def _environment() -> tuple[str, str, str]:
    """Return the brand's settings, which are the key of the cached result."""
    conf = settings.LATCHKEY
    return conf.organisation, conf.brand_colour, conf.brand_logo


@Cached
def _all(*_: *tuple[str, str, str]) -> dict[str, Shown]:
    rows = {it.service: it for it in Brand.objects.all()}
    everywhere = from_settings()
    if EVERYWHERE in rows:
        everywhere = shown(rows.pop(EVERYWHERE), everywhere)
    return {EVERYWHERE: everywhere, **{service: shown(row, everywhere) for service, row in rows.items()}}


def _among(brands: dict[str, Shown], service: str) -> Shown:
    return brands.get(service) or brands.get(EVERYWHERE) or from_settings()


def logo_file(path: str) -> Logo | None:
    """Read the logo that the settings name. Raises OSError or NotALogo."""
    return logos.clean(Path(path).read_bytes()) if path else None


@cache
def _usable(path: str) -> Logo | None:
    """Return the logo, or None for an unusable file, which is logged; the page then shows only the name."""
    try:
        return logo_file(path)
    except (OSError, NotALogo) as error:
        log.warning("logo_not_used", why=str(error))
        return None
