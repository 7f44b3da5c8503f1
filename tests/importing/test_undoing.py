"""Imports that are undone within a day: everyone as they were before, unless somebody has changed them since."""

from datetime import timedelta

import pytest

from idp.agents.models import Agent, Device
from idp.audit.models import LoginEvent
from idp.importing import undoing
from idp.importing.imports import Refused
from idp.importing.models import Import, ImportedAgent
from idp.otp.models import PhoneAuthenticator
from idp.otp.safe_list import listings
from tests.conftest import NOW, an_agent
from tests.importing.files import HEADINGS, ZOE
from tests.importing.written import LATER, SHORT, number_of, write


def test_an_undo_restores_everyone_and_removes_new_people(who, signed_in):
    signed_in.refresh_from_db()
    before = Agent.objects.filter(pk=signed_in.pk).values().get()
    rows = [[signed_in.email, "+12015550177", "no", "", ""], ["zoe@acme.example", "+12015550101", "", "Zoe", "agent"]]
    done = write(who, *rows, headings=[*SHORT, "Full name", "Roles"])
    undone = undoing.undo(done, who, LATER)
    assert (undone.back, undone.removed, undone.kept) == (1, 1, ())
    assert Agent.objects.filter(is_staff=False).values().get() == before
    assert number_of(signed_in) == "+12015550101"
    assert (
        LoginEvent.objects.get(kind="import undone").detail == "1 put back, 1 removed, 0 switched off, by command line"
    )


def test_an_undo_leaves_ended_sign_ins_ended_and_counts_them(who, signed_in):
    done = write(who, [signed_in.email, "", "no"])
    assert ImportedAgent.objects.get().ended == 2
    undoing.undo(done, who, LATER)
    assert not Device.objects.active().exists()


def test_an_undo_switches_off_a_new_person_that_the_trail_names(who):
    done = write(who, ZOE, headings=HEADINGS)
    zoe = Agent.objects.get()
    LoginEvent.objects.create(at=NOW, kind="code sent", agent=zoe, reference="x")
    assert undoing.undo(done, who, LATER).kept == ("Zoë Ümlaut",)
    zoe.refresh_from_db()
    assert not zoe.is_active


def test_an_undo_keeps_a_new_person_whose_number_is_on_twilios_safe_list(who):
    done = write(who, ZOE, headings=HEADINGS)
    listings.ask(NOW)
    assert undoing.undo(done, who, LATER).kept == ("Zoë Ümlaut",)


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
        undoing.undo(done, who, LATER)
    assert Import.objects.get().undone_at is None


@pytest.mark.parametrize("after", [timedelta(hours=24), timedelta(days=9)], ids=str)
def test_an_import_cannot_be_undone_after_a_day(who, agent, after):
    done = write(who, [agent.email, "+12015550177", ""])
    with pytest.raises(Refused, match="can no longer be undone"):
        undoing.undo(done, who, NOW + after)


def test_an_import_is_undone_once(who, agent):
    done = write(who, [agent.email, "+12015550177", ""])
    undoing.undo(done, who, LATER)
    with pytest.raises(Refused, match="can no longer be undone"):
        undoing.undo(done, who, LATER)
