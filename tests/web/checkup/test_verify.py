"""Whether Twilio Verify knows us and is set up as we need it."""

import pytest

from idp.demo.verify_emulator.misbehaviour import Fault, FaultKind
from idp.otp.models import Verification, VerificationSend
from idp.web.checkup import verify as verify_checkup
from tests.conftest import NOW
from tests.web.checkup.conftest import FAULT, OK, WARNING, sentence, states
from tests.web.web_server import Authority, a_web_server


def test_twilio_knows_us_and_nothing_is_sent(verify):
    found = verify_checkup.check_online()
    assert states(found) == [OK]
    assert "Each text contains “Latchkey”" in found[0].sentence
    assert verify.state.counters()["paths"] == {"GET Services/{Sid}": 1}
    assert verify.state.messages() == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"account_sid": "AC" + "f" * 32, "api_key": "SK" + "f" * 32}, "refuses our credentials (20003)"),
        ({"service_sid": "VA" + "f" * 32}, "no service with the SID in TWILIO_VERIFY_SERVICE_SID"),
        ({"base_url": "http://127.0.0.1:9"}, "cannot be reached"),
    ],
)
def test_each_fault_at_twilio_has_its_own_sentence(verify, twilio, changed, said):
    twilio(**changed)
    assert said in sentence(verify_checkup.check_online())


def test_a_proxy_that_opens_tls_is_not_taken_for_a_closed_port(db, twilio, tmp_path):
    """Whoever reads that port 443 must be opened looks for the fault at the wrong place: it is open."""
    with a_web_server({}, certificate=Authority(tmp_path).certify()) as proxy:
        twilio(base_url=proxy)
        assert "a certificate that is not trusted" in sentence(verify_checkup.check_online())


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (Fault(FaultKind.ERROR, status=403, code=20005), "has suspended the account"),
        (Fault(FaultKind.UNAVAILABLE), "an unexpected answer (status 503"),
        (Fault(FaultKind.HTML), "an unexpected answer (status 502"),
        (Fault(FaultKind.TRUNCATED), "an unexpected answer"),
        (Fault(FaultKind.DROP), "cannot be reached"),
        (Fault(FaultKind.FIELDS, fields={"code_length": 4}), "codes of 4 digits, but our form accepts 6"),
        (Fault(FaultKind.FIELDS, fields={"sid": "VA" + "0" * 32}), "an unexpected answer"),
    ],
)
def test_each_failure_of_twilio_has_its_own_sentence(verify, trouble, said):
    verify.state.order_faults([trouble])
    assert said in sentence(verify_checkup.check_online())


@pytest.mark.parametrize(("api_key", "expected"), [("SK" + "a" * 32, OK), ("AC" + "a" * 32, FAULT), ("", WARNING)])
def test_credentials_have_a_shape(conf, settings, api_key, expected):
    other = settings.LATCHKEY.twilio.model_copy(update={"api_key": api_key})
    assert states(verify_checkup.shape(conf(twilio=other))) == [expected]


def test_the_last_text_tells_whether_twilio_takes_our_credentials(db):
    assert verify_checkup.check_locally() == []
    verification = Verification.objects.create(counted_as="x", started_at=NOW)
    for nth, answer in enumerate(["misconfigured (20003)", "not sent: nobody has this number"], 1):
        VerificationSend.objects.create(verification=verification, nth=nth, channel="sms", at=NOW, answer=answer)
    assert "misconfigured (20003): nobody gets a code" in sentence(verify_checkup.check_locally())
    VerificationSend.objects.create(verification=verification, nth=3, channel="sms", at=NOW, answer="sent")
    assert verify_checkup.check_locally() == []
