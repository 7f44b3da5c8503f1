"""An access token opens the API for 15 minutes, and no token is accepted elsewhere."""

import json
from base64 import urlsafe_b64encode
from datetime import timedelta
from uuid import uuid4

import jwt
import pytest

from idp.agents import devices
from idp.agents.models import Agent, Device, Reason
from idp.keys import keyring
from idp.keys.models import Use
from idp.native import bearer
from idp.tokens import lifecycle
from tests.conftest import NOW
from tests.devices import a_phone
from tests.native.own_app import BASE_URL, a_back_end, a_client, an_app_signed_in, renew

pytestmark = [pytest.mark.usefixtures("db", "keys"), pytest.mark.any_database]

MINUTE = timedelta(minutes=1)


@pytest.fixture
def client():
    return a_client()


@pytest.fixture
def device(client, agent, clock):
    an_app_signed_in(client, agent)
    return Device.objects.get()


@pytest.fixture
def token(client, device):
    return bearer.issue(client, device, NOW)


def forged(token, header=None, key=None, **changed):
    """The same token with something changed, signed with our own key."""
    said = jwt.decode(token, options={"verify_signature": False}) | changed
    said = {name: value for name, value in said.items() if value is not None}
    active = keyring.active(Use.TOKEN, NOW)
    headers = {"kid": active.kid, "typ": "at+jwt", **(header or {})}
    return jwt.encode(said, key or active.private_key, algorithm="ES256", headers=headers)


def test_a_token_names_client_and_device_for_fifteen_minutes(token, client, device):
    assert bearer.of(token, NOW + 15 * MINUTE - timedelta(seconds=1)) == bearer.Bearer(client, device)
    assert bearer.of(token, NOW + 15 * MINUTE) is None


def test_the_control_a_forged_token_with_nothing_changed_is_valid(token):
    assert bearer.of(forged(token), NOW) is not None


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": f"{BASE_URL}/api/v1/token"},
        {"aud": [f"{BASE_URL}/api/v1"]},
        {"iss": "https://elsewhere.example"},
        {"client_id": "other-app"},
        {"client_id": None},
        {"client_id": 7},
        {"sub": str(uuid4())},
        {"sub": "acme-phone", "device": None},
        {"device": str(uuid4())},
        {"device": "no id"},
        {"exp": "soon"},
        {"exp": True},
        {"exp": None},
        {"jti": None},
        {"iat": None},
        {"header": {"typ": "JWT"}},
        {"header": {"typ": "latchkey-device+jwt"}},
        {"header": {"kid": "../../etc/passwd"}},
        {"header": {"kid": "0" * 32}},
        {"header": {"crit": ["b64"]}},
    ],
    ids="-".join,  # every worker has its own address and draws its own numbers
)
def test_a_token_with_one_value_changed_is_not_valid(token, changed):
    a_client("other-app")
    assert bearer.of(forged(token, **changed), NOW) is None


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "é.é.é", "x" * 5000])
def test_a_text_that_is_no_token_names_nobody(text):
    assert bearer.of(text, NOW) is None


def test_an_unsigned_token_is_not_valid(token):
    header = urlsafe_b64encode(json.dumps({"alg": "none", "typ": "at+jwt"}).encode()).decode().rstrip("=")
    assert bearer.of(f"{header}.{token.split('.')[1]}.", NOW) is None


def test_an_access_token_and_a_long_lived_token_cannot_replace_each_other(client, agent, device, token):
    refresh = lifecycle.issue(device, NOW)
    browser = lifecycle.issue(a_phone(agent), NOW)
    assert bearer.of(refresh, NOW) is bearer.of(browser, NOW) is None
    for wrong in (token, browser):
        assert renew(wrong).json()["reason"] == "unknown"
        assert lifecycle.owner(wrong, NOW) is None
    known = lifecycle.recognise(refresh, None, "apple", NOW)
    assert known == lifecycle.Unrecognised("unknown")


@pytest.mark.parametrize("ends", ["device", "agent", "client"])
def test_a_token_ends_with_its_device_agent_or_client(token, client, device, ends):
    match ends:
        case "device":
            devices.revoke(device, Reason.OPERATOR, NOW)
        case "agent":
            Agent.objects.update(is_active=False)
        case "client":
            client.enabled = False
            client.save()
    assert bearer.of(token, NOW) is None


def test_a_back_end_is_its_own_subject(device):
    crm, _ = a_back_end(NOW)
    token = bearer.issue(crm, None, NOW)
    assert bearer.of(token, NOW) == bearer.Bearer(crm, None)
    assert jwt.decode(token, options={"verify_signature": False})["sub"] == "crm"
    assert bearer.of(forged(token, sub="acme-phone"), NOW) is None


def test_an_app_gets_no_token_of_a_back_end(client):
    assert bearer.of(bearer.issue(client, None, NOW), NOW) is None
