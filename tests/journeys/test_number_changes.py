"""A changed number: both numbers get a text, the old phone is signed out, and no log names either number."""

import pytest
from django.db import OperationalError

from idp import background
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind, LoginEvent
from idp.login.endings import number_notices
from idp.passkeys.models import Passkey
from idp.web.admin.people import number_changes
from tests.other_codes import agent_of
from tests.passkeys.kept import a_passkey
from tests.phone import NUMBER
from tests.web.conftest import a_superuser, inside
from tests.web.people_form import filled, save

NEW = "+12015550188"
OLD_TEXT = "Your number for signing in at Acme was changed. Not you? Tell your supervisor."
NEW_TEXT = "You can now sign in at Acme with this number."


@pytest.fixture
def messaging(settings):
    """An operator has named a sender."""
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"messaging_from": "+12015550100"})
    yield
    background.settle()


@pytest.fixture
def admin(flex):
    return inside(a_superuser())


def change(admin, number=NEW, **fields):
    agent = agent_of()
    page = admin.post(f"/admin/agents/agent/{agent.pk}/change/", filled(agent, number=number, **fields), follow=True)
    background.settle()
    return page


def texts(verify, number):
    return [(it.channel, it.text) for it in verify.state.messages(number)]


def lines():
    told = (Kind.NUMBER_CHANGED, Kind.NUMBER_TOLD, Kind.NUMBER_UNTOLD)
    return [(it.kind, it.detail) for it in LoginEvent.objects.filter(kind__in=told).order_by("pk")]


def test_both_numbers_get_a_text_and_the_trail_names_neither(admin, verify, messaging, capsys):
    page = change(admin)
    assert "A text about the change goes to the old number and the new number." in page.text
    assert (texts(verify, NUMBER), texts(verify, NEW)) == ([("text notice", OLD_TEXT)], [("text notice", NEW_TEXT)])
    assert lines() == [
        (Kind.NUMBER_CHANGED, "the old number and the new number, by Olivia Operator"),
        (Kind.NUMBER_TOLD, "the old number"),
        (Kind.NUMBER_TOLD, "the new number"),
    ]
    assert not [it for it in (NUMBER, NEW) if it[1:] in "".join(capsys.readouterr())]


def test_a_changed_number_removes_the_passkeys_of_the_old_phone(admin, phone):
    a_passkey(agent_of())
    change(admin)
    assert not Passkey.objects.kept().exists()
    removed = LoginEvent.objects.get(kind=Kind.FACTOR_REMOVED)
    assert removed.detail == "passkey of iPhone, Safari, number changed, by Olivia Operator"


def test_a_changed_number_signs_out_the_old_phone_and_signs_in_the_new_one(admin, phone, android, messaging):
    phone.sign_in()
    change(admin)
    assert phone.ask_flex().heading == "You were signed out"
    assert android.sign_in(NEW)["attributes"]["email"] == ["ana@acme.example"]


def test_without_a_sender_the_page_and_the_trail_say_that_nobody_is_notified(admin, verify):
    before = admin.get(f"/admin/agents/agent/{agent_of().pk}/change/")
    assert "No text announces a change," in before.text
    assert number_changes.NO_SENDER in change(admin).text
    assert not verify.state.messages()
    assert lines() == [(Kind.NUMBER_CHANGED, "the old number and the new number, by Olivia Operator, nobody is told")]


def test_a_text_that_cannot_be_delivered_is_recorded_with_twilios_error_code(admin, messaging, settings):
    twilio = settings.LATCHKEY.twilio.model_copy(update={"api_key": "SK" + "f" * 32})
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"twilio": twilio})
    change(admin)
    assert lines()[1:] == [
        (Kind.NUMBER_UNTOLD, "the old number, Twilio error 20003"),
        (Kind.NUMBER_UNTOLD, "the new number, Twilio error 20003"),
    ]


def test_each_number_is_notified_in_the_language_of_the_agent(admin, verify, messaging):
    change(admin, language="de")
    assert [text for _, text in texts(verify, NEW)] == ["Du kannst dich jetzt mit dieser Nummer bei Acme anmelden."]


def test_a_number_can_be_changed_while_twilio_is_down(admin, messaging, settings):
    twilio = settings.LATCHKEY.twilio.model_copy(update={"base_url": "http://127.0.0.1:9"})
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"twilio": twilio})
    change(admin)
    assert agent_of(NEW)
    assert [kind for kind, _ in lines()[1:]] == [Kind.NUMBER_UNTOLD] * 2


def test_both_numbers_get_a_text_although_the_database_is_too_busy_to_record_it(flex, verify, messaging, monkeypatch):
    def give_way(*_, **__):
        raise OperationalError("database is locked")

    texts_due = number_notices.of_change([NUMBER], [NEW], "en")
    monkeypatch.setattr(events, "record", give_way)
    number_notices.dispatch(agent_of(), texts_due, Origin(None, "", ""))
    background.settle()
    assert (texts(verify, NUMBER), texts(verify, NEW)) == ([("text notice", OLD_TEXT)], [("text notice", NEW_TEXT)])


def test_texts_can_be_sent_by_a_messaging_service(admin, verify, messaging, settings):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"messaging_from": "MG" + "a" * 32})
    change(admin)
    assert texts(verify, NEW) == [("text notice", NEW_TEXT)]


def test_the_same_number_in_another_spelling_notifies_nobody(admin, verify, messaging):
    change(admin, "+1 201 555-0101")
    assert (lines(), verify.state.messages()) == ([], [])


def test_a_change_that_is_rolled_back_notifies_nobody(admin, verify, messaging):
    assert "Somebody else has this number." in change(admin, "+12015550102").text
    assert (lines(), verify.state.messages()) == ([], [])


def test_a_removed_number_is_notified(admin, verify, messaging):
    change(admin, NUMBER, **{"numbers-0-DELETE": "on"})
    assert texts(verify, NUMBER) == [("text notice", OLD_TEXT)]


def test_saving_a_person_without_a_new_number_notifies_nobody(admin, verify, messaging):
    save(admin, agent_of(), full_name="Ana Maria")
    background.settle()
    assert (lines(), verify.state.messages()) == ([], [])
