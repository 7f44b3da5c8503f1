"""Plays the cases of the gateway at Twilio itself: make test-twilio. It sends a few texts, which cost money."""

import os
import sys

import pytest

from idp.conf.twilio import Twilio
from idp.otp.twilio.client import TwilioSettings
from tests.otp.place import TwilioItself

ADDOPTS = "-p tests.environment --strict-markers --strict-config"  # the network is open this time
CASES = ["tests/otp/test_gateway.py", "-q", "-s", "--timeout=600", "-p", "no:cacheprovider", "-o", f"addopts={ADDOPTS}"]


def main():
    twilio, number = Twilio(), os.environ.get("LATCHKEY_TEST_NUMBER", "")
    missing = [it.partition(" is missing")[0] for it in twilio.faults()]
    missing += [] if number.startswith("+") else ["LATCHKEY_TEST_NUMBER, a phone at hand, in E.164"]
    if missing:
        sys.stdout.write(f"Not tried at Twilio itself, as these are missing or malformed: {'; '.join(missing)}.\n")
        return 2
    settings = TwilioSettings(twilio.account_sid, twilio.username, twilio.password, twilio.service_sid, None)
    return int(pytest.main(CASES, plugins=[TwilioItself(settings, number)]))


if __name__ == "__main__":
    sys.exit(main())
