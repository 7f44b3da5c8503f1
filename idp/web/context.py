"""What every template may name."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from idp import reference
from idp.branding import brands
from idp.web.middleware import languages


def organisation(request: HttpRequest) -> dict[str, Any]:
    """Give templates the organisation and its brand, whom to ask, this request's reference, and the languages."""
    return {
        "organisation": settings.LATCHKEY.organisation,
        "support": _(settings.LATCHKEY.support),
        "reference": reference.current(),
        "brand": brands.of,
        "languages": partial(languages.offered, request),
    }
