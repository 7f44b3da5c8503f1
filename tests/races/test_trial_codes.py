"""Simultaneous presses of *send a test code* are all counted."""

from django.db import connection

from idp.otp import trial_codes
from idp.otp.channels import Channel
from idp.otp.models import PhoneAuthenticator, Verification, VerificationSend
from tests.conftest import NOW, an_agent
from tests.races.concurrent import MANY, at_once


def presses(by, phones):
    """One press for each phone that is named, all at once."""

    def press(phone):
        try:
            return trial_codes.begin(phone, Channel.SMS, by, NOW)
        finally:
            connection.close()

    return at_once([lambda it=it: press(it) for it in phones])


def test_of_twenty_simultaneous_test_codes_three_are_sent_to_one_number(transactional_db):
    olivia = an_agent("+12015550150", "olivia@acme.example")
    sent = presses(olivia, [PhoneAuthenticator.objects.get()] * MANY)
    assert sum(isinstance(it, VerificationSend) for it in sent) == trial_codes.A_NUMBER
    assert Verification.objects.filter(ended_at__isnull=True).count() == 1


def test_an_operator_sends_at_most_twenty_test_codes_an_hour_to_many_numbers_at_once(transactional_db):
    olivia = an_agent("+12015550150", "olivia@acme.example")
    for nth in range(trial_codes.AN_OPERATOR // 2):
        an_agent(f"+120155501{nth:02}", f"agent-{nth}@acme.example")
    phones = list(PhoneAuthenticator.objects.exclude(user=olivia))
    sent = presses(olivia, phones * 3)
    assert sum(isinstance(it, VerificationSend) for it in sent) == trial_codes.AN_OPERATOR
