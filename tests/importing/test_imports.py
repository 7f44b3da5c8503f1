"""Imports that are written: what follows from each change, and all or nothing."""

import pytest

from idp.agents.models import Agent, Department, Device, Reason
from idp.audit.models import LoginEvent
from idp.importing import imports
from idp.importing.imports import Refused
from idp.importing.models import Import, ImportedAgent
from idp.otp import verifications
from idp.otp.models import PhoneAuthenticator, Verification
from idp.sessions.models import SsoSession
from idp.sql import batches
from tests.conftest import NOW, an_agent
from tests.importing.files import HEADINGS, MAX, ZOE
from tests.importing.written import number_of, take_in, write


def reasons(agent):
    return set(Device.objects.of(agent).values_list("reason", flat=True))


def test_a_language_is_written_and_stays_if_a_file_has_none(who, agent):
    write(who, [agent.email, "es"], headings=["Email", "Language"])
    write(who, [agent.email, "Ana"], headings=["Email", "Name"])
    assert Agent.objects.get(pk=agent.pk).language == "es"


def test_an_imported_agent_can_sign_in_like_one_added_by_hand(who):
    write(who, ZOE, MAX, headings=HEADINGS)
    zoe = Agent.objects.get(email="zoe@acme.example")
    assert (zoe.full_name, zoe.department.name, zoe.role_names) == ("Zoë Ümlaut", "Support", ("agent",))
    assert (zoe.is_active, zoe.is_staff, zoe.has_usable_password()) == (True, False, False)
    assert (number_of(zoe), PhoneAuthenticator.objects.get(user=zoe).confirmed) == ("+12015550171", True)
    assert LoginEvent.objects.get().detail == "2 new, 0 changed, 0 switched off, by command line"
    assert bytes(Import.objects.get().content) == b""


def test_a_row_changes_only_the_fields_that_it_has(who, agent):
    before = Agent.objects.filter(pk=agent.pk).values().get()
    write(who, [agent.email, "wfo.team_leader agent", "yes"], headings=["Email", "Roles", "May use app"])
    assert Agent.objects.filter(pk=agent.pk).values().get() == before | {"may_use_app": True}
    assert Agent.objects.get().role_names == ("agent", "wfo.team_leader")
    assert number_of(agent) == "+12015550101"


def test_an_agent_switched_off_by_a_file_is_signed_out_with_lines_in_the_trail(who, signed_in):
    write(who, [signed_in.email, "", "no"])
    assert reasons(signed_in) == {Reason.SWITCHED_OFF}
    assert not SsoSession.objects.filter(ended_at=None).exists()
    lines = LoginEvent.objects.filter(kind="device ended").values_list("detail", flat=True)
    assert set(lines) == {"the agent was switched off (command line)"}


def test_a_changed_number_has_the_same_effects_as_by_hand(who, signed_in):
    open_one = Verification.objects.get(ended_at=None)
    write(who, [signed_in.email, "+1 201 555 0177", ""])
    assert (number_of(signed_in), reasons(signed_in)) == ("+12015550177", {Reason.NUMBER_CHANGED})
    assert not verifications.approve(open_one, NOW)
    detail = LoginEvent.objects.get(kind="number changed").detail
    assert detail == "the old number and the new number, by command line, nobody is told"


def test_a_number_is_removed_and_another_set_for_the_first_time(who, agent):
    write(who, [agent.email, "-", ""])
    assert not PhoneAuthenticator.objects.exists()
    write(who, [agent.email, "+12015550108", ""])
    assert number_of(agent) == "+12015550108"


def test_two_agents_swap_their_numbers(who, agent):
    ben = an_agent("+12015550102", "ben@acme.example")
    write(who, [agent.email, "+12015550102", ""], [ben.email, "+12015550101", ""])
    assert (number_of(agent), number_of(ben)) == ("+12015550102", "+12015550101")


def test_a_new_agent_gets_the_number_that_another_row_frees(who, agent):
    rows = [[agent.email, "+12015550109", "", ""], ["zoe@acme.example", "+12015550101", "Zoe", "agent"]]
    write(who, *rows, headings=["Email", "Mobile number", "Full name", "Roles"])
    assert number_of(Agent.objects.get(email="zoe@acme.example")) == "+12015550101"


def test_missing_agents_are_switched_off_if_chosen_and_operators_are_not(who, signed_in):
    ben = an_agent("+12015550102", "ben@acme.example")
    operator = Agent.objects.create(email="olivia@acme.example", full_name="Olivia", is_staff=True)
    write(who, [ben.email, "", ""], missing_off=True, most_missing=50)
    left = set(Agent.objects.filter(is_active=True).values_list("email", flat=True))
    assert left == {ben.email, operator.email}
    assert reasons(signed_in) == {Reason.SWITCHED_OFF}


# All or nothing


def test_a_reviewed_import_is_not_written_if_people_changed_since(who, agent):
    waiting = take_in(who, [agent.email, "+12015550177", ""])
    prepared = imports.prepare(waiting, who)
    Agent.objects.filter(pk=agent.pk).update(full_name="Ana Maria")
    with pytest.raises(Refused, match="Somebody has changed people since"):
        imports.write(waiting, prepared, who, NOW)
    assert number_of(agent) == "+12015550101"


def test_an_import_is_written_once(who, agent):
    done = write(who, [agent.email, "+12015550177", ""])
    waiting = take_in(who, [agent.email, "+12015550178", ""])
    prepared = imports.prepare(waiting, who)
    with pytest.raises(Refused, match="has already been applied"):
        imports.write(done, prepared, who, NOW)
    assert number_of(agent) == "+12015550177"


def test_a_written_file_cannot_be_discarded(who, agent):
    waiting, other = take_in(who, [agent.email, "+1 201 555 0177"]), take_in(who, [agent.email, "-"])
    imports.write(waiting, imports.prepare(waiting, who), who, NOW)
    assert (imports.forget(Import(pk=waiting.pk)), imports.forget(other)) == (False, True)
    assert list(Import.objects.all()) == [waiting]
    assert ImportedAgent.objects.filter(of=waiting).exists()


def test_a_discarded_file_cannot_be_written(who, agent):
    waiting = take_in(who, [agent.email, "+12015550177", ""])
    prepared = imports.prepare(waiting, who)
    assert imports.forget(Import(pk=waiting.pk))
    with pytest.raises(Refused, match="has been discarded meanwhile"):
        imports.write(waiting, prepared, who, NOW)
    assert number_of(agent) == "+12015550101"


def test_a_fault_half_way_leaves_nothing_written(who, agent, monkeypatch):
    monkeypatch.setattr(batches, "PER_STATEMENT", 1)
    rows = [[f"new-{nth}@acme.example", "New", "agent"] for nth in range(3)]
    waiting = take_in(who, *rows, headings=["Email", "Name", "Roles"])

    def break_off(count):
        if count == 2:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        imports.write(waiting, imports.prepare(waiting, who), who, NOW, break_off)
    assert list(Agent.objects.all()) == [agent]
    assert Import.objects.filter(applied_at=None).count() == 1


def test_the_number_of_queries_does_not_grow_with_the_rows(who, django_assert_max_num_queries):
    rows = [[f"new-{nth}@acme.example", f"+1201555{nth:04}", "New", "agent", "Sales"] for nth in range(300)]
    waiting = take_in(who, *rows, headings=["Email", "Mobile number", "Name", "Roles", "Team"])
    with django_assert_max_num_queries(40):
        imports.write(waiting, imports.prepare(waiting, who), who, NOW)
    assert (Agent.objects.count(), Department.objects.get().name) == (300, "Sales")
