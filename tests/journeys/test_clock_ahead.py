"""One node's clock is an hour ahead, on a shared database: nobody is signed out or has to wait because of it.

For SQLite this is a clock that is set back.
"""

from contextlib import contextmanager
from datetime import timedelta

import pytest

from idp import background
from idp import clock as time
from idp.agents.models import Device
from idp.audit.events import Origin
from idp.audit.models import Kind, LoginEvent
from idp.login.emergency import everyone_out
from tests.journeys.visits import asks_for_a_code
from tests.pretend_service import BASE_URL, PretendService
from tests.races import consistency

ME = f"{BASE_URL}/me"
HOUR = timedelta(hours=1)


@pytest.fixture
def ahead(clock, verify):
    """What is done within `ahead()` is done at the node whose clock is wrong. Verify's goes right."""

    @contextmanager
    def ahead():
        clock.shift(HOUR)
        verify.state.advance(-HOUR.total_seconds())
        yield
        background.settle()
        verify.state.advance(HOUR.total_seconds())
        clock.shift(-HOUR)

    return ahead


def test_a_request_at_the_node_ahead_reads_about_clocks_and_the_next_one_signs_in(phone, ahead):
    phone.sign_in()
    asked = PretendService("desk").request_url()
    with ahead():
        told = phone.open(asked)
    assert (told.status, told.heading) == (400, "The time of this request is wrong")
    assert phone.sign_in_silently()["signed_in"]
    assert phone.messages() == 1


def test_a_phone_that_alternates_between_nodes_stays_signed_in_without_an_alarm(phone, ahead):
    phone.sign_in()
    for _ in range(3):
        with ahead():
            assert phone.open(ME).heading == "Your phone"
        assert phone.sign_in_silently()["signed_in"]
        assert phone.open(ME).heading == "Your phone"
    assert Device.objects.get().revoked_at is None
    assert phone.messages() == 1
    assert not LoginEvent.objects.filter(kind=Kind.TOKEN_COPIED).exists()
    consistency.check()


def test_a_code_given_at_the_node_ahead_sets_up_no_passkey_elsewhere(phone, ahead):
    with ahead():
        phone.sign_in()
    page = phone.open(f"{ME}/passkeys")
    assert (page.status, page.heading) == (403, "Sign in with a code first")


def test_a_code_sent_by_the_node_ahead_signs_in_at_another(phone, ahead):
    with ahead():
        page = phone.ask_code(phone.ask_flex())
    assert phone.arrive(phone.submit(page, "code", code=phone.code()))["signed_in"]
    assert phone.sign_in_silently()["signed_in"]
    consistency.check()


def test_an_agent_with_a_text_from_the_node_ahead_gets_another_elsewhere_without_an_hours_wait(phone, ahead):
    with ahead():
        phone.ask_code(phone.ask_flex())
    page = phone.ask_code(phone.ask_flex())
    assert phone.arrive(phone.submit(page, "code", code=phone.code(after=1)))["signed_in"]
    assert phone.messages() == 2
    consistency.check()


def test_a_page_from_another_node_has_expired_at_the_node_ahead_and_still_works_where_it_came_from(phone, ahead):
    page = phone.ask_code(phone.ask_flex())
    with ahead():
        told = phone.submit(page, "code", code=phone.code())
    assert (told.status, told.heading) == (410, "This page has expired")
    assert phone.arrive(phone.submit(page, "code", code=phone.code()))["signed_in"]
    consistency.check()


def cut_off():
    origin = Origin(None, "", "7KQ2M-9TX4D")
    return everyone_out.begin(None, "backup restored", origin, time.now()), everyone_out.end_devices(origin, time.now)


def test_whoever_was_signed_out_by_everyone_out_at_the_node_ahead_gets_in_at_another_at_once(phone, ahead):
    phone.sign_in()
    with ahead():
        assert cut_off() == (1, 1)
    assert asks_for_a_code(phone)
    phone.sign_in()
    assert phone.sign_in_silently()["signed_in"]
    assert everyone_out.count_signed_in().total() == 1
    assert Device.objects.active().count() == 1


def test_a_phone_signed_in_at_the_node_ahead_is_signed_out_by_everyone_out_at_another(phone, ahead):
    with ahead():
        phone.sign_in()
    assert cut_off() == (1, 1)
    assert asks_for_a_code(phone)


def test_a_phone_signed_in_at_the_node_ahead_is_signed_out_before_its_end_is_recorded(phone, ahead):
    with ahead():
        phone.sign_in()
    everyone_out.begin(None, "backup restored", Origin(None, "", "7KQ2M-9TX4D"), time.now())
    assert everyone_out.count_signed_in().total() == 0
    assert asks_for_a_code(phone)
    assert phone.open(ME).status == 403


def test_everyone_out_at_both_nodes_ends_every_sign_in_between_them(phone, android, ahead):
    with ahead():
        cut_off()
    phone.sign_in()
    assert cut_off() == (1, 1)
    assert asks_for_a_code(phone)
    android.sign_in()
    assert android.sign_in_silently()["signed_in"]
