"""Reads the language of agents' pages from files and personnel systems. Pure."""

from idp.conf import LANGUAGES

_KNOWN = {**{code: code for code in LANGUAGES}, **{name.casefold(): code for code, name in LANGUAGES.items()}}


def read(text: str) -> str | None:
    """Return our code for a language tag (RFC 5646) or a language's own name: `es` for es-MX, `pt-br` for pt.

    Of several, as in Accept-Language, the first counts. Returns None for an unsupported language.
    """
    plain = text.partition(",")[0].partition(";")[0].strip().casefold().replace("_", "-")
    language = plain.partition("-")[0]
    return _KNOWN.get(plain) or next((code for code in LANGUAGES if code.partition("-")[0] == language), None)
