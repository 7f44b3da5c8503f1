"""Reads the bytes of a file as rows of cells. Pure.

Accepts CSV (RFC 4180) with commas, semicolons or tabs, in UTF-8 or UTF-16, as Excel, LibreOffice and Google Sheets save
it.
"""

import codecs
import csv
import io
import itertools
import re
from dataclasses import dataclass

MOST_BYTES = 8 * 1024 * 1024
MOST_ROWS = 20_000
TOO_LARGE = f"The file is larger than {MOST_BYTES // 1024 // 1024} MB. Split it."
WORKBOOK = "This is a workbook, not a CSV file. Open it, save it as CSV UTF-8, and choose that file."
BEGINNINGS_OF_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""Of a ZIP archive, as .xlsx and .ods are, and of an OLE document, as .xls is."""
NO_UNICODE = "The file is not in UTF-8 or UTF-16, so names with accents would be damaged. Save it as CSV UTF-8."
DELIMITERS = (",", ";", "\t")
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


class UnreadableFile(ValueError):
    """No rows could be read from a file. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Headings, and the rows under them, numbered as a spreadsheet does (the headings are row 1)."""

    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read(content: bytes) -> Sheet:
    """Read a file, without its empty rows. Raises UnreadableFile."""
    if len(content) > MOST_BYTES:
        raise UnreadableFile(TOO_LARGE)
    if content.startswith(BEGINNINGS_OF_WORKBOOKS):
        raise UnreadableFile(WORKBOOK)
    text = _decode(content)
    separator = _SEPARATOR_LINE.match(text)
    if separator:
        text = text[separator.end() :]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, separator), strict=True)
    numbered = ((nth, tuple(cells)) for nth, cells in enumerate(lines, start=1) if "".join(cells).strip())
    try:
        filled = list(itertools.islice(numbered, MOST_ROWS + 2))
    except csv.Error as error:
        raise UnreadableFile(f"Around line {lines.line_num} this is not CSV ({error}). Save it as CSV again.") from None
    if not filled:
        raise UnreadableFile("The file is empty.")
    if len(filled) > MOST_ROWS + 1:
        raise UnreadableFile(f"The file has more than {MOST_ROWS:,} rows. Split it.")
    return Sheet(filled[0][1], tuple(filled[1:]))


def _decode(content: bytes) -> str:
    """Decode by the byte order mark. Without one: UTF-16 if every other byte is zero, else UTF-8."""
    encoding = "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif content[1:2] == b"\0":
        encoding = "utf-16-le"
    elif content[:1] == b"\0":
        encoding = "utf-16-be"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableFile(NO_UNICODE) from None


def _delimiter(text: str, separator: re.Match[str] | None) -> str:
    """Return the delimiter that the file declares, else the most frequent one in the headings."""
    if separator and separator[1] in DELIMITERS:
        return separator[1]
    headings = next((it for it in _LINE_BREAK.split(text, maxsplit=20) if it.strip()), "")
    return max(DELIMITERS, key=headings.count)
