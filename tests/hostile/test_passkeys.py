"""Uses of passkeys that must not sign anybody in: each gets the same page, is recorded and is counted."""

import pytest

from idp.agents.models import Agent, Device
from idp.audit.models import Kind, LoginEvent
from idp.login.models import LoginFlow
from idp.otp.allowances import PER_ADDRESS
from idp.passkeys.models import Passkey
from idp.web.trail import alarms
from tests.hostile.typing_codes import BEN
from tests.journeys.passkey_sign_in import sign_in, use
from tests.other_codes import agent_of
from tests.passkeys.authenticator import PRESENT, Authenticator, options_on
from tests.passkeys.kept import a_passkey

SENTENCE = "That passkey didn't work. Try again, or sign in with a code."


def unknown(passkey):
    other = Authenticator()
    other.handle = passkey.handle
    return other


def of_ben(_):
    return a_passkey(agent_of(BEN))


def removed(passkey):
    Passkey.objects.update(removed_at=Passkey.objects.get().made_at)
    return passkey


def switched_off(passkey):
    Agent.objects.filter(pk=agent_of().pk).update(is_active=False)
    return passkey


def as_it_is(passkey):
    return passkey


REFUSED = {
    "unknown": (unknown, {}),
    "removed": (removed, {}),
    "of somebody who is switched off": (switched_off, {}),
    "of Ben, naming Ana": (of_ben, {"handle": b"Ana"}),
    "another key": (as_it_is, {"key": Authenticator().key}),
    "another site": (as_it_is, {"origin": "https://evil.example"}),
    "another host": (as_it_is, {"host": "evil.example"}),
    "nobody at the lock": (as_it_is, {"flags": PRESENT}),
    "another challenge": (as_it_is, {"challenge": "AAAA"}),
    "a new one, not a use": (as_it_is, {"type": "webauthn.create"}),
}


def test_every_wrong_passkey_gets_the_same_page_and_an_entry_in_the_trail(phone):
    passkey, seen = a_passkey(agent_of(), count=9), set()
    for kind, bent in REFUSED.values():
        Agent.objects.update(is_active=True)
        Passkey.objects.update(removed_at=None)
        other = phone.like()
        page = use(other, other.ask_flex(), kind(passkey), **bent)
        seen.add((page.status, page.heading, page.text, len(page.response.content)))
    assert len(seen) == 1, seen
    assert {(status, SENTENCE in text) for status, _, text, _ in seen} == {(403, True)}
    assert LoginEvent.objects.filter(kind=Kind.PASSKEY_REFUSED).count() == len(REFUSED)
    assert not LoginFlow.objects.filter(finished_at__isnull=False).exists()


@pytest.mark.parametrize("shown", ["\x00", "", "{", "[" * 4_000, "x" * 17_000, '{"id": 1}'], ids=lambda it: it[:4])
def test_garbage_instead_of_a_passkey_is_rejected_and_counts_against_nobody(phone, shown):
    page = phone.ask_flex()
    page = phone.submit(page, "passkey", passkey=shown)
    assert (page.status, SENTENCE in page.text) == (400, True)
    assert sign_in(phone, a_passkey(agent_of()))["signed_in"]


def test_an_intercepted_passkey_response_is_rejected_in_another_browser(phone, android):
    passkey, page = a_passkey(agent_of()), phone.ask_flex()
    shown = passkey.use(options_on(page))
    assert phone.arrive(phone.submit(page, "passkey", passkey=shown))["signed_in"]
    assert android.submit(android.ask_flex(), "passkey", passkey=shown).status == 403
    assert phone.submit(page, "passkey", passkey=shown).form_with("SAMLResponse") is None
    assert Device.objects.active().count() == 1


def test_a_copied_passkey_raises_an_alarm_and_signs_nobody_in(phone):
    passkey = a_passkey(agent_of(), count=9)
    sign_in(phone, passkey)
    other = phone.like()
    assert use(other, other.ask_flex(), passkey, count=10).status == 403
    line = LoginEvent.objects.get(kind=Kind.PASSKEY_COPIED)
    assert (line.agent, line.detail) == (agent_of(), "its count is 10, after 10")
    alarm = alarms.with_sides(alarms.waiting())[0]
    assert alarm.sentence.startswith("Ana García: the passkey of iPhone, Safari")
    assert alarm.sides[1].who.startswith("The phone with the original passkey,")


def test_trying_many_passkeys_from_one_address_is_stopped_but_the_agents_own_phone_is_not(phone, android):
    passkey = a_passkey(agent_of())
    phone.sign_in()
    line = LoginEvent.objects.latest("pk")
    for _ in range(PER_ADDRESS.base + PER_ADDRESS.for_each_proved):
        LoginEvent.objects.create(at=line.at, kind=Kind.PASSKEY_REFUSED, address=line.address, reference=line.reference)
    page = use(android, android.ask_flex(), passkey)
    assert (page.status, page.heading) == (429, "Too many tries")
    assert sign_in(phone, passkey, force_authn=1)["signed_in"]
