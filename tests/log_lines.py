"""The log lines that Latchkey and its libraries write during a test."""

import json

import pytest

from idp import log_lines


@pytest.fixture
def lines(monkeypatch, tmp_path):
    """Return a function that lists the lines written so far, by structlog and by the standard library, as values."""
    written = tmp_path / "lines"
    with written.open("w", encoding="utf-8") as file, monkeypatch.context() as it:
        it.setattr(log_lines.OURS, "file", file)
        yield lambda: [json.loads(line) for line in written.read_text(encoding="utf-8").splitlines()]
