"""The characters that a name must not hold."""

import re

UNWRITABLE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
"""What XML 1.0 cannot hold (section 2.2, Char)."""
_DIRECTIONS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


def undirected(text: str) -> str:
    """Return a text without the characters that set a direction (UAX #9, section 2).

    Letters bring their own. One that is not closed turns around the rest of each sentence that names the person.
    """
    return _DIRECTIONS.sub("", text)
