"""Words that somebody who knows the place would try first: they add nothing to the length of an operator's password."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

LEAST = 12
"""Characters that have to be left of a password without them."""
_ALWAYS = ("latchkey", "twilio", "flex", "admin", "operator", "password", "welcome")
_SHORTEST = 3


class HouseWords:
    """A validator of Django's (OWASP ASVS 6.1.2 and 6.2.11)."""

    def validate(self, password: str, user: object = None) -> None:  # noqa: ARG002 - Django hands over both
        """Raise ValidationError for one that is too short without them."""
        left = password.casefold()
        for word in words():
            left = left.replace(word, "")
        if len(left) < LEAST:
            raise ValidationError(self.get_help_text(), code="house_words")

    def get_help_text(self) -> str:
        """Say what is asked for, and which words do not count."""
        return f"It needs {LEAST} characters besides words that anybody would try here: {', '.join(sorted(words()))}."


def words() -> list[str]:
    """Return them in lower case, the longest first: ours, the organisation's name, and the parts of the address."""
    named = f"{settings.LATCHKEY.organisation} {urlsplit(settings.LATCHKEY.base_url).hostname}".casefold()
    own = (it for it in re.split(r"[\W_]+", named) if len(it) >= _SHORTEST and not it.isdecimal())
    return sorted({*_ALWAYS, *own}, key=len, reverse=True)
