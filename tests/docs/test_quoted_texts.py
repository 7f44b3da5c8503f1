"""Texts that the guides quote in italics are texts of the product, so that both change together."""

import re

import pytest

from idp.conf import ROOT
from tests.docs.pages import DOCS

GUIDES = [ROOT / "README.md", *sorted((DOCS / "tutorials").glob("*.md")), *sorted((DOCS / "how-to").glob("*.md"))]
CODE = [it for it in (ROOT / "idp").rglob("*.py") if "migrations" not in it.parts]
TEMPLATES = [*(ROOT / "templates").rglob("*.html")]
FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
QUOTED = re.compile(r"(?<![*\w])\*(\w[^*\n]*(?:\n *[^*\n|]+)?)\*(?![*\w])")
ERROR = re.compile(r'^ *\| "([^"]+)"', re.MULTILINE)
"""An error that a table explains."""
FILLED_IN = re.compile(
    r"…|\b(?:5 seconds|Ana(?: García)?|Sue Pervisor|Acme|Flex|iPhone|Safari|12|JQ|AC|41823:9f2c)\b|“[^”]*”"
)
"""What stands on a page in the place of somebody's or something's name."""
MARKED = re.compile(r'\{% translate "([^"]*)".*?%\}')
PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{[^{}\n]*\}|%\(\w+\)s", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
LITERALS_MEET = re.compile(r"""["']\s*\n?\s*f?["']""")

AT_OTHERS = {
    "active (running)": "systemd",
    "Running it for a company": "a heading of the CHANGELOG",
    "Superuser status": "Django",
    "Unexpected client data origin": "the library for passkeys",
    "You will get a code once, and then not for days.": "what you tell agents",
}
"""Quoted texts that are not of Latchkey's pages, and whose they are."""

OF_PARTS = {
    "Add webhook",
    "Certificate of the next key, to copy in full",
    "Export everybody",
    "Kind of device is phone or tablet",
    "May make recovery codes",
    "Send Ana a test text",
    "Sign out, and remove the passkeys set up on it",
    "The rule “No Android” refuses Android phone, Chrome",
}
"""What a page puts together, so that no file has it whole."""

ELSEWHERE = re.compile(
    r"Flex > Users|X\.509|Modify existing|Create new|Set up your identity|Deprovision|Verify > Services|Account > API"
    r"|Geo Permissions|Fraud Guard|Global Safe List|Tenant URL|Secret Token|Base URL|HTTP Header|Dashboards >"
    r"|presentation attributes|^(?:Can )?(?:view|change|add|delete)\b"  # the last are Django's names of rights
)
"""Texts of Twilio, of personnel systems, of other programs, and of Django."""


@pytest.fixture(scope="module")
def texts():
    """Everything that the product can say, without markup and what is filled in, in small letters."""
    pages = TAG.sub(" ", PLACEHOLDER.sub(" ", MARKED.sub(r"\1", _read(TEMPLATES))))
    return _plain(pages + LITERALS_MEET.sub("", PLACEHOLDER.sub(" ", _read(CODE))))


def _read(files):
    return "\n".join(it.read_text(encoding="utf-8") for it in files)


def _plain(text):
    return " ".join(text.replace("\\'", "'").split()).lower()


@pytest.mark.parametrize("page", GUIDES, ids=lambda it: str(it.relative_to(ROOT)))
def test_a_text_in_italics_exists_in_the_product(page, texts):
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    quoted = QUOTED.findall(text) + ERROR.findall(text)
    unknown = [it for it in (" ".join(it.split()) for it in quoted) if not _said(it, texts)]
    assert not unknown, "Quote what the product says: was the text changed, or mistyped?"


def test_an_exempt_text_is_still_quoted():
    everything = " ".join(" ".join(it.read_text(encoding="utf-8") for it in GUIDES).split())
    assert [it for it in {*AT_OTHERS, *OF_PARTS} if f"*{it}*" not in everything] == []


def _said(quoted, texts):
    if quoted in {*AT_OTHERS, *OF_PARTS} or ELSEWHERE.search(quoted):
        return True
    return all(part.strip(" .,:'") in texts for part in FILLED_IN.sub("\n", quoted).lower().split("\n"))
