"""The log lines that Latchkey and its libraries write during a test."""

import io
import json
import logging
import logging.config

import pytest

from idp import log_lines


@pytest.fixture
def lines(monkeypatch):
    """Return a function that lists the lines written so far, by structlog and by the standard library, as values."""
    out = io.StringIO()
    monkeypatch.setattr(log_lines.OURS, "file", out)
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.config.DictConfigurator({"version": 1}).configure_formatter(_formatter()))
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def _formatter():
    return dict(log_lines.FORMATTERS["json"])
