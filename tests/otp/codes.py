"""Requests and checks codes as browsers do, through the emulator."""

from datetime import timedelta

import pytest

from idp.otp import checks, sends
from idp.otp.channels import Channel
from idp.otp.identifiers import Email, PhoneNumber
from idp.otp.limits.asker import Asker
from tests.conftest import NOW

NUMBER = "+12015550101"
LANDLINE = "+12015550190"  # to the emulator
ANA, ANAS_EMAIL = PhoneNumber(NUMBER), Email("Ana@Acme.example")
NOBODY, NOBODYS_EMAIL = PhoneNumber("+12015550177"), Email("nobody@acme.example")
EVERYBODY = pytest.mark.parametrize(
    "typed", [ANA, ANAS_EMAIL, NOBODY, NOBODYS_EMAIL], ids=["number", "email", "unknown number", "unknown email"]
)
TICK, SECOND = timedelta(microseconds=1), timedelta(seconds=1)
STRANGER = Asker(None, "192.0.2.7")


def reserve(typed=ANA, now=NOW, channel=Channel.SMS, asker=STRANGER):
    return sends.reserve(typed, channel, asker, now)


def send_code(gateway, typed=ANA, now=NOW):
    reserved = reserve(typed, now)
    sends.carry_out(reserved.send, gateway, "reference", NOW)
    return reserved.verification


def check(verification, code, gateway, now=NOW + SECOND, asker=STRANGER):
    return checks.check(verification, code, asker, gateway, now)


def fresh(row):
    return type(row).objects.get(pk=row.pk)
