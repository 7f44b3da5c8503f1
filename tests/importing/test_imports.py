"""Imports that are written: what follows from each change, all or nothing, and back again within a day."""

from datetime import timedelta

import pytest

from idp.agents.models import Agent, Department, Device, Reason
from idp.audit.events import Origin
from idp.audit.models import LoginEvent
from idp.importing import imports
from idp.importing.imports import Importer, Refused
from idp.importing.models import Import, ImportedAgent
from idp.otp import verifications
from idp.otp.models import PhoneAuthenticator, Verification
from idp.otp.safe_list import listings
from idp.sessions.models import SsoSession
from idp.sql import batches
from tests.conftest import NOW, an_agent
from tests.importing.files import HEADINGS, MAX, ZOE, a_file
from tests.web.seeded import a_signed_in_agent

SHORT = ["Email", "Mobile number", "May sign in"]
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def who(db):
    return Importer(None, Agent.objects.all(), operators=True, origin=Origin(None, "", "7KQ2M-9TX4D"))


@pytest.fixture
def signed_in(db, keys):
    """Agent 1, who is signed in on a phone and a computer."""
    return a_signed_in_agent(NOW).agent


def take_in(who, *rows, headings=SHORT, **more):
    options = {"missing_off": False, "most_missing": 25} | more
    return imports.take_in(a_file(*rows, headings=headings), "team.csv", who, NOW, **options)


def write(who, *rows, headings=SHORT, **more):
    waiting = take_in(who, *rows, headings=headings, **more)
    imports.write(waiting, imports.prepare(waiting, who), who, NOW)
    return waiting


def number_of(agent):
    return PhoneAuthenticator.objects.get(user=agent).number


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


# Back again


def test_an_undo_restores_everyone_and_removes_new_people(who, signed_in):
    signed_in.refresh_from_db()
    before = Agent.objects.filter(pk=signed_in.pk).values().get()
    rows = [[signed_in.email, "+12015550177", "no", "", ""], ["zoe@acme.example", "+12015550101", "", "Zoe", "agent"]]
    done = write(who, *rows, headings=[*SHORT, "Full name", "Roles"])
    undone = imports.undo(done, who, LATER)
    assert (undone.back, undone.removed, undone.kept) == (1, 1, ())
    assert Agent.objects.filter(is_staff=False).values().get() == before
    assert number_of(signed_in) == "+12015550101"
    assert (
        LoginEvent.objects.get(kind="import undone").detail == "1 put back, 1 removed, 0 switched off, by command line"
    )


def test_an_undo_leaves_ended_sign_ins_ended_and_counts_them(who, signed_in):
    done = write(who, [signed_in.email, "", "no"])
    assert ImportedAgent.objects.get().ended == 2
    imports.undo(done, who, LATER)
    assert not Device.objects.active().exists()


def test_an_undo_switches_off_a_new_person_that_the_trail_names(who):
    done = write(who, ZOE, headings=HEADINGS)
    zoe = Agent.objects.get()
    LoginEvent.objects.create(at=NOW, kind="code sent", agent=zoe, reference="x")
    assert imports.undo(done, who, LATER).kept == ("Zoë Ümlaut",)
    zoe.refresh_from_db()
    assert not zoe.is_active


def test_an_undo_keeps_a_new_person_whose_number_is_on_twilios_safe_list(who):
    done = write(who, ZOE, headings=HEADINGS)
    listings.ask(NOW)
    assert imports.undo(done, who, LATER).kept == ("Zoë Ümlaut",)


def a_name(agent):
    Agent.objects.filter(pk=agent.pk).update(full_name="Ana Maria")


def a_number(agent):
    PhoneAuthenticator.objects.update(number="+12015550178")


def a_former_number(_):
    an_agent("+12015550101", "eve@acme.example", full_name="Eve")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (a_name, "Ana García .* was changed since"),
        (a_number, "was changed since"),
        (a_former_number, "Eve has the former number of Ana García"),
    ],
)
def test_nothing_is_undone_if_the_same_people_changed_since(who, agent, change, sentence):
    done = write(who, [agent.email, "+12015550177", ""])
    change(agent)
    with pytest.raises(Refused, match=f"Nothing was undone. .*{sentence}"):
        imports.undo(done, who, LATER)
    assert Import.objects.get().undone_at is None


@pytest.mark.parametrize("after", [timedelta(hours=24), timedelta(days=9)], ids=str)
def test_an_import_cannot_be_undone_after_a_day(who, agent, after):
    done = write(who, [agent.email, "+12015550177", ""])
    with pytest.raises(Refused, match="can no longer be undone"):
        imports.undo(done, who, NOW + after)


def test_an_import_is_undone_once(who, agent):
    done = write(who, [agent.email, "+12015550177", ""])
    imports.undo(done, who, LATER)
    with pytest.raises(Refused, match="can no longer be undone"):
        imports.undo(done, who, LATER)


def test_the_number_of_queries_does_not_grow_with_the_rows(who, django_assert_max_num_queries):
    rows = [[f"new-{nth}@acme.example", f"+1201555{nth:04}", "New", "agent", "Sales"] for nth in range(300)]
    waiting = take_in(who, *rows, headings=["Email", "Mobile number", "Name", "Roles", "Team"])
    with django_assert_max_num_queries(40):
        imports.write(waiting, imports.prepare(waiting, who), who, NOW)
    assert (Agent.objects.count(), Department.objects.get().name) == (300, "Sales")
