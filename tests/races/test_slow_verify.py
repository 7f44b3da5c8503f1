"""Verify is slow, at the service as in production: with threads, in a process that may be killed."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db.models import F

from idp.agents.models import Device
from idp.demo import seeds
from idp.demo.sp import DemoSp
from idp.demo.verify_emulator.misbehaviour import Fault, FaultKind
from idp.login.codes.checking import MAX_CONCURRENT
from idp.otp import allowances
from idp.otp.models import VerificationSend
from tests.cluster.processes import until
from tests.conftest import an_agent
from tests.phone import Phone
from tests.races import consistency
from tests.races.installation import Installation
from tests.races.test_processes import CUT_OFF
from tests.user_agents import IPHONE

pytestmark = pytest.mark.slow

MANY = MAX_CONCURRENT + 2
SECONDS = 2
VISITS = 8
"""So often a phone signs in silently, at least, while Verify is slow. A phone that had to wait would do so once."""
CHECK = "POST VerificationCheck"


@pytest.fixture
def process(transactional_db, keys, verify, tmp_path):
    """One process, as on SQLite: what is tried is how its threads are shared out, whatever the database."""
    with (
        Installation(tmp_path, WEB_CONCURRENCY="1", LATCHKEY_WRONG_CODE_SECONDS="0") as running,
        DemoSp(running.url) as sp,
    ):
        seeds.plant(sp.url)
        running.phone = Phone(sp.url, verify, IPHONE)
        yield running


def is_slow(verify, calls):
    verify.state.order_faults([Fault(FaultKind.SLOW, calls=calls, seconds=SECONDS)])


def checks(verify):
    return verify.state.counters()["paths"].get(CHECK, 0)


def at_the_code(phone, nr):
    """One more agent, who has the text and looks at the page for the code."""
    number = f"+1201555{4000 + nr}"
    an_agent(number, f"agent{nr}@acme.example")
    other = phone.like()
    return other, other.ask_code(other.ask_flex(), number), other.code(number)


def test_many_requests_that_wait_for_verify_do_not_slow_down_signed_in_phones(process, verify):
    phone = process.phone
    phone.sign_in()
    waiting = [at_the_code(phone, nr) for nr in range(MANY)]
    before = checks(verify)
    is_slow(verify, calls=MANY)
    with ThreadPoolExecutor(MANY) as pool:
        taps = [pool.submit(other.submit, page, "code", code=code) for other, page, code in waiting]
        until(lambda: checks(verify) == before + MAX_CONCURRENT, "that as many wait for Verify as may")
        visits = 0
        while not any(tap.done() and tap.result().status == 200 for tap in taps):
            phone.sign_in_silently()
            visits += 1
    assert visits >= VISITS
    told = [tap.result() for tap in taps]
    assert {it.status for it in told} == {200, 503}
    hurried = [it for it, page in zip(waiting, told, strict=True) if page.status == 503]
    again = [other.submit(page, "code", code=code) for other, page, code in hurried]
    assert all(it.form_with("SAMLResponse") is not None for it in again)
    consistency.check()


def test_a_process_killed_between_the_check_and_the_sign_in_writes_nothing_and_a_new_text_signs_in(process, verify):
    phone = process.phone
    page = phone.ask_code(phone.ask_flex())
    code, before = phone.code(), checks(verify)
    is_slow(verify, calls=1)
    with ThreadPoolExecutor(1) as pool:
        lost = pool.submit(phone.submit, page, "code", code=code)
        until(lambda: checks(verify) > before, "that Verify has the code")
        process.kill_a_worker(random)
        assert isinstance(lost.exception(), CUT_OFF)
    process.wait()
    consistency.check()
    told = phone.submit(page, "code", code=code)
    assert (told.status, told.heading, Device.objects.count()) == (403, "Enter the code", 0)
    VerificationSend.objects.update(at=F("at") - allowances.WAITS[0])
    told = phone.submit(told, "again", again="sms")
    assert phone.arrive(phone.submit(told, "code", code=phone.code(after=1)))["signed_in"]
    consistency.check()
