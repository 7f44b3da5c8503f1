"""The table of the ASVS is complete, and its evidence exists."""

import re

import pytest

from tests.asvs import evidence
from tests.asvs.chapters import CHAPTERS, REQUIREMENTS
from tests.asvs.requirement import Status


def test_all_requirements_of_both_levels_are_judged_once_in_their_order():
    numbers = [tuple(map(int, it.id.split("."))) for it in REQUIREMENTS]
    assert numbers == sorted(set(numbers))
    levels = [it.level for it in REQUIREMENTS]
    assert (levels.count(1), levels.count(2)) == (70, 183)


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_requirement_is_in_its_chapter(name):
    assert {f"V{it.id.partition('.')[0]}" for it in CHAPTERS[name]} == {name.partition(" ")[0]}


def test_a_requirement_that_is_met_has_existing_evidence():
    for it in REQUIREMENTS:
        for named in it.evidence:
            evidence.place(named)
    assert [it.id for it in REQUIREMENTS if it.status is Status.MET and not it.evidence] == []


def test_a_requirement_that_is_not_met_or_not_applicable_says_why():
    silent = [it.id for it in REQUIREMENTS if it.status is not Status.MET and not it.why]
    assert silent == []
    shown = [it.id for it in REQUIREMENTS if it.status is Status.NOT_APPLICABLE and it.evidence]
    assert shown == []


@pytest.mark.parametrize("gone", ["docs/gone.md", "hostile/test_gone", "hostile/test_headers.a_test_that_is_gone"])
def test_missing_evidence_is_found(gone):
    with pytest.raises(LookupError, match=re.escape(gone)):
        evidence.place(gone)
