"""A secret left in a file is found; secrets made up for tests are not reported."""

import pytest

from tests.scanning import left_secrets

# Put together here, so that this file holds none.
PLANTED = {
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEow\n",
    "an account of Twilio": "ACCOUNT = 'AC" + "9f" * 16 + "'\n",
    "a token of GitHub": "ghp" + "_" + "aB3" * 12 + "\n",
    "a password in a setting": "db_pass" + "word = 'Tr0ub4dor-and-3'\n",
    "a password in an address": "postgres://idp:" + "Tr0ub4dor3@db.acme.example/idp\n",
}


@pytest.mark.parametrize("text", PLANTED.values(), ids=PLANTED)
def test_a_secret_that_was_left_in_a_file_is_found(tmp_path, text):
    (tmp_path / "left.py").write_text(f"# a file\n{text}")
    assert [(path, line) for path, line, _ in left_secrets.left(["left.py"], tmp_path)] == [("left.py", 2)]


def test_a_made_up_secret_is_allowed_in_its_own_file_only(tmp_path):
    made_up = "tests/conf/test_conf.py"
    assert left_secrets.left([made_up]) == []
    (tmp_path / "copied.py").write_bytes((left_secrets.ROOT / made_up).read_bytes())
    assert left_secrets.left(["copied.py"], tmp_path) != []


def test_every_kind_of_tracked_file_is_scanned():
    looked_at = set(left_secrets.tracked())
    assert {"Makefile", "idp/settings.py", "deploy/helm/latchkey/values.yaml", "docs/README.md"} <= looked_at
