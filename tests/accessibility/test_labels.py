"""What is said of a button contains what is read on it (WCAG 2.5.3): who speaks to a computer says what they read."""

import re
from pathlib import Path

import pytest

LABELLED = re.compile(r'<(?:a|button|summary)\b[^>]*aria-label="([^"]*)"[^>]*>([^<]*)<')
WORDS = re.compile(r"[a-z]+")
BUTTONS = sorted({found for it in Path("templates").rglob("*.html") for found in LABELLED.findall(it.read_text())})


def words(text):
    return " ".join(WORDS.findall(re.sub(r"{{.*?}}", "", text).lower()))


@pytest.mark.parametrize(("said", "read"), BUTTONS)
def test_a_button_is_called_by_the_words_on_it(said, read):
    assert words(read) in words(said)
