"""The inputs by which fuzzing reached new code: each parser handles them or raises its own error."""

from pathlib import Path

import pytest

from idp.importing import sheet
from tests.fuzzing.targets import TARGETS

CORPUS = Path(__file__).with_name("corpus")
LARGEST = 200_000


@pytest.mark.parametrize("name", TARGETS)
def test_no_corpus_file_crashes_its_parser(name):
    assert feed(name, TARGETS[name]) > 20


def feed(name, target):
    files = sorted((CORPUS / name).iterdir())
    for file in files:
        target(file.read_bytes())
    return len(files)


def test_each_part_of_the_corpus_has_a_parser_and_is_small():
    assert {it.name for it in CORPUS.iterdir()} == TARGETS.keys()
    assert sum(it.stat().st_size for it in CORPUS.rglob("*") if it.is_file()) < LARGEST


def test_a_parser_that_crashes_is_reported(monkeypatch):
    def unguarded(value):
        return value.decode("utf-8")  # where the reader answers with a sentence

    monkeypatch.setattr(sheet, "_decode", unguarded)
    with pytest.raises(UnicodeDecodeError):
        feed("people_file", TARGETS["people_file"])
