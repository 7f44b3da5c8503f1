"""A supervisor at the line: acts on one and on many reach their own people, and nobody above them."""

import pytest

from idp.agents.models import Agent, Device
from idp.otp.models import OneTimeCode
from tests.conftest import an_agent
from tests.devices import IPHONE
from tests.web.departments.forged import FORGED, STRANGE
from tests.web.departments.place import a_supervisor, changed, of, rows
from tests.web.people_form import DEVICES, LIST

pytestmark = pytest.mark.each_database


@pytest.mark.parametrize("across", ["0", "1"])
def test_nobody_of_another_department_is_signed_out_among_many(place, across):
    before = of(place.ben)
    chosen = [str(it.pk) for it in Device.objects.all()]
    fields = {"action": "sign_out_chosen", "_selected_action": chosen, "select_across": across}
    assert "2 signed out here" in place.browser.post(DEVICES, fields, follow=True).text
    assert (of(place.ben), Device.objects.of(place.ana).active().count()) == (before, 0)


@pytest.mark.parametrize("across", ["0", "1"])
def test_nobody_of_another_department_is_exported(place, across):
    chosen = [str(it.pk) for it in Agent.objects.all()]
    fields = {"action": "export_chosen", "_selected_action": chosen, "select_across": across}
    for text in (place.browser.post(LIST, fields).text, place.browser.post(f"{LIST}export/").text):
        assert [it for it in (*STRANGE, "Sue", "Olivia") if it in text] == []
        assert "agent-1@acme.example" in text


def test_acts_of_operators_are_not_done_for_supervisors(place):
    before = rows()
    chosen = [str(place.ana.pk)]
    for act in ("put_on_safe_list", "delete_selected"):
        place.browser.post(LIST, {"action": act, "_selected_action": chosen, "post": "yes"})
    assert changed(before, rows()) == []


def above(place):
    """Somebody of Sue's department who may do in Flex what she may not give."""
    roles = ("agent", "supervisor", "wfo.full_access")
    return an_agent("+12015550150", "chief@acme.example", roles, full_name="Chief", department=place.theirs)


def test_an_agent_with_a_role_that_the_supervisor_may_not_grant_is_out_of_reach(place):
    chief = above(place)
    before = of(chief)
    for act in ("change", "one-time-code", "lift-pause", "remove-app", "remove-passkeys"):
        assert place.browser.post(f"{LIST}{chief.pk}/{act}/", {"reason": "forged"}).status_code == 404
    assert (of(chief), "Chief" in place.browser.get(LIST).text) == (before, False)


def test_a_supervisor_who_may_grant_that_role_reaches_its_holders(place):
    chief = above(place)
    roles = ("agent", "supervisor", "wfo.full_access")
    _, browser = a_supervisor(email="more@acme.example", roles=roles)
    assert browser.get(f"{LIST}{chief.pk}/change/").status_code == 200


def test_operators_and_supervisors_are_out_of_every_supervisors_reach(place, operator):
    colleague, _ = a_supervisor(email="colleague@acme.example", department=place.theirs)
    Agent.objects.filter(pk__in=[operator.pk, place.sue.pk]).update(department=place.theirs)
    before = rows()
    for person in (operator, place.sue, colleague):
        for act in ("change", "history", "one-time-code"):
            assert place.browser.get(f"{LIST}{person.pk}/{act}/").status_code == 404
            assert place.browser.post(f"{LIST}{person.pk}/{act}/", FORGED).status_code == 404
    assert changed(before, rows()) == []


def test_a_supervisor_gives_and_revokes_a_one_time_code(clock, place):
    page = place.browser.post(f"{LIST}{place.ana.pk}/one-time-code/", {"reason": "SIM broken"})
    assert page.status_code == 200
    assert OneTimeCode.objects.get(agent=place.ana).given_by == place.sue
    place.browser.post(f"{LIST}{place.ana.pk}/revoke-one-time-code/")
    assert OneTimeCode.objects.get(agent=place.ana).revoked_at is not None


def test_a_supervisor_signs_out_one_phone_and_switches_somebody_off(place):
    phone = place.ana.devices.get(label__contains=IPHONE.label)
    assert place.browser.post(f"{DEVICES}{phone.pk}/sign-out/").status_code == 302
    assert Device.objects.of(place.ana).active().count() == 1
    place.save(place.ana, is_active="")
    assert Device.objects.of(place.ana).active().count() == 0
    assert not Agent.objects.get(pk=place.ana.pk).is_active


def test_a_supervisor_makes_no_sheet_of_recovery_codes_and_is_offered_none(place, admin):
    page = f"{LIST}{place.ana.pk}/change/"
    assert "make-recovery-codes" not in place.browser.get(page).text
    assert "make-recovery-codes" in admin.get(page).text
