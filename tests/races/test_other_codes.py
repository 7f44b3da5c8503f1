"""One code that needs no text, typed in many browsers at the same moment."""

import pytest
from django.db import connection

from idp.agents.models import Device
from idp.audit.models import Kind, LoginEvent
from idp.otp.allowances import STRANGERS_TRIES
from idp.otp.models import OneTimeCode, Verification
from idp.otp.other_codes import one_time_codes, recovery_codes, written_codes
from tests.conftest import NOW, an_agent
from tests.other_codes import a_sheet, agent_of, an_app, at_the_code, give
from tests.races.concurrent import at_once
from tests.web.conftest import a_superuser

MANY = 12


def test_one_recovery_code_typed_in_four_browsers_signs_in_only_one(phone):
    code = a_sheet(agent_of())[0]
    browsers = [phone.like() for _ in range(STRANGERS_TRIES)]
    pages = [(it, at_the_code(it, "backup")) for it in browsers]
    answers = at_once([lambda it=it, page=page: give(it, page, code) for it, page in pages])
    assert sum(answer.form_with("SAMLResponse") is not None for answer in answers) == 1
    assert Device.objects.count() == 1


def test_one_code_of_an_app_typed_in_four_browsers_signs_in_only_one(phone):
    code = an_app(agent_of()).code(1)
    browsers = [phone.like() for _ in range(STRANGERS_TRIES)]
    pages = [(it, at_the_code(it, "app")) for it in browsers]
    answers = at_once([lambda it=it, page=page: give(it, page, code) for it, page in pages])
    assert sum(answer.form_with("SAMLResponse") is not None for answer in answers) == 1


@pytest.mark.postgresql_only
def test_of_one_time_codes_given_at_once_as_by_a_double_click_the_last_one_counts_and_none_is_an_error(
    transactional_db,
):
    agent, operator = an_agent(), a_superuser()

    def give_one():
        try:
            return one_time_codes.give(agent, operator, "SIM broken", NOW)
        finally:
            connection.close()

    codes = [written_codes.read(it) for it in at_once([give_one] * MANY)]
    assert OneTimeCode.objects.filter(used_at=None, revoked_at=None).count() == 1
    assert sum(one_time_codes.spend(agent, it, NOW) is not None for it in codes) == 1


@pytest.mark.postgresql_only
def test_of_sheets_made_at_once_as_by_an_operator_and_the_agent_one_counts(transactional_db):
    agent = an_agent()

    def make_one():
        try:
            return recovery_codes.make(agent, NOW)
        finally:
            connection.close()

    sheets = at_once([make_one] * MANY)
    assert recovery_codes.left(agent) == recovery_codes.COUNT
    works = [[recovery_codes.spend(agent, written_codes.read(it), NOW) for it in sheet] for sheet in sheets]
    assert sorted(sum(it) for it in works) == [0] * (MANY - 1) + [recovery_codes.COUNT]


@pytest.mark.postgresql_only
def test_a_button_that_is_pressed_twice_at_once_makes_one_sheet(transactional_db):
    agent = an_agent()
    present = recovery_codes.sheet_of(agent)

    def press():
        try:
            return recovery_codes.make_next(agent, present, NOW)
        finally:
            connection.close()

    (sheet,) = filter(None, at_once([press] * MANY))
    assert all(recovery_codes.spend(agent, written_codes.read(it), NOW) for it in sheet)


def test_many_simultaneous_guesses_get_no_more_tries_than_allowed(phone):
    app = an_app(agent_of())
    page = at_the_code(phone, "app")
    wrong = [it for it in (f"{n:06}" for n in range(MANY + 1)) if it != app.code()][:MANY]
    at_once([lambda it=it: give(phone, page, it) for it in wrong])
    assert Verification.objects.get().tries == STRANGERS_TRIES
    assert LoginEvent.objects.filter(kind=Kind.CODE_WRONG, detail="wrong, app").count() == STRANGERS_TRIES
