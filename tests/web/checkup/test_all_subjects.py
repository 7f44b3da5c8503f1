"""The findings as a whole: what comes first, and what is said where something cannot be asked."""

from django.db import connection

from idp.saml.metadata import published
from idp.web.checkup import address, all_subjects, installation, outside
from idp.web.checkup.finding import as_values, fault, in_order, not_checked, ok, worst_first
from tests.conftest import NOW
from tests.web.checkup.conftest import FAULT, NOT_CHECKED, OK, WARNING, states


def test_only_a_fault_makes_the_whole_not_in_order():
    fine = [ok("a", "b"), not_checked("a", "b")]
    assert in_order(fine)
    assert not in_order([*fine, fault("a", "b", "c")])
    assert as_values([fault("a", "b", "c")])["findings"] == [
        {"subject": "a", "state": "fault", "sentence": "b", "fix": "c"}
    ]


def test_the_worst_comes_first():
    assert states(worst_first([ok("a", ""), fault("z", "", ""), not_checked("b", "")])) == [FAULT, NOT_CHECKED, OK]


def test_without_the_database_its_contents_are_not_checked(db, conf, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "NAME", "")
    found = all_subjects.check_everything(conf(), NOW, online=False)
    assert [it.subject for it in found if it.state is FAULT] == ["database"]
    assert {it.subject for it in found if it.state is NOT_CHECKED} >= {"clock", "keys", "policy"}


def test_the_metadata_that_is_published_is_what_is_looked_for(db, keys, conf):
    answer = outside.Answer(200, {"content-type": address.METADATA}, published.metadata_document(NOW), None)
    assert address.published(answer, conf().saml_entity_id, address._own_certificates()).state is OK


def test_a_logo_that_cannot_be_shown_is_reported_with_the_remedy(conf, tmp_path):
    file = tmp_path / "logo.gif"
    file.write_bytes(b"GIF89a")
    found = installation.check(conf(brand_logo=str(file)))[-1]
    assert (found.state, found.sentence) == (WARNING, "The logo is not shown: This is neither an SVG nor a PNG file.")
