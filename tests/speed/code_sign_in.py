"""A whole sign-in with a code, compared with the Verify emulator's share of it, called by the same client.

Both run in this process, so the emulator's time is part of the sign-in: with a ratio of 3, Latchkey takes twice as long
as the emulator. Each sign-in is another agent's, because nobody gets many codes in a row.
"""

from itertools import count

from tests.speed.browser import Browser
from tests.speed.comparisons import Comparison
from tests.speed.place import by_code, somebody
from tests.user_agents import IPHONE

AGENTS = 20


def comparisons(setting):
    numbers = iter([_number(somebody(next(setting.numbers))) for _ in range(AGENTS)])
    emulator_only = (f"+1202555{nth:04}" for nth in count(1))

    def sign_in():
        setting.clock.on(minutes=1)
        browser = Browser(setting.application, IPHONE, address="198.51.100.9")
        by_code(browser, setting.emulator, next(numbers), setting.clock.now())

    def its_part():
        verify(setting.emulator, next(emulator_only))

    compared_with = "the Verify emulator's share of it"
    yield Comparison("sign-in with a code", compared_with, sign_in, its_part, rounds=AGENTS - 1, once=True)


def verify(emulator, number):
    """Start a verification, and check the right code."""
    from idp.login.codes import sending
    from idp.otp.channels import Channel

    gateway = sending.gateway()
    sent = gateway.start(number, Channel.SMS, "7KQ2M-9TX4D")
    code = emulator.state.messages(number, after=0, wait=10)[0].code
    return gateway.check(sid=sent.sid, to=number, code=code)


def _number(agent):
    from idp.otp.models import PhoneAuthenticator

    return PhoneAuthenticator.objects.get(user=agent).number
