"""What every template may name."""

from django.conf import settings
from django.http import HttpRequest

from idp import reference


def organisation(_: HttpRequest) -> dict[str, str]:
    """Give templates the organisation, whom to ask, and the reference of this request."""
    return {
        "organisation": settings.LATCHKEY.organisation,
        "support": settings.LATCHKEY.support,
        "reference": reference.current(),
    }
