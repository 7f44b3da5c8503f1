"""A whole sign-in with a code, beside what the pretend Verify takes for its part of it, asked by the same client.

Both are in this process, so the emulator's own time is in the sign-in too: a quotient of 3 says that we take twice what
it takes. Each sign-in is another agent's, because nobody gets many codes in a row.
"""

from itertools import count

from tests.speed.browser import Browser
from tests.speed.place import by_code, somebody
from tests.speed.rounds import Contest
from tests.user_agents import IPHONE

AGENTS = 20


def contests(setting):
    numbers = iter([_number(somebody(next(setting.numbers))) for _ in range(AGENTS)])
    emulator_only = (f"+1202555{nth:04}" for nth in count(1))

    def sign_in():
        setting.clock.on(minutes=1)
        browser = Browser(setting.application, IPHONE, address="198.51.100.9")
        by_code(browser, setting.emulator, next(numbers), setting.clock.now())

    def its_part():
        verify(setting.emulator, next(emulator_only))

    against = "the Verify emulator's share of it"
    yield Contest("sign-in with a code", against, sign_in, its_part, rounds=AGENTS - 1, once=True)


def verify(emulator, number):
    """Start a verification and have the right code judged."""
    from idp.login.codes import sending
    from idp.otp.channels import Channel

    gateway = sending.gateway()
    sent = gateway.start(number, Channel.SMS, "7KQ2M-9TX4D")
    code = emulator.state.messages(number, after=0, wait=10)[0].code
    return gateway.check(sid=sent.sid, to=number, code=code)


def _number(agent):
    from idp.otp.models import PhoneAuthenticator

    return PhoneAuthenticator.objects.get(user=agent).number
