"""Timeout policies in the admin: in words, within limits, and the built-in ones as they are."""

from datetime import timedelta

import pytest

from idp.policies.models import TimeoutPolicy
from tests.web.seeded import a_service

pytestmark = pytest.mark.each_database

LIST = "/admin/policies/timeoutpolicy/"


def filled(**fields):
    return {"name": "shifts", "inactivity": "1 hour", "absolute": "12 hours", "code_again_after": "", **fields}


def built_in():
    return TimeoutPolicy.objects.get(name="enhanced")


def test_the_list_shows_durations_in_words(admin):
    page = admin.get(LIST).text
    assert {it for it in ("7 days", "9 days", "1 hour", "1 day", "never") if it not in page} == set()
    assert "0:00:00" not in page


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("90 minutes", timedelta(minutes=90)),
        ("1 hour 30 minutes", timedelta(minutes=90)),
        ("1 h, 30 min", timedelta(minutes=90)),
        ("  2 Days ", timedelta(days=2)),
        ("6 days and 12 hours", timedelta(days=6, hours=12)),
    ],
)
def test_a_duration_is_entered_in_words(admin, typed, meant):
    admin.post(f"{LIST}add/", filled(inactivity=typed, absolute="7 days"))
    assert TimeoutPolicy.objects.get(name="shifts").inactivity == meant


def test_a_custom_policy_is_shown_in_words_and_can_be_changed(admin):
    admin.post(f"{LIST}add/", filled(code_again_after="2 days 6 hours"))
    own = TimeoutPolicy.objects.get(name="shifts")
    assert 'value="2 days 6 hours"' in admin.get(f"{LIST}{own.pk}/change/").text
    admin.post(f"{LIST}{own.pk}/change/", filled(inactivity="2 hours"))
    own.refresh_from_db()
    assert (own.inactivity, own.code_again_after) == (timedelta(hours=2), None)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"inactivity": "8 days", "absolute": "9 days"}, "Inactivity must be more than nothing and at most 7 days."),
        ({"inactivity": "0 hours"}, "Inactivity must be more than nothing and at most 7 days."),
        ({"absolute": "59 minutes"}, "The absolute limit cannot lie under inactivity."),
        ({"code_again_after": "11 hours"}, "A new code cannot be due before the absolute limit."),
        ({"inactivity": "soon"}, "Write it as 7 days, 1 hour or 30 minutes."),
        ({"inactivity": "3600"}, "Write it as 7 days, 1 hour or 30 minutes."),
        ({"inactivity": "-1 hour"}, "Write it as 7 days, 1 hour or 30 minutes."),
        ({"absolute": "999999 days"}, "That is longer than ten years."),
        ({"inactivity": ""}, "This field is required."),
        ({"name": "enhanced"}, "Timeout policy with this Name already exists."),
    ],
    ids=str,
)
def test_impossible_durations_get_a_sentence(admin, fields, sentence):
    assert sentence in admin.post(f"{LIST}add/", filled(**fields)).text
    assert not TimeoutPolicy.objects.filter(built_in=False).exists()


def test_a_built_in_policy_is_shown_in_words_and_cannot_be_changed(admin):
    page = f"{LIST}{built_in().pk}/change/"
    assert "7 days" in admin.get(page).text
    assert admin.post(page, filled(name="mine")).status_code == 403
    assert built_in().inactivity == timedelta(days=7)


def test_a_built_in_policy_cannot_be_deleted_by_page_or_action(admin):
    chosen = {"action": "delete_selected", "_selected_action": [built_in().pk], "post": "yes"}
    admin.post(LIST, chosen)
    assert admin.post(f"{LIST}{built_in().pk}/delete/", {"post": "yes"}).status_code == 403
    assert TimeoutPolicy.objects.filter(built_in=True).count() == 3


def test_nobody_makes_a_policy_built_in(admin):
    admin.post(f"{LIST}add/", filled(built_in="on"))
    assert not TimeoutPolicy.objects.get(name="shifts").built_in


def test_a_custom_policy_can_be_deleted_unless_a_service_uses_it(admin):
    admin.post(f"{LIST}add/", filled())
    own = TimeoutPolicy.objects.get(name="shifts")
    sp = a_service()
    sp.timeout_policy = own
    sp.save()
    admin.post(f"{LIST}{own.pk}/delete/", {"post": "yes"})
    assert TimeoutPolicy.objects.filter(pk=own.pk).exists()
    sp.delete()
    admin.post(f"{LIST}{own.pk}/delete/", {"post": "yes"})
    assert not TimeoutPolicy.objects.filter(pk=own.pk).exists()
