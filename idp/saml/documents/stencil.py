"""Templates of elements: written once for many documents, with placeholders for what differs."""

import re
import secrets
from collections.abc import Sequence

from idp.saml.documents.elements import Element, as_text, as_value, is_plain

_PLACE = secrets.token_hex(16)
"""The start of a placeholder. It is random, so no text can imitate it."""
_PLACES = re.compile(rf"{_PLACE}-(\d+)-".encode())


def place(nth: int) -> str:
    """Return a placeholder for a whole attribute value or a whole text, to pass to `element`."""
    return f"{_PLACE}-{nth}-"


class Stencil:
    """Sibling elements with placeholders."""

    def __init__(self, *written: Element) -> None:
        cut = _PLACES.split(b"".join([it.marked for it in written]))
        self._texts = cut
        self._places = [
            (int(nth), as_value if before.endswith(b'"') else as_text)
            for before, nth in zip(cut[::2], cut[1::2], strict=False)
        ]

    def filled(self, own: Sequence[str]) -> Element:
        """Return the elements with these values, as one child for another element.

        Raises ValueError for text that XML cannot hold.
        """
        octets = list(self._texts)
        octets[1::2] = [it.encode() if is_plain(it := own[nth]) else write(it) for nth, write in self._places]
        return Element("", None, (), b"".join(octets))
