"""The bill of materials names what runs, and nothing else."""

import json

import pytest

from tests.scanning import locked, parts


@pytest.mark.slow
def test_every_locked_package_is_in_the_list_of_parts_with_its_version_and_digests(tmp_path):
    parts.write(tmp_path / "parts.json")
    listed = json.loads((tmp_path / "parts.json").read_text(encoding="utf-8"))
    assert {it["name"]: it["version"] for it in listed["components"]} == locked.packages()
    assert all(it["externalReferences"][0]["hashes"] for it in listed["components"])
    assert listed["metadata"]["component"]["name"] == "latchkey"


def test_every_package_of_the_lock_has_one_version():
    assert locked.packages()["django"].startswith("5.2.")
    assert len(locked.packages()) > len(locked.packages("requirements.in"))
