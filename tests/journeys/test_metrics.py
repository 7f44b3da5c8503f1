"""The metrics while people sign in."""

import pytest
from pydantic import SecretStr

from tests.web.monitor import TOKEN, figures


@pytest.fixture(autouse=True)
def watched(settings, flex):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"metrics_token": SecretStr(TOKEN)})


def test_a_sign_in_with_a_code_and_a_silent_one_are_counted(phone):
    phone.sign_in()
    phone.sign_in_silently()
    read = figures()
    assert read["latchkey_recent_sign_ins", "code"] == read["latchkey_devices", "phone"] == 1
    assert read["latchkey_recent_sign_ins", "session"] + read["latchkey_recent_sign_ins", "token"] == 1
    assert read["latchkey_recent_codes", "sent"] == read["latchkey_recent_codes", "approved"] == 1


def test_an_unknown_number_is_not_counted_as_a_code_sent(phone):
    phone.ask_code(phone.ask_flex(), "+12015550177")
    assert figures()["latchkey_recent_codes", "sent"] == 0


def test_a_wrong_code_is_counted(phone):
    page = phone.ask_code(phone.ask_flex())
    phone.submit(page, "code", code="000000" if phone.code() != "000000" else "111111")
    read = figures()
    assert (read["latchkey_recent_wrong_codes",], read["latchkey_recent_codes", "approved"]) == (1, 0)
