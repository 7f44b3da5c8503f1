"""Long-lived tokens that are tampered with, stale, recombined or stolen, at a sign-in for Flex."""

import json

import jwt
import pytest
from django.conf import settings

from idp.agents.models import Device
from idp.audit.models import Kind, LoginEvent
from idp.keys import keyring
from idp.keys.certificates import make_token_key
from idp.keys.models import SigningKey, Use
from idp.tokens import claims
from idp.tokens.models import LongLivedToken
from tests.conftest import NOW, later
from tests.hostile.outcome import SIGN_IN
from tests.hostile.test_cookies import is_asked_who_it_is, plant, replace
from tests.tokens.test_claims import encoded

pytestmark = pytest.mark.any_database


@pytest.fixture
def root(phone):
    """The token of a phone that has just signed in."""
    phone.sign_in()
    return phone.cookie("token")


def shows(phone, token):
    """Come from Flex with this token instead of the phone's own."""
    replace(phone, "token", token)
    return phone.ask_flex()


def moved_on(phone, clock, visits=1):
    """The token after so many visits, an hour apart."""
    for _ in range(visits):
        later(clock, hours=1)
        phone.sign_in_silently()
    return phone.cookie("token")


def rewritten(token, **changed):
    """The same token with other claims and its old signature."""
    head, _, signature = token.split(".")
    return ".".join([head, encoded(claimed(token) | changed), signature])


def claimed(token):
    return jwt.decode(token, options={"verify_signature": False})


def mixed(token, other):
    """The claims of one under the signature of another."""
    return ".".join([*token.split(".")[:2], other.split(".")[2]])


def with_another_key(token):
    """Signed by a key that we never made, under the name of ours."""
    said = claimed(token)
    content = claims.Claims(said["jti"], said["device"], said["sub"], said["iat"], said["exp"])
    issuer = claims.Issuer(settings.LATCHKEY.base_url)
    return claims.write(content, issuer=issuer, kid=claims.key_id(token), private_key=make_token_key().private_key)


TAMPERED = {
    "a longer life": lambda it: rewritten(it, exp=claimed(it)["exp"] + 604_800),
    "another agent": lambda it: rewritten(it, sub="0" * 8 + claimed(it)["sub"][8:]),
    "another key": with_another_key,
    "parts in another order": lambda it: ".".join(reversed(it.split("."))),
    "no signature": lambda it: ".".join([*it.split(".")[:2], ""]),
    "no algorithm": lambda it: f"{encoded({'alg': 'none', 'typ': claims.TYPE})}.{it.split('.')[1]}.",
    "as JSON": lambda it: json.dumps(dict(zip(("protected", "payload", "signature"), it.split("."), strict=True))),
}


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED)
def test_a_tampered_token_signs_nobody_in_and_nobody_out(outcome, phone, root, tamper):
    outcome.start()
    assert is_asked_who_it_is(shows(phone, tamper(root)))
    outcome.nothing_written(SIGN_IN)
    replace(phone, "token", root)
    assert phone.sign_in_silently()["signed_in"]


def test_claims_of_one_token_with_the_signature_of_the_next_are_rejected(outcome, phone, clock, root):
    child = moved_on(phone, clock)
    for token in (mixed(root, child), mixed(child, root)):
        assert is_asked_who_it_is(shows(phone, token))
    assert Device.objects.get().revoked_at is None


def test_a_token_of_a_withdrawn_key_signs_nobody_in(outcome, phone, root):
    key = keyring.active(Use.TOKEN, NOW)
    SigningKey.objects.filter(pk=key.kid).delete()
    assert is_asked_who_it_is(shows(phone, root))


def test_a_token_expires_after_seven_days_to_the_second(outcome, phone, clock, root):
    later(clock, days=7)
    page = shows(phone, root)
    assert page.heading == "Time for a new code"
    assert is_asked_who_it_is(page)


def test_a_token_older_than_the_current_one_signs_out_both_holders(outcome, phone, clock, root):
    moved_on(phone, clock, visits=2)
    thief = phone.like()
    plant(thief, "device", phone.cookie("device"))
    plant(thief, "token", root)
    later(clock, hours=1)
    assert is_asked_who_it_is(thief.ask_flex())
    assert phone.ask_flex().heading == "We signed this phone out to keep you safe"
    assert Device.objects.get().reason == "copied"
    assert LoginEvent.objects.filter(kind=Kind.TOKEN_COPIED).count() == 1


def test_the_tokens_of_one_visit_sign_in_in_any_order_without_a_new_token(outcome, phone, clock, root):
    child = moved_on(phone, clock)
    newest = moved_on(phone, clock)
    for token in (newest, child, root, newest):  # what tabs may hold that were opened before the answer came
        replace(phone, "token", token)
        assert phone.sign_in_silently()["signed_in"]
    assert LongLivedToken.objects.count() == 3


def test_a_stolen_token_on_another_platform_signs_nobody_in_and_nobody_out(outcome, phone, android, root):
    for kind in ("device", "token"):
        plant(android, kind, phone.cookie(kind))
    assert is_asked_who_it_is(android.ask_flex())
    assert LoginEvent.objects.filter(kind=Kind.TOKEN_UNKNOWN, detail="apart").exists()
    assert phone.sign_in_silently()["signed_in"]
