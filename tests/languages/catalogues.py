"""Updates the catalogues of agents' texts: python -m tests.languages.catalogues, or make catalogues.

Collects every marked text, updates each .po, compiles it to .mo, and lists what is still to be translated. No
translation is guessed from that of a similar text.
"""

import io
import re
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from idp.conf import LANGUAGES, ROOT

FOLDER = ROOT / "idp" / "locale"
KEYWORDS = {"gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "_": None, "for_agents": None}
MARKS = re.compile(rf"\b(?:{'|'.join(KEYWORDS)})\(")
OPERATORS = ROOT / "templates" / "admin"
HEADER = "# Texts that agents read. Kept by `make catalogues`; see docs/how-to/add-a-language.md\n#"
WIDTH = 118
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
LEFT_OUT = tuple(
    f'"{it}'
    for it in ("Project-Id", "Report-", "POT-", "PO-Revision", "Last-Translator", "Language-Team", "Generated-By")
)


def translated() -> list[str]:
    """Return the languages that have a catalogue: all but that of the code."""
    return [code for code in LANGUAGES if code != "en"]


def path(code: str, kind: str) -> Path:
    """Return the path of a language's catalogue, where Django and gettext look for it."""
    language, _, country = code.partition("-")
    folder = f"{language}_{country.upper()}" if country else language
    return FOLDER / folder / "LC_MESSAGES" / f"django.{kind}"


@cache
def marked() -> Catalog:
    """Collect the texts of all modules, and of all templates except the operators'."""
    found = Catalog(charset="utf-8")
    for file in sources():
        where = [(str(file.relative_to(ROOT)), 0)]
        for message, comments, context in texts(file):
            found.add(message, locations=where, auto_comments=comments, context=context)
    return found


def sources() -> list[Path]:
    """Return the files that may hold texts for agents."""
    files = [*(ROOT / "idp").rglob("*.py"), *(ROOT / "templates").rglob("*.html")]
    return sorted(it for it in files if not it.is_relative_to(OPERATORS))


def headings(file: Path) -> list[str]:
    """Return the texts of a file that become headings: in h1 of a template, or the sentence of an error."""
    source = file.read_text()
    if file.suffix == ".html":
        parts = re.findall(r"<h1>(.*?)</h1>", source, re.DOTALL)
        return [message for part in parts for message, _, _ in _of_template("{% load i18n %}" + part, str(file))]
    return re.findall(r'    sentence = for_agents\("([^"]+)"\)', source)


def texts(file: Path):
    """Yield message, comments and context of each text that is marked in a file."""
    source = file.read_text()
    if file.suffix == ".html":
        yield from _of_template(source, str(file))
    elif MARKS.search(source):  # to read all of the code token by token takes seconds
        yield from _of_code(source, str(file))


def _of_template(source: str, name: str):
    """Read a template by Django's `templatize`, which turns its marked texts into Python calls."""
    return _of_code("\n".join(line.strip() for line in templatize(source, origin=name).split("\n")), name)


def _of_code(source: str, _: str):
    lines = io.BytesIO(source.encode())
    for _line, message, comments, context in extract(
        "python", lines, KEYWORDS, ["Translators:"], strip_comment_tags=True
    ):
        yield message, comments, context


def read(code: str) -> Catalog:
    """Read a language's catalogue, or create an empty one."""
    file = path(code, "po")
    if not file.exists():
        return Catalog(locale=file.parts[-3], charset="utf-8")
    with file.open("rb") as lines:
        return read_po(lines, locale=file.parts[-3])


def as_po(catalogue: Catalog) -> bytes:
    """Write a catalogue as text: without dates and line numbers, which would differ with every change of the code."""
    catalogue.header_comment, catalogue.fuzzy = HEADER, False
    catalogue.obsolete.clear()
    out = io.BytesIO()
    write_po(out, catalogue, width=WIDTH, include_lineno=False, sort_by_file=True)
    lines = out.getvalue().decode().split("\n")
    return "\n".join(line for line in lines if not line.startswith(LEFT_OUT)).encode()


def as_mo(catalogue: Catalog) -> bytes:
    """Compile a catalogue."""
    catalogue.creation_date = catalogue.revision_date = NO_DATE
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def main() -> None:
    """Bring all catalogues up to date, and tell what is left to do."""
    found = marked()
    for code in translated():
        catalogue = read(code)
        catalogue.update(found, no_fuzzy_matching=True, update_header_comment=False)
        path(code, "po").parent.mkdir(parents=True, exist_ok=True)
        path(code, "po").write_bytes(as_po(catalogue))
        path(code, "mo").write_bytes(as_mo(read(code)))
        left = [it.id for it in catalogue if it.id and not all(it.string if it.pluralizable else [it.string])]
        sys.stdout.write(
            f"{code}: {len(found)} texts, {len(left)} to translate in {path(code, 'po').relative_to(ROOT)}\n"
        )
        sys.stdout.writelines(f"    {it}\n" for it in left[:20])


if __name__ == "__main__":
    main()
