"""Context-specific words, which an attacker would try first. They do not count towards a password's length."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

LEAST = 12
"""The characters that a password must have without these words."""
_ALWAYS = ("latchkey", "twilio", "flex", "admin", "operator", "password", "welcome")
_SHORTEST = 3


class ContextWords:
    """A password validator for Django (OWASP ASVS 6.1.2 and 6.2.11)."""

    def validate(self, password: str, user: object = None) -> None:  # noqa: ARG002 - Django passes both
        """Raise ValidationError if the password is too short without these words."""
        rest = password.casefold()
        for word in words():
            rest = rest.replace(word, "")
        if len(rest) < LEAST:
            raise ValidationError(self.get_help_text(), code="context_words")

    def get_help_text(self) -> str:
        """Return what is required, and the words that do not count."""
        easy = ", ".join(sorted(words()))
        return f"It needs {LEAST} characters apart from these words, which are easy to guess here: {easy}."


def words() -> list[str]:
    """Return the words in lower case, the longest first: fixed ones, the organisation's name, parts of the host."""
    named = f"{settings.LATCHKEY.organisation} {urlsplit(settings.LATCHKEY.base_url).hostname}".casefold()
    own = (it for it in re.split(r"[\W_]+", named) if len(it) >= _SHORTEST and not it.isdecimal())
    return sorted({*_ALWAYS, *own}, key=len, reverse=True)
