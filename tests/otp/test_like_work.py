"""Known, switched-off and unknown identifiers cost the same work before an answer: statements, and calls of Twilio.

Clocks are noisy, and work is what they would show: `tests/hostile/test_enumeration.py` compares pages and pauses.
"""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from idp.demo.verify_emulator.misbehaviour import Fault, FaultKind
from idp.otp import checks, sends
from idp.otp.channels import Channel
from idp.otp.checks import Checked
from idp.otp.identifiers import Email, PhoneNumber
from idp.otp.limits.asker import Asker
from idp.otp.models import Verification
from tests.conftest import NOW, an_agent

pytestmark = pytest.mark.each_database

STRANGER = Asker(None, "192.0.2.7")
BY_NUMBER = [PhoneNumber(f"+120155501{it}") for it in ("01", "02", "77")]
BY_EMAIL = [Email(f"{it}@acme.example") for it in ("ana", "off", "eve")]
LITERAL = re.compile(r"\"s\d+_x\d+\"|'[^']*'|\b[0-9a-f]{32}\b|\b\d+\b|\bNULL\b")


ACKNOWLEDGED = pytest.mark.parametrize("acknowledged", [True, False], ids=["acknowledged", "not yet acknowledged"])


@pytest.fixture(params=[BY_NUMBER, BY_EMAIL], ids=["by number", "by email"])
def people(request, db):
    """Ana, somebody who is switched off, and nobody."""
    an_agent("+12015550101", "ana@acme.example")
    an_agent("+12015550102", "off@acme.example", is_active=False)
    return request.param


def work(act):
    """Which statements an act runs, without the values in them."""
    with CaptureQueriesContext(connection) as queries:
        result = act()
    return [LITERAL.sub("?", it["sql"]) for it in queries.captured_queries], result


def test_asking_for_a_code_takes_the_same_statements(people):
    ana, off, nobody = (work(lambda it=it: sends.reserve(it, Channel.SMS, STRANGER, NOW))[0] for it in people)
    assert ana == off == nobody
    assert len(ana) > 5


def tell(typed, gateway, verify, *faults, acknowledged):
    """Have a wrong code checked. Return what was told, and how many calls of Twilio it took."""
    asked = sends.reserve(typed, Channel.SMS, STRANGER, NOW)
    sends.carry_out(asked.send, gateway, "reference", NOW)
    if not acknowledged:
        Verification.objects.update(sid="")
    before = sum(verify.state.counters()["paths"].values())
    verify.state.order_faults(faults)
    told = checks.check(asked.verification, "0000000", STRANGER, gateway, NOW)
    return told, sum(verify.state.counters()["paths"].values()) - before


@ACKNOWLEDGED
def test_a_wrong_code_is_one_call_of_twilio_for_everybody(people, verify, gateway, acknowledged):
    """Its statements may differ: a pause makes all wrong codes take as long (`LATCHKEY_WRONG_CODE_SECONDS`)."""
    told = [tell(typed, gateway, verify, acknowledged=acknowledged) for typed in people]
    assert told == [(Checked.WRONG, 1)] * 3


@ACKNOWLEDGED
def test_a_check_whose_answer_is_lost_is_two_calls_of_twilio_for_everybody(people, verify, gateway, acknowledged):
    lost = Fault(FaultKind.DROP)
    told = [tell(typed, gateway, verify, lost, acknowledged=acknowledged) for typed in people]
    assert told == [(Checked.UNKNOWN, 2)] * 3
