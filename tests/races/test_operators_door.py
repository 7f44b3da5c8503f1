"""Many simultaneous guesses at the operators' sign-in gain nothing."""

from django.db import connection

from idp.web.models import OperatorTry
from idp.web.operators import sign_in_limits
from tests.conftest import NOW
from tests.races.concurrent import MANY, at_once


def guess():
    try:
        return sign_in_limits.reserve("olivia@acme.example", "203.0.113.9", NOW)
    finally:
        connection.close()


def test_of_twenty_simultaneous_password_guesses_at_most_ten_are_checked(transactional_db):
    assert sum(at_once([guess] * MANY)) <= sign_in_limits.PER_ACCOUNT
    assert OperatorTry.objects.count() <= sign_in_limits.PER_ACCOUNT
