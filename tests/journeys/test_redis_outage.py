"""Redis is emptied, hangs or dies while people sign in: nobody notices, and every limit still holds."""

import pytest

from idp.otp.allowances import STRANGERS_TRIES
from tests.hostile.typing_codes import wrong_ones
from tests.phone import NUMBER

HARM = ["flush", "hang", "kill"]


@pytest.fixture(autouse=True)
def bursts_are_counted(settings, redis):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"requests_a_minute": 1000})


@pytest.mark.parametrize("harm", HARM)
def test_without_redis_agents_stay_signed_in_and_new_ones_sign_in(phone, redis, harm):
    phone.sign_in()
    getattr(redis, harm)()
    assert phone.sign_in_silently()["signed_in"]
    assert phone.like().sign_in("+12015550102")["signed_in"]


@pytest.mark.parametrize("harm", HARM)
def test_without_redis_a_code_sent_earlier_signs_in_and_signs_out_the_former_phone(phone, android, redis, harm):
    phone.sign_in()
    before = phone.messages()
    page = android.ask_code(android.ask_flex())
    getattr(redis, harm)()
    assert android.arrive(android.submit(page, "code", code=android.code(after=before)))["signed_in"]
    assert phone.ask_flex().heading == "You signed in on another phone"


@pytest.mark.parametrize("harm", ["flush", "kill"])
def test_without_redis_nobody_gets_more_tries_or_texts(phone, redis, harm):
    page = phone.ask_code(phone.ask_flex())
    for wrong in wrong_ones(phone, STRANGERS_TRIES):
        phone.submit(page, "code", code=wrong)
    getattr(redis, harm)()
    refused = phone.submit(page, "code", code=phone.code())
    assert (refused.status, refused.form_with("SAMLResponse")) == (429, None)
    phone.ask_code(phone.like().ask_flex())
    assert phone.messages(NUMBER) == 1


def test_without_redis_readyz_says_so_and_stays_ready(flex, phone, redis, settings):
    address = f"{settings.LATCHKEY.base_url}/readyz"
    assert phone.http.get(address, timeout=30).json() == {"ready": True, "redis": True}
    redis.kill()
    answer = phone.http.get(address, timeout=30)
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "redis": False})
