"""A button that shows a secret once, pressed twice at once: without script, a double click sends its form twice."""

from collections import Counter

from django.db import connections

from idp.scim.models import PersonnelSystem, system_of
from tests.races.concurrent import at_once
from tests.web.conftest import a_superuser, inside

MANY = 4


def test_a_button_that_is_pressed_many_times_at_once_shows_one_secret_and_that_one_works(transactional_db):
    system, operator = PersonnelSystem.objects.create(name="Workday"), a_superuser()
    browser = inside(operator)

    def press():
        try:
            page = f"/admin/scim/personnelsystem/{system.pk}/secret/"
            return browser.post(page, {"csrfmiddlewaretoken": "of one page"})
        finally:
            connections.close_all()

    answers = at_once([press] * MANY)
    assert Counter(it.status_code for it in answers) == {200: 1, 302: MANY - 1}
    (shown,) = [it.context["secret"] for it in answers if it.status_code == 200]
    assert system_of(shown) == system
