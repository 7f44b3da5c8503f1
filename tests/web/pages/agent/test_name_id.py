"""The name ID on an agent's page: typed when somebody is added, fixed later, and changed with open eyes."""

import pytest

from idp.agents.models import Agent
from idp.audit.models import Kind, LoginEvent
from idp.saml.models import SubjectName
from tests.web.pages.agent.agent_page import a_helper, url, words
from tests.web.people_form import LIST, filled, save
from tests.web.pressing import press
from tests.web.seeded import a_service

WORKER = "ann.old@acme.example"


def of(agent):
    return list(SubjectName.objects.current().filter(agent=agent).values_list("value", flat=True))


def test_a_new_agent_becomes_the_worker_whose_name_the_operator_types(admin):
    admin.post(f"{LIST}add/", filled(chosen_name_id=WORKER))
    agent = Agent.objects.get(email="ana@acme.example")
    assert (of(agent), SubjectName.of(agent, None)) == ([WORKER], WORKER)
    assert LoginEvent.objects.get(kind=Kind.NAME_CHOSEN).detail == f"by Olivia Operator: {WORKER}"


def test_an_empty_name_id_is_made_at_the_first_sign_in(admin):
    admin.post(f"{LIST}add/", filled(chosen_name_id=""))
    assert not SubjectName.objects.exists()


@pytest.mark.parametrize("typed", ["Ana García", "a" * 101])
def test_a_name_id_that_flex_rejects_gets_a_sentence_and_nobody_is_added(admin, typed):
    page = admin.post(f"{LIST}add/", filled(chosen_name_id=typed))
    assert (page.status_code, "chosen_name_id" in page.context["adminform"].form.errors) == (200, True)
    assert not Agent.objects.filter(is_staff=False).exists()


def test_the_field_is_shown_until_the_first_sign_in(admin, agent):
    save(admin, agent, chosen_name_id=WORKER)
    assert of(agent) == [WORKER]
    SubjectName.of(agent, None)
    assert "chosen_name_id" not in admin.get(url(agent)).text
    save(admin, agent, chosen_name_id="slipped in", full_name="Ana Maria")
    assert of(agent) == [WORKER]


def test_saving_the_rest_of_the_form_keeps_a_chosen_name_id(admin, agent):
    save(admin, agent, chosen_name_id=WORKER)
    save(admin, agent, chosen_name_id=WORKER, full_name="Ana Maria")
    assert (of(agent), LoginEvent.objects.filter(kind=Kind.NAME_CHOSEN).count()) == ([WORKER], 1)


def test_an_operator_without_the_right_chooses_no_name_id(agent):
    helper = a_helper("view_agent", "change_agent")
    save(helper, agent, chosen_name_id="slipped in")
    assert (of(agent), helper.get(url(agent, "name-id")).status_code) == ([], 403)


def test_the_page_shows_both_workers_before_anything_changes(admin, agent):
    a_service()
    before = SubjectName.of(agent, None)
    page = press(admin, admin.get(url(agent, "name-id")), "Show what would change", value="ann@acme.org")
    said = words(page)
    assert "Flex will have Ana García twice" in said
    assert f"Friendly name {before} ann@acme.org Identity {before} ann_40acme_2Eorg" in said
    assert "full_name Ana García Ana García" in said
    assert of(agent) == [before]


@pytest.mark.parametrize(
    ("typed", "sentence"), [(WORKER, "That is already the name ID."), ("ann old", "plain ASCII, without spaces")]
)
def test_a_name_id_that_cannot_be_given_gets_a_sentence(admin, agent, typed, sentence):
    save(admin, agent, chosen_name_id=WORKER)
    page = press(admin, admin.get(url(agent, "name-id")), "Choose this name ID for Ana García", value=typed)
    assert sentence in words(page)


def test_the_name_id_changes_once_the_operator_types_the_agents_email(admin, agent):
    SubjectName.of(agent, None)
    page = press(admin, admin.get(url(agent, "name-id")), "Show what would change", value=WORKER)
    wrong = press(admin, page, "Change the name ID of Ana García", typed="ben@acme.example")
    assert "Nothing was changed." in words(wrong)
    assert of(agent) != [WORKER]
    done = press(admin, wrong, "Change the name ID of Ana García", typed="Ana@acme.example")
    assert f"From the next sign-in on, services know Ana García as {WORKER}." in words(done)
    assert of(agent) == [WORKER]


def test_the_page_says_when_the_agent_becomes_the_earlier_worker_again(admin, agent):
    before = SubjectName.of(agent, None)
    admin.post(url(agent, "name-id"), {"value": WORKER, "typed": agent.email})
    SubjectName.of(agent, None)
    page = admin.post(url(agent, "name-id"), {"value": before})
    assert "Flex goes back to the earlier worker of Ana García" in words(page)


def test_before_the_first_sign_in_the_name_id_is_chosen_without_confirmation(admin, agent):
    press(admin, admin.get(url(agent, "name-id")), "Choose this name ID for Ana García", value=WORKER)
    assert of(agent) == [WORKER]
