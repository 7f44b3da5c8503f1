"""Elements that are written once for many documents, with places for what each has of its own."""

import re
import secrets
from collections.abc import Sequence

from idp.saml.documents.elements import Element, as_text, as_value, is_plain

_PLACE = secrets.token_hex(16)
"""Stands in what is written where something of one document goes. Nobody knows it, so no text can pretend to be it."""
_PLACES = re.compile(rf"{_PLACE}-(\d+)-".encode())


def place(nth: int) -> str:
    """Return what is given to `element` for a whole value of an attribute, or a whole text, that is yet to come."""
    return f"{_PLACE}-{nth}-"


class Stencil:
    """Elements that stand one after the other, with places."""

    def __init__(self, *written: Element) -> None:
        cut = _PLACES.split(b"".join([it.marked for it in written]))
        self._texts = cut
        self._places = [
            (int(nth), as_value if before.endswith(b'"') else as_text)
            for before, nth in zip(cut[::2], cut[1::2], strict=False)
        ]

    def filled(self, own: Sequence[str]) -> Element:
        """Return, as one child for another element, all of them with these values in their places.

        Raises ValueError for text that XML cannot hold.
        """
        octets = list(self._texts)
        octets[1::2] = [it.encode() if is_plain(it := own[nth]) else write(it) for nth, write in self._places]
        return Element("", None, (), b"".join(octets))
