"""What every template may name."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from idp import reference
from idp.web import languages


def organisation(request: HttpRequest) -> dict[str, Any]:
    """Give templates the organisation, whom to ask, the reference of this request, and the languages to choose from."""
    return {
        "organisation": settings.LATCHKEY.organisation,
        "support": _(settings.LATCHKEY.support),
        "reference": reference.current(),
        "languages": partial(languages.offered, request),
    }
