"""What the tests of hostile input inspect: the log, the tables, and the responses of a running IdP."""

import pytest

from idp import log_lines
from tests.hostile.outcome import Log, Outcome


@pytest.fixture
def log(monkeypatch):
    """The log of this test alone. The processors are those of the settings; only the file is another."""
    written = Log()
    monkeypatch.setattr(log_lines.OURS, "file", written.file)
    return written


@pytest.fixture
def outcome(clock, log, flex):
    return Outcome(log)
