"""The one name by which Flex knows an agent: chosen once, then fixed, changed on purpose, never anybody else's."""

import pytest
from django.db import IntegrityError, transaction

from idp.audit.models import Kind, LoginEvent
from idp.saml import name_ids
from idp.saml.models import NameIdIsFixed, SubjectName
from idp.saml.name_ids import NameIdRefused
from tests.conftest import NOW, an_agent
from tests.web.seeded import HERE

pytestmark = pytest.mark.django_db


def choose(agent, value):
    return name_ids.choose(agent, value, "Olivia", HERE, NOW)


def change(agent, value):
    name_ids.change(agent, value, "Olivia", HERE, NOW)


def names(agent):
    return list(SubjectName.objects.filter(agent=agent).order_by("pk").values_list("value", "told"))


def test_a_name_chosen_before_the_first_sign_in_is_the_one_that_flex_gets(agent):
    assert choose(agent, "user-+12015550101")
    assert SubjectName.of(agent, None) == "user-+12015550101"
    assert names(agent) == [("user-+12015550101", True)]


def test_until_then_it_can_be_chosen_otherwise_or_left_to_us_again(agent):
    choose(agent, "ana.garcia")
    assert choose(agent, "ana_garcia")
    assert not choose(agent, "ana_garcia")
    assert choose(agent, "")
    assert names(agent) == []
    assert len(SubjectName.of(agent, None)) == 26


def test_from_the_first_answer_on_it_is_fixed_however_it_is_tried(agent):
    name = SubjectName.of(agent, None)
    row = SubjectName.objects.get()
    for act in (lambda: choose(agent, "other"), lambda: choose(agent, "")):
        with pytest.raises(NameIdRefused, match="fixed"):
            act()
    row.value = "other"
    for act in (row.save, row.delete, SubjectName.objects.all().delete, lambda: SubjectName.objects.update(value="x")):
        with pytest.raises(NameIdIsFixed):
            act()
    assert SubjectName.of(agent, None) == name


@pytest.mark.parametrize("value", ["Ana García", "ana garcia", "ana\n", "衛藤", "a" * 101, "\x00"])
def test_a_name_that_flex_may_not_accept_is_refused_with_a_sentence(agent, value):
    with pytest.raises(NameIdRefused, match=r"ASCII|up to 100"):
        choose(agent, value)
    assert names(agent) == []


def test_a_name_is_nobody_elses_in_any_letter_case_not_even_when_its_owner_is_gone(agent):
    ben = an_agent("+12015550102", "ben@acme.example")
    choose(ben, "Worker-7")
    with pytest.raises(NameIdRefused, match="Somebody else"):
        choose(agent, "worker-7")
    SubjectName.of(ben, None)
    SubjectName.objects.filter(agent=ben).update(agent=None)  # as if Ben were erased
    with pytest.raises(NameIdRefused, match="Somebody else"):
        choose(agent, "WORKER-7")


def test_on_purpose_it_changes_and_the_trail_keeps_both(agent):
    before = SubjectName.of(agent, None)
    change(agent, "worker-7")
    assert SubjectName.of(agent, None) == "worker-7"
    assert [it.value for it in name_ids.former(agent)] == [before]
    line = LoginEvent.objects.get(kind=Kind.NAME_CHANGED)
    assert (line.agent, line.detail) == (agent, f"by Olivia: {before} to worker-7")


def test_a_change_is_taken_back_by_the_name_before_and_by_nobody_else(agent):
    before = SubjectName.of(agent, None)
    change(agent, "worker-7")
    SubjectName.of(agent, None)
    with pytest.raises(NameIdRefused, match="Somebody else"):
        choose(an_agent("+12015550102", "ben@acme.example"), before)
    with pytest.raises(NameIdRefused, match="in other letters"):
        change(agent, before.upper())
    change(agent, before)
    assert SubjectName.of(agent, None) == before
    assert SubjectName.objects.filter(agent=agent).count() == 2


def test_a_name_that_no_service_got_leaves_no_trace_when_it_changes_again(agent):
    before = SubjectName.of(agent, None)
    change(agent, "wrogn")
    change(agent, "worker-7")
    assert names(agent) == [(before, True), ("worker-7", False)]


def test_the_name_that_is_there_is_no_change(agent):
    with pytest.raises(NameIdRefused, match="now"):
        change(agent, SubjectName.of(agent, None))


def test_the_table_refuses_two_current_names_and_a_replaced_one_that_no_service_got(agent):
    SubjectName.of(agent, None)
    for fields in ({}, {"replaced_at": NOW}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SubjectName.objects.create(agent=agent, value="second", **fields)
