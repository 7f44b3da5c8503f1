"""The doctor on Verify's own rate limits: told where they lack, and made when it is told to."""

import contextlib
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from idp.demo.verify_emulator.misbehaviour import Fault, FaultKind
from idp.web.checkup import verify_rate_limits
from idp.web.checkup.finding import State


def found():
    return verify_rate_limits.check_online(settings.LATCHKEY)


def test_missing_rate_limits_are_a_warning_with_the_command_that_makes_them(verify):
    assert found().state is State.WARNING
    assert "latchkey_agent, latchkey_ip, latchkey_country" in found().sentence
    assert found().fix.endswith("doctor --make-rate-limits")


def test_rate_limits_are_made_once_and_are_then_in_order(verify, db, keys):
    said = StringIO()
    for _ in range(2):
        with contextlib.suppress(SystemExit):
            call_command("doctor", "--make-rate-limits", stdout=StringIO(), stderr=said)
    assert "created at Twilio: latchkey_agent, latchkey_ip, latchkey_country." in said.getvalue()
    assert "already exist" in said.getvalue()
    assert found().state is State.OK
    assert sum(len(it.buckets) for it in verify.state.rate_limits()) == 4


def test_the_doctor_names_the_remedy_if_twilio_makes_no_rate_limits(verify, db):
    verify.state.order_faults([Fault(FaultKind.UNAVAILABLE)])
    with pytest.raises(CommandError, match=r"status 503\)\. Run this again"):
        call_command("doctor", "--make-rate-limits")
    with pytest.raises(CommandError, match="without --offline"):
        call_command("doctor", "--make-rate-limits", "--offline")


def test_unreadable_rate_limits_are_neither_right_nor_wrong(verify):
    verify.state.order_faults([Fault(FaultKind.UNAVAILABLE)])
    assert found().state is State.NOT_CHECKED
