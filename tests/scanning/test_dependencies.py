"""The reading of an index's answers about vulnerabilities."""

import json

import pytest

from tests.scanning import dependencies
from tests.scanning.dependencies import Verdict, audit

HOLE = {"id": "PYSEC-2026-1", "fix_versions": ["2.0"]}


def an_index(**known):
    """An index that knows these packages, each with its holes, as pip-audit reports of it."""

    def ask(packages):
        told = [
            {"name": name, "version": version, "vulns": known[name]}
            if name in known
            else {"name": name, "skip_reason": "not found"}
            for name, version in packages.items()
        ]
        return json.dumps({"dependencies": told})

    return ask


def test_a_known_vulnerability_is_reported_with_the_fixed_version():
    verdict = audit({"leaky": "1.0"}, an_index(pyyaml=[HOLE], leaky=[HOLE]))
    assert verdict.holes == ("leaky 1.0: PYSEC-2026-1, mended in 2.0",)


def test_packages_without_vulnerabilities_pass():
    assert audit({"sound": "1.0"}, an_index(pyyaml=[HOLE], sound=[])) == Verdict()


def test_an_index_without_any_vulnerability_data_is_an_error():
    assert audit({"leaky": "1.0"}, an_index(pyyaml=[], leaky=[])).unasked
    assert audit({"leaky": "1.0"}, an_index()).unasked


def test_a_package_that_is_unknown_to_the_index_is_named():
    assert audit({"ours": "1.0"}, an_index(pyyaml=[HOLE])).unasked == "the index does not know ours"


@pytest.mark.long
def test_without_a_network_the_scan_fails():
    verdict = audit(
        {"leaky": "1.0"}, lambda packages: dependencies.at_pypi(packages, HTTPS_PROXY="http://127.0.0.1:9", NO_PROXY="")
    )
    assert verdict == Verdict(unasked="no index that knows of holes could be reached")
