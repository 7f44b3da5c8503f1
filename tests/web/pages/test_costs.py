"""The page of costs: what operators see of money, and who may see it."""

from decimal import Decimal

import pytest

from idp import background
from idp.otp import costs
from tests.conftest import NOW, an_operator
from tests.web.conftest import inside
from tests.web.seeded import a_signed_in_agent

PAGE = "/admin/costs/"


@pytest.fixture
def seeded(db, keys):
    return a_signed_in_agent(NOW)


def test_without_prices_the_page_says_how_to_set_them(clock, admin, seeded):
    page = admin.get(PAGE).content.decode()
    assert "LATCHKEY_PRICES" in page
    assert "Estimate" not in page


def test_with_prices_each_day_has_its_estimate(clock, admin, seeded, settings):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"prices": {"sms": Decimal("0.25")}})
    page = admin.get(PAGE)
    assert page.context["total_cost"] == Decimal("0.25")
    assert "0.25 for each text" in page.content.decode()


def test_without_any_text_the_page_says_so_in_place_of_a_table(clock, admin):
    page = admin.get(PAGE).text
    assert ("No code has been sent in these days." in page, "<table" in page) == (True, False)


def test_an_operator_who_may_not_see_codes_does_not_see_their_cost(clock, seeded):
    assert inside(an_operator(is_superuser=False)).get(PAGE).status_code == 403


def test_past_days_that_were_not_counted_are_counted_in_the_background(transactional_db, keys, clock):
    operator = inside(an_operator())
    operator.get(PAGE)  # which waits for the counting a moment at most
    background.settle()
    assert costs.left(NOW) == []
    assert "still being counted" not in operator.get(PAGE).content.decode()


def test_the_page_says_how_many_days_are_missing(clock, admin, seeded):
    assert "29 days of the past are still being counted" in admin.get(PAGE).content.decode()
