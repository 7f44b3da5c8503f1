"""A language in which every marked text is one Cyrillic letter, so that unmarked texts are visible."""

import re

from babel.messages import Catalog
from django.utils.translation import trans_real

from tests.languages import catalogues

STANDS_FOR = "de"  # whose days and months are in other letters than ours are here, and who is one of ours
KEPT = re.compile(r"(%\(\w+\)s|<[^>]+>|&\w+;)")
PATTERNS = {"pattern": "d.MM., HH:mm"}
"""Instants without names of days and months."""


def written(text):
    """Write a text in pseudo letters; placeholders and tags stay."""
    return "".join(part if KEPT.fullmatch(part) else re.sub("[A-Za-z]", "ж", part) for part in KEPT.split(text))


def put_in_place(folder, settings):
    """Have Django speak it instead of German, from a catalogue in that folder."""
    catalogue = Catalog(locale=STANDS_FOR)
    for message in list(catalogues.marked())[1:]:
        many = isinstance(message.id, tuple)
        string = tuple(map(written, message.id)) if many else PATTERNS.get(message.context, written(message.id))
        catalogue.add(message.id, string, context=message.context)
    file = folder / STANDS_FOR / "LC_MESSAGES" / "django.mo"
    file.parent.mkdir(parents=True)
    file.write_bytes(catalogues.as_mo(catalogue))
    settings.LOCALE_PATHS = [folder]
    forget()


def forget():
    """Let Django read its catalogues again."""
    trans_real._translations.clear()


def forgotten(html, known):
    """Return the visible text of a page in Latin letters, without what needs no translation."""
    for element in html.xpath("//script|//style|//*[@translate='no']|//nav[@class='languages']/*|//bdi"):
        element.text = None
        for child in list(element):
            element.remove(child)
    said = [*html.xpath("//title/text()|//body//text()"), *html.xpath("|".join(f"//@{it}" for it in READ_OUT))]
    texts = (re.sub(known, "", it) for it in said)
    return [it.strip() for it in texts if re.search("[A-Za-z]", it)]


READ_OUT = ("aria-label", "alt", "title", "placeholder", "data-text", "data-now")
