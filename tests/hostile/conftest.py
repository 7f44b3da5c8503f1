"""What the hostile tests look at: the log as it is written, the tables, and the answer of a running IdP."""

import pytest
import structlog

from tests.hostile.witness import Log, Witness


@pytest.fixture
def log():
    """The log of this test alone. The processors are those of the settings; only the file is another."""
    written, factory = Log(), structlog.get_config()["logger_factory"]
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=written.file))
    yield written
    structlog.configure(logger_factory=factory)


@pytest.fixture
def witness(clock, log, flex):
    return Witness(log)
