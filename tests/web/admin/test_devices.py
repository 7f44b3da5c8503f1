"""The page of a phone in the admin."""

from lxml import html

from idp.agents.models import Device, Reason
from tests.conftest import NOW, an_agent
from tests.devices import a_phone


def text_of(admin, phone):
    main = html.fromstring(admin.get(f"/admin/agents/device/{phone.pk}/change/").content).get_element_by_id("content")
    return main.text_content()


def test_a_phone_that_is_signed_in_shows_nothing_of_an_end_or_an_app(admin):
    text = text_of(admin, a_phone(an_agent()))
    assert [it for it in ("App:", "App version:", "Ended:", "Reason:", "Replaced by:") if it in text] == []


def test_a_phone_that_was_signed_out_says_when_and_why(admin):
    phone = a_phone(an_agent())
    Device.objects.filter(pk=phone.pk).update(revoked_at=NOW, reason=Reason.OPERATOR)
    text = text_of(admin, phone)
    assert [it for it in ("Ended:", "Reason:") if it not in text] == []
    assert "Next code by (UTC): -" in " ".join(text.split())
