"""Links, paths and names in the documents exist."""

import importlib
import re
from itertools import chain

import pytest

from idp.conf import ROOT
from tests.docs.pages import DOCS

PAGES = [it for it in (ROOT / "README.md", ROOT / "CHANGELOG.md") if it.exists()] + sorted(DOCS.rglob("*.md"))
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)[^)]*\)")
TO_HEADING = re.compile(r"\]\((?!\w+:)([^)#\s]*)#([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"`((?:idp|tests|docs|templates|bin|deploy)/[^`\s<…]*)`")
MODULE = re.compile(r"`(\w+\.py)`")
NAME = re.compile(
    r"`(?:idp\.)?((?:agents|audit|keys|login|otp|policies|saml|sessions|tokens|web|webhooks)(?:\.\w+)+)(?:\(\))?`"
)
MODULES = {it.name for folder in (ROOT / "idp", ROOT / "tests", ROOT / "examples") for it in folder.rglob("*.py")}
MODULES |= {it.name for it in ROOT.glob("*.py")}
MAP = (DOCS / "README.md").read_text(encoding="utf-8")
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda it: str(it.relative_to(ROOT)))


@every_page
def test_every_link_leads_to_a_file(page):
    broken = [it for it in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / it).exists()]
    assert not broken


@every_page
def test_every_link_to_a_heading_leads_to_one(page):
    links = TO_HEADING.findall(page.read_text(encoding="utf-8"))
    targets = [(page.parent / path if path else page, heading) for path, heading in links]
    assert not [it for it in targets if it[0].suffix == ".md" and it[1] not in anchors(it[0])]


def test_no_page_has_a_merge_conflict_marker():
    assert [it for it in PAGES if "\n<<<<<<< " in it.read_text(encoding="utf-8")] == []


def test_every_page_is_in_the_index_of_the_documents():
    pages = {str(it.relative_to(DOCS)) for it in DOCS.rglob("*.md")} - {"README.md"}
    assert pages - set(LINK.findall(MAP)) == set()


def anchors(page):
    """The names that GitHub gives to the headings of a page."""
    headings = HEADING.findall(FENCED.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w -]", "", re.sub(r"\]\([^)]*\)", "", it).lower()).replace(" ", "-") for it in headings}


@every_page
def test_every_path_in_backticks_exists(page):
    gone = [it for it in PATH.findall(page.read_text(encoding="utf-8")) if not (ROOT / it).exists()]
    assert not gone


@every_page
def test_every_module_in_backticks_exists(page):
    assert set(MODULE.findall(page.read_text(encoding="utf-8"))) <= MODULES


@every_page
def test_every_dotted_name_in_backticks_is_in_the_code(page):
    gone = [it for it in NAME.findall(page.read_text(encoding="utf-8")) if not found(f"idp.{it}")]
    assert not gone


def found(dotted):
    """Whether the name is a module, something in one, or a table of the app it begins with."""
    *before, last = dotted.split(".")
    try:
        importlib.import_module(dotted)
    except ImportError:
        holders = chain([".".join(before)], [f"{'.'.join(before)}.models"])
        return any(_holds(it, last) for it in holders) or (len(before) > 2 and _inside(before, last))
    return True


def _holds(module, name):
    try:
        return hasattr(importlib.import_module(module), name)
    except ImportError:
        return False


def _inside(before, last):
    *module, kind = before
    return _holds(".".join(module), kind) and hasattr(getattr(importlib.import_module(".".join(module)), kind), last)
