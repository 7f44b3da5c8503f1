"""The demo's own settings survive what happens to their file."""

import resource
from contextlib import contextmanager

import pytest

from idp.demo import environment


@contextmanager
def a_full_disk():
    """No file may grow, which fails as it does on a full disk."""
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))


def test_a_full_disk_leaves_the_keys_without_which_the_database_is_lost(tmp_path, monkeypatch):
    file = tmp_path / "demo.env"
    file.write_text("LATCHKEY_KEY_ENCRYPTION_KEYS=kept\n")
    monkeypatch.setattr(environment, "VAR", tmp_path)
    monkeypatch.setattr(environment, "DEMO_ENVIRONMENT", file)
    with a_full_disk(), pytest.raises(SystemExit, match="cannot be written"):
        environment.prepare()
    assert [it.read_text() for it in tmp_path.iterdir()] == ["LATCHKEY_KEY_ENCRYPTION_KEYS=kept\n"]
