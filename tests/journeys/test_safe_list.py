"""An operator puts agents' numbers on Twilio's safe list; an agent who leaves is removed from it."""

import json
from io import StringIO

import pytest
import requests
from django.core.management import call_command

from idp import background
from idp.agents.models import Agent
from idp.audit.models import Kind, LoginEvent
from idp.otp.models import PhoneAuthenticator, SafeListing
from tests.conftest import an_agent, an_operator
from tests.phone import NUMBER
from tests.web.conftest import a_superuser, inside
from tests.web.people_form import filled, save

PAGE = "/admin/safe-list/"
AGENTS = "/admin/agents/agent/"
FRAUD = "+12015550192"
NOT_OPEN = "Twilio has not opened its safe list for our account"


@pytest.fixture
def two(transactional_db, verify):
    """Ana, and an agent whose number Fraud Guard blocks."""
    an_agent()
    an_agent(FRAUD, "flora@acme.example", full_name="Flora")


@pytest.fixture
def admin(two):
    """An operator's browser."""
    yield inside(a_superuser())
    background.settle()


def ask(admin, **data):
    page = admin.post(PAGE, {"act": "ask", **data}, follow=True)
    background.settle()
    return page


def agent_with(number):
    return Agent.objects.get(numbers__number=number)


def lines():
    return [(it.agent and it.agent.full_name, it.detail) for it in LoginEvent.objects.filter(kind=Kind.SAFE_LIST)]


def at_twilio(verify, number):
    verify.state.advance(61)  # looking is a request too
    return isinstance(verify.state.safe_list_find(number), str)


def test_an_agent_blocked_by_fraud_guard_gets_a_text_once_on_the_safe_list(phone, clock):
    admin = inside(a_superuser())
    phone.ask_code(phone.ask_flex(), FRAUD)
    clock.shift(31)
    enrolled = PhoneAuthenticator.objects.filter(user__is_active=True).count()
    assert f"Put {enrolled} on the list" in admin.get(PAGE).text
    assert "The requests are on their way to Twilio." in ask(admin).text
    assert SafeListing.objects.filter(listed_at__isnull=False).count() == enrolled
    page = admin.get(PAGE).text
    assert ("The list is up to date." in page, "Put 0" in page) == (True, False)
    assert phone.like().sign_in(FRAUD)["signed_in"]


def test_chosen_agents_are_previewed_and_only_they_are_listed(admin, verify):
    chosen = [agent_with(NUMBER).pk, agent_with(FRAUD).pk]
    page = admin.post(AGENTS, {"action": "put_on_safe_list", "_selected_action": chosen})
    assert ("the 2 agents you chose" in page.text, "Put 2 on the list" in page.text) == (True, True)
    assert SafeListing.objects.count() == 0
    ask(admin, agent=chosen)
    assert set(SafeListing.objects.values_list("number", flat=True)) == {NUMBER, FRAUD}
    assert (None, "2 asked for, 0 to leave, by Olivia Operator") in lines()
    assert ("Ana García", "put on") in lines()


def test_an_agent_who_is_switched_off_is_removed_from_the_list(admin, verify):
    ana = agent_with(NUMBER)
    ask(admin, agent=[ana.pk])
    save(admin, ana, is_active="")
    background.settle()
    assert not at_twilio(verify, NUMBER)
    assert ("Ana García", "taken off") in lines()


def test_a_changed_number_replaces_the_old_one_on_the_list(admin, verify):
    ana = agent_with(NUMBER)
    ask(admin, agent=[ana.pk])
    admin.post(f"{AGENTS}{ana.pk}/change/", filled(ana, number="+12015550188"), follow=True)
    background.settle()
    assert (at_twilio(verify, NUMBER), at_twilio(verify, "+12015550188")) == (False, True)


def test_page_and_command_say_so_if_twilio_has_not_enabled_the_list(admin, verify):
    requests.post(f"{verify.url}/control", json={"safe_list": False}, timeout=5)
    ask(admin)
    assert NOT_OPEN in admin.get(PAGE).text
    assert verify.state.counters()["paths"]["POST SafeList/Numbers"] == 1
    SafeListing.objects.update(due_at=SafeListing.objects.first().asked_at)
    said = StringIO()
    with pytest.raises(SystemExit):
        call_command("safe_list", stdout=StringIO(), stderr=said)
    assert NOT_OPEN in said.getvalue()


def test_the_timer_continues_after_twilios_rate_limit(admin, verify, clock):
    for _ in range(30):
        verify.state.safe_list_find(NUMBER)
    ask(admin)
    assert set(SafeListing.objects.exclude(verdict="").values_list("verdict", "code")) == {("too many requests", 20429)}
    clock.shift(61)
    verify.state.advance(61)
    call_command("safe_list", stdout=StringIO(), stderr=StringIO())
    assert not SafeListing.objects.filter(listed_at=None).exists()


def test_numbers_without_an_answer_from_twilio_can_be_tried_again_at_once(admin, verify):
    ana = agent_with(NUMBER)
    requests.post(f"{verify.url}/control", json={"faults": [{"kind": "drop"}]}, timeout=5)
    ask(admin, agent=[ana.pk])
    assert "no usable answer" in admin.get(PAGE).text
    ask(admin, act="again")
    assert SafeListing.objects.get().listed_at is not None


def test_the_command_counts_first_lists_one_or_all_and_prints_no_number(two):
    out, said = StringIO(), StringIO()
    call_command("safe_list", "--all", "--dry-run", stdout=out, stderr=said)
    assert (" new, 0 on the list" in out.getvalue(), SafeListing.objects.count()) == (True, 0)
    out = StringIO()
    call_command("safe_list", "--agent", agent_with(NUMBER).email, "--json", stdout=out, stderr=said)
    (row,) = json.loads(out.getvalue())
    assert row == {"agent": agent_with(NUMBER).email, "act": "put on", "verdict": "done", "code": None}
    assert NUMBER[-4:] not in out.getvalue() + said.getvalue()


def test_an_operator_without_the_right_neither_sees_the_page_nor_sends_its_form(two):
    reader = inside(an_operator("reader@acme.example", is_superuser=False))
    assert (reader.get(PAGE).status_code, reader.post(PAGE).status_code) == (403, 403)
    assert SafeListing.objects.count() == 0


def test_a_form_without_a_valid_agent_lists_nobody(admin):
    ask(admin, agent=["nonsense"])
    assert SafeListing.objects.count() == 0
