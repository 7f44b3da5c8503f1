"""Files as spreadsheets save them, and as nobody should."""

import codecs
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from idp.importing import reading, sheet
from idp.importing.sheet import UnreadableFile
from tests.importing.files import HEADINGS, ZOE, a_file, plan, read

ENCODINGS = {
    "UTF-8": a_file(ZOE),
    "UTF-8 with a mark, as Excel saves": a_file(ZOE, encoding="utf-8-sig"),
    "UTF-16 with a mark, as Excel saves Unicode text": a_file(ZOE, delimiter="\t", encoding="utf-16"),
    "UTF-16, the other way round": codecs.BOM_UTF16_BE + a_file(ZOE, encoding="utf-16-be"),
    "UTF-16 without a mark": a_file(ZOE, encoding="utf-16-le"),
    "UTF-16 without a mark, the other way round": a_file(ZOE, encoding="utf-16-be"),
    "semicolons, as Excel saves in much of Europe": a_file(ZOE, delimiter=";"),
    "tabs": a_file(ZOE, delimiter="\t"),
    "a first line that names the separator": b"sep=;\r\n" + a_file(ZOE, delimiter=";"),
    "ends of lines of old Macs": a_file(ZOE).replace(b"\r\n", b"\r"),
    "empty lines around": b"\r\n ,,\r\n" + a_file(ZOE) + b"\r\n\r\n",
}


@pytest.mark.parametrize("content", ENCODINGS.values(), ids=ENCODINGS)
def test_a_file_is_read_however_it_was_saved(content):
    (zoe,) = read(content).rows
    assert (zoe.email, zoe.full_name, zoe.number) == ("zoe@acme.example", "Zoë Ümlaut", "+12015550171")


def test_rows_have_the_numbers_of_the_spreadsheet_despite_blank_and_multiline_rows():
    content = a_file(ZOE, [], [ZOE[0], 'two\nlines, and "quotes"'], ["max@acme.example"])
    assert [row for row, _ in sheet.read(content).rows] == [2, 4, 5]


def test_empty_rows_however_many_neither_count_nor_shift_the_numbers():
    rows = sheet.read(b"Email,Name\n" + b",\n" * sheet.MOST_ROWS + b"zoe@acme.example,\n").rows
    assert [row for row, _ in rows] == [sheet.MOST_ROWS + 2]


UNREADABLE = {
    "nothing": (b"", "The file is empty."),
    "white space": (b" \r\n,,,\r\n", "The file is empty."),
    "another encoding": (a_file(ZOE, encoding="latin-1"), "Save it as CSV UTF-8."),
    "half a letter of UTF-16": (a_file(ZOE, encoding="utf-16")[:-1], "not in UTF-8 or UTF-16"),
    "an Excel workbook": (b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00\xb5", "This is a workbook"),
    "a workbook of an old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16, "This is a workbook"),
    "a quote without an end": (b'Email\r\n"zoe@acme.example', "Save it as CSV again."),
    "a cell of a novel's length": (b"Email\r\n" + b"x" * 200_000, "Save it as CSV again."),
    "too many bytes": (b"x" * (sheet.MOST_BYTES + 1), "Split it."),
    "too many rows": (b"Email\n" + b"x\n" * (sheet.MOST_ROWS + 1), "more than 20,000 rows"),
    "no email": (a_file(ZOE[1:], headings=HEADINGS[1:]), "has no column Email"),
    "two columns of one meaning": (a_file(headings=["Email", "Phone", "Mobile"]), "Two columns are called Mobile"),
}


@pytest.mark.parametrize(("content", "sentence"), UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_file_gets_a_sentence(content, sentence):
    with pytest.raises(UnreadableFile, match=sentence):
        read(content)


@given(st.binary(max_size=400), st.sampled_from([b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, b"Email,Roles,Number\n"]))
@example(b"\x00\xd8", b"\xff\xfe")
def test_no_bytes_break_the_reader(noise, begin):
    with suppress(UnreadableFile):
        assert plan(begin + noise).new == ()


@settings(max_examples=40)
@given(st.lists(st.lists(st.text(max_size=20), min_size=1, max_size=9), max_size=4))
def test_no_cells_break_the_reader_and_every_row_is_read_or_a_problem(rows):
    table = sheet.Sheet(tuple(HEADINGS), tuple(enumerate(map(tuple, rows), start=2)))
    found = reading.read(table, reading.Rules("ES", lambda it: "@" in it))
    assert {it.row for it in found.rows} | {it.row for it in found.problems} == {row for row, _ in table.rows}
