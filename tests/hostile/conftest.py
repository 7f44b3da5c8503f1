"""What the hostile tests look at: the log as it is written, the tables, and the answer of a running IdP."""

import pytest

from idp import log_lines
from tests.hostile.witness import Log, Witness


@pytest.fixture
def log(monkeypatch):
    """The log of this test alone. The processors are those of the settings; only the file is another."""
    written = Log()
    monkeypatch.setattr(log_lines.OURS, "file", written.file)
    return written


@pytest.fixture
def witness(clock, log, flex):
    return Witness(log)
