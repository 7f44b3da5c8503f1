"""Agents in the admin: roles to tick, numbers in any spelling, and what ends their sign-ins."""

import pytest
from lxml import html

from idp.agents.models import Agent, Device, Reason
from idp.audit.models import LoginEvent
from idp.otp import sends, verifications
from idp.otp.channels import Channel
from idp.otp.identifiers import PhoneNumber
from idp.otp.limits.asker import Asker
from idp.otp.models import PhoneAuthenticator, Verification
from idp.sessions.models import SsoSession
from tests.conftest import NOW, an_agent
from tests.web.conftest import a_superuser, inside
from tests.web.people_form import DEVICES, LIST, filled, save
from tests.web.seeded import a_number, a_signed_in_agent


@pytest.fixture
def signed_in(db, keys):
    """An agent who is signed in on a phone and a computer."""
    return a_signed_in_agent(NOW).agent


def active(agent):
    return Device.objects.of(agent).active().count()


def test_an_agent_is_added_with_roles_and_number_and_without_a_password(admin):
    assert admin.post(f"{LIST}add/", filled(flex_roles=["agent", "admin", "wfo.full_access"])).status_code == 302
    agent = Agent.objects.get(email="ana@acme.example")
    assert agent.role_names == ("agent", "admin", "wfo.full_access")
    assert not agent.has_usable_password()
    assert agent.numbers.get().number == "+12015550142"


@pytest.mark.parametrize(
    "typed",
    [
        "+12015550142",
        "+1 (201) 555-0142",
        "001 201 555 0142",
        "+1.201.555.0142",
        "+\N{FULLWIDTH DIGIT ONE}\N{ARABIC-INDIC DIGIT TWO}01 555 0142",
    ],
)
def test_a_number_in_any_spelling_is_stored_in_one_form(admin, typed):
    admin.post(f"{LIST}add/", filled(number=typed))
    assert PhoneAuthenticator.objects.get().number == "+12015550142"


def test_a_pasted_name_turns_no_sentence_about_its_agent_around(admin):
    admin.post(f"{LIST}add/", filled(full_name="\u202bAna\u202c García\u202e"))
    assert Agent.objects.get(email="ana@acme.example").full_name == "Ana García"


@pytest.mark.parametrize("pasted", ["Ana García <ana@acme.example>", "mailto:ana@acme.example"])
def test_an_email_is_stored_without_what_was_pasted_around_it(admin, pasted):
    admin.post(f"{LIST}add/", filled(email=pasted))
    assert Agent.objects.get(full_name="Ana García").email == "ana@acme.example"


@pytest.mark.parametrize("empty", ["\u202e", " \u2067 \u2069 "], ids=ascii)
def test_a_name_of_marks_of_direction_is_none(admin, empty):
    assert "Nothing of this name can be seen." in admin.post(f"{LIST}add/", filled(full_name=empty)).text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"number": "201 555 0142"}, "Start with + and your country code"),
        ({"number": "+1 201"}, "That number is too short"),
        ({"number": "ana@acme.example"}, "Start with + and your country code"),
        ({"number": "call me"}, "Use digits only"),
        ({"flex_roles": []}, "Choose at least one of agent, supervisor and admin."),
        ({"flex_roles": ["wfo.team_leader"]}, "Choose at least one of agent, supervisor and admin."),
        ({"flex_roles": ["supervisor"]}, "A supervisor or admin needs an Insights role"),
        ({"flex_roles": ["emperor"]}, "is not one of the available choices"),
        ({"email": "not an email"}, "Enter a valid email address."),
        ({"full_name": ""}, "This field is required."),
    ],
)
def test_faulty_fields_of_an_agent_get_a_sentence_and_nothing_is_saved(admin, fields, sentence):
    page = admin.post(f"{LIST}add/", filled(**fields))
    assert (page.status_code, sentence in page.text) == (200, True)
    assert not Agent.objects.filter(is_staff=False).exists()


@pytest.mark.each_database
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"number": "+1 201 555 0101", "email": "new@acme.example"}, "Somebody else has this number."),
        ({"email": "ANA@Acme.example"}, "Somebody already has this email."),
        ({"email": "ana@acme.example"}, "Somebody already has this email."),
    ],
    ids=["number", "email in other letters", "email"],
)
def test_an_email_or_number_of_somebody_else_gets_a_sentence(admin, agent, fields, sentence):
    page = admin.post(f"{LIST}add/", filled(**fields))
    assert (page.status_code, sentence in page.text) == (200, True)


@pytest.mark.each_database
def test_a_number_cannot_be_taken_from_somebody_by_an_edit(admin, agent):
    other = an_agent(a_number(2), "ben@acme.example")
    assert "Somebody else has this number." in save(admin, other, number="+12015550101").text


def test_saving_without_a_change_signs_nobody_out(admin, signed_in):
    assert save(admin, signed_in, number="+1 201 555-0101").status_code == 302
    assert active(signed_in) == 2


def test_changing_roles_and_name_signs_nobody_out(admin, signed_in):
    save(admin, signed_in, full_name="Ana Maria", flex_roles=["agent", "supervisor", "wfo.team_leader"])
    signed_in = Agent.objects.get(pk=signed_in.pk)
    assert signed_in.role_names == ("agent", "supervisor", "wfo.team_leader")
    assert active(signed_in) == 2


def test_switching_an_agent_off_signs_out_every_device_with_a_line_each(admin, signed_in):
    save(admin, signed_in, is_active="")
    assert set(Device.objects.of(signed_in).values_list("reason", flat=True)) == {Reason.SWITCHED_OFF}
    assert not SsoSession.objects.filter(ended_at=None).exists()
    assert LoginEvent.objects.filter(kind="device ended", detail__contains="Olivia Operator").count() == 2


def test_another_number_signs_out_every_device(admin, signed_in):
    save(admin, signed_in, number="+1 201 555 0177")
    assert set(Device.objects.of(signed_in).values_list("reason", flat=True)) == {Reason.NUMBER_CHANGED}
    assert signed_in.numbers.get().number == "+12015550177"


def test_removing_the_number_signs_out_every_device(admin, signed_in):
    save(admin, signed_in, **{"numbers-0-DELETE": "on"})
    assert (active(signed_in), signed_in.numbers.count()) == (0, 0)


def test_a_code_sent_to_the_old_number_no_longer_works(admin, agent):
    asked = sends.reserve(PhoneNumber("+12015550101"), Channel.SMS, Asker(None, None), NOW)
    save(admin, agent, number="+1 201 555 0177")
    assert Verification.objects.get(pk=asked.verification.pk).ended_at is not None
    assert not verifications.approve(asked.verification, NOW)


@pytest.mark.each_database
def test_an_agent_cannot_be_deleted_because_the_trail_refers_to_them(admin, agent):
    assert admin.post(f"{LIST}{agent.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in admin.get(LIST).text


@pytest.mark.each_database
@pytest.mark.parametrize("typed", ["garcía", "ANA@", "+1 (201) 555-0101", "5550101"])
def test_an_agent_is_found_by_name_email_or_number_in_any_spelling(admin, agent, typed):
    an_agent(a_number(2), "ben@acme.example", full_name="Ben")
    found = admin.get(LIST, {"q": typed}).context["cl"].result_list
    assert [it.email for it in found] == ["ana@acme.example"]


def test_the_list_shows_only_the_last_digits_of_a_number(admin, agent):
    page = admin.get(LIST).text
    assert "…0101" in page
    assert "2015550101" not in page


# Rights


@pytest.fixture
def helper(db):
    """An operator who may look after agents, and is no superuser."""
    from django.contrib.auth.models import Permission

    helper = a_superuser("helper@acme.example", is_superuser=False)
    wanted = ["view_agent", "add_agent", "change_agent", "view_device"]
    helper.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    return helper


def test_an_operator_with_rights_on_agents_cannot_grant_rights(helper, agent):
    rights = {"is_staff": "on", "is_superuser": "on"}
    assert save(inside(helper), agent, full_name="Ana Maria", **rights).status_code == 302
    agent.refresh_from_db()
    assert (agent.full_name, agent.is_staff, agent.is_superuser) == ("Ana Maria", False, False)


def test_an_operator_with_rights_on_agents_cannot_change_operators(helper, operator):
    PhoneAuthenticator.objects.create(user=operator, name="mobile number", number=a_number(3))
    assert save(inside(helper), operator, email="mine@acme.example").status_code == 403
    app = operator.totpdevice_set.get()
    assert inside(helper).post(f"/admin/otp_totp/totpdevice/{app.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_superuser_makes_somebody_an_operator_without_roles(admin):
    fields = {"is_staff": "on", "flex_roles": [], "number": ""}
    assert admin.post(f"{LIST}add/", filled(**fields)).status_code == 302
    assert Agent.objects.get(email="ana@acme.example").role_names == ()


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [
        ("is_active", "You cannot switch yourself off."),
        ("is_staff", "You cannot take this right from yourself."),
        ("is_superuser", "You cannot take this right from yourself."),
    ],
)
def test_operators_cannot_lock_themselves_out_by_their_own_form(admin, operator, left_out, sentence):
    own = {"full_name": operator.full_name, "email": operator.email, "number": "", "flex_roles": []}
    rights = {"is_active": "on", "is_staff": "on", "is_superuser": "on"}
    form = filled(**own, **rights)
    del form[left_out]
    page = admin.post(f"{LIST}{operator.pk}/change/", form)
    assert (page.status_code, sentence in page.text) == (200, True)
    assert getattr(Agent.objects.get(pk=operator.pk), left_out)


def test_a_superuser_takes_the_rights_of_another_one(admin, operator):
    other = a_superuser("other@acme.example")
    form = filled(full_name="Other", email=other.email, number="", is_active="")
    assert admin.post(f"{LIST}{other.pk}/change/", form).status_code == 302
    other.refresh_from_db()
    assert (other.is_active, other.is_staff, other.is_superuser) == (False, False, False)


# Devices


def sign_out(admin, agent):
    chosen = [str(it.pk) for it in Device.objects.of(agent)]
    return admin.post(DEVICES, {"action": "sign_out_chosen", "_selected_action": chosen}, follow=True)


@pytest.mark.each_database
def test_chosen_devices_are_signed_out_with_a_line_each(admin, signed_in):
    assert "2 signed out here." in sign_out(admin, signed_in).text
    assert set(Device.objects.of(signed_in).values_list("reason", flat=True)) == {Reason.OPERATOR}
    lines = LoginEvent.objects.filter(kind="device ended")
    assert {(it.agent, it.detail, it.address) for it in lines} == {
        (signed_in, "signed out by an operator (Olivia Operator)", "127.0.0.1")
    }


def test_signing_out_again_changes_nothing(admin, signed_in):
    sign_out(admin, signed_in)
    assert "0 signed out here." in sign_out(admin, signed_in).text


def test_the_button_on_a_device_names_agent_and_device_and_signs_it_out(admin, signed_in):
    device = Device.objects.of(signed_in).phones().get()
    page = f"{DEVICES}{device.pk}/change/"
    assert "Sign out Agent 1: iPhone, Safari" in admin.get(page).text
    assert "Agent 1 is signed out of iPhone, Safari." in admin.post(f"{DEVICES}{device.pk}/sign-out/", follow=True).text
    assert "Sign out Agent 1" not in admin.get(page).text
    assert active(signed_in) == 1


def test_an_operator_who_may_only_view_devices_signs_nobody_out(helper, signed_in):
    browser = inside(helper)
    sign_out(browser, signed_in)
    device = Device.objects.of(signed_in).first()
    assert browser.post(f"{DEVICES}{device.pk}/sign-out/").status_code == 403
    assert "Sign out Agent" not in browser.get(f"{DEVICES}{device.pk}/change/").text
    assert active(signed_in) == 2


@pytest.mark.each_database
def test_devices_are_found_and_filtered(admin, signed_in):
    sign_out(admin, signed_in)
    assert "iPhone, Safari" in admin.get(DEVICES, {"q": "agent-1@", "reason": "operator", "kind": "mobile"}).text
    assert "0 devices" in admin.get(DEVICES, {"standing": "open"}).text


def test_a_new_agent_starts_with_the_role_agent(admin):
    ticked = html.fromstring(admin.get(f"{LIST}add/").content).findall(".//input[@name='flex_roles'][@checked]")
    assert [it.get("value") for it in ticked] == ["agent"]
