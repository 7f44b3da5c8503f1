"""Other channels for the code: a call, WhatsApp if it is enabled, and the data that Twilio gets with it."""

import pytest
import requests

from idp import background
from idp.otp.models import VerificationSend
from tests.other_codes import at_the_code
from tests.otp.contract.judge import form
from tests.otp.contract.recorder import recorder
from tests.phone import NUMBER

__all__ = ["recorder"]

NOBODYS = "+12015550177"
SCRIPT = "navigator.credentials.get"


@pytest.fixture
def set_to(settings):
    def set_to(**changes):
        settings.LATCHKEY = settings.LATCHKEY.model_copy(update=changes)

    return set_to


def buttons(page):
    return [it.get("value") for it in page.html.xpath("//button[@name='again']")]


def test_whatsapp_is_offered_only_if_an_operator_enabled_it(phone, set_to):
    assert buttons(phone.ask_code(phone.ask_flex())) == ["sms", "call"]
    set_to(channels="sms,call,whatsapp")
    page = phone.ask_code(phone.ask_flex())
    assert buttons(page) == ["sms", "call", "whatsapp"]
    assert "Send it by WhatsApp" in page.text


def test_a_code_by_whatsapp_signs_its_agent_in(phone, verify, clock, set_to):
    set_to(channels="sms,call,whatsapp")
    page = phone.ask_code(phone.ask_flex())
    code = phone.code()
    clock.shift(31)
    page = phone.submit(page, "again", again="whatsapp")
    assert phone.code(after=1) == code
    assert verify.state.messages(NUMBER)[0].channel == "whatsapp"
    assert phone.arrive(phone.submit(page, "code", code=code))["signed_in"]


def test_the_pages_for_other_codes_offer_the_same_channels(phone, set_to):
    assert buttons(at_the_code(phone, "backup")) == ["sms", "call"]
    set_to(channels="sms")
    assert buttons(at_the_code(phone.like(), "app")) == ["sms"]
    set_to(channels="sms,call,whatsapp")
    assert buttons(at_the_code(phone.like(), "backup")) == ["sms", "call", "whatsapp"]


def test_a_channel_that_is_not_offered_cannot_be_requested_and_the_agent_stays_where_the_code_is_typed(phone, clock):
    page = phone.ask_code(phone.ask_flex())
    clock.shift(31)
    page = phone.submit(page, "again", again="whatsapp")
    assert set(VerificationSend.objects.values_list("channel", flat=True)) == {"sms"}
    assert page.heading == "Enter the code"


def test_a_channel_that_is_off_at_twilio_is_not_offered_for_a_while_to_anybody(phone, verify, clock, set_to):
    set_to(channels="sms,call,whatsapp")
    requests.post(f"{verify.url}/control", json={"channels": ["sms", "call"]}, timeout=5)
    page = phone.ask_code(phone.ask_flex())
    clock.shift(31)
    phone.submit(page, "again", again="whatsapp")
    background.settle()
    someone = phone.like()
    assert buttons(someone.ask_code(someone.ask_flex(), NOBODYS)) == ["sms", "call"]
    clock.shift(3600)
    assert buttons(someone.ask_code(someone.ask_flex(), NOBODYS)) == ["sms", "call", "whatsapp"]


def test_a_verification_tells_twilio_the_reference_and_no_personal_data(phone, recorder):
    page = phone.ask_code(phone.ask_flex())
    background.settle()
    said = form(recorder.exchanges[0].request)
    assert set(said) == {"To", "Channel", "Tags", "RateLimits"}
    assert '"ref": "' in said["Tags"]
    assert '"latchkey_ip": "127.0.0.0/24"' in said["RateLimits"]
    assert '"latchkey_country": "US"' in said["RateLimits"]
    assert "ana@" not in str(said)
    assert page.status == 200


def test_the_page_autofills_only_if_texts_carry_the_domain(phone, set_to):
    assert SCRIPT not in phone.ask_code(phone.ask_flex()).response.text
    set_to(web_otp=True)
    page = phone.ask_code(phone.ask_flex())
    nonce = page.html.xpath("//script/@nonce")[0]
    assert SCRIPT in page.html.xpath("string(//script)")
    assert f"'nonce-{nonce}'" in page.response.headers["Content-Security-Policy"]
