"""The variables of every template."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from idp import reference
from idp.branding import brands
from idp.web.middleware import languages


def organisation(request: HttpRequest) -> dict[str, Any]:
    """Return the organisation and its brand, the support contact, the request's reference, and the languages.

    An empty colour scheme follows the browser.
    """
    return {
        "organisation": settings.LATCHKEY.organisation,
        "support": _(settings.LATCHKEY.support),
        "reference": reference.current(),
        "brand": brands.of,
        "languages": partial(languages.offered, request),
        "scheme": "",
    }
