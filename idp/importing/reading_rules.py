"""The rules by which this installation reads what is said of people, in a file or by a personnel system."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from idp.importing.reading import Rules


def from_settings() -> Rules:
    """Return the rules."""
    return Rules(settings.LATCHKEY.default_country, _is_email)


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
