"""A back end shows its secret, in one of two ways, and gets an access token for the registry."""

import base64

import pytest
from django.test import Client as HttpClient
from oauthlib.oauth2 import BackendApplicationClient
from requests_oauthlib import OAuth2Session

from tests.conftest import NOW
from tests.native.own_app import BASE_URL, TOKEN, a_back_end, a_client, ask


def basic(named, secret):
    return "Basic " + base64.b64encode(f"{named}:{secret}".encode()).decode()


def with_header(header, **form):
    given = {"grant_type": "client_credentials", **form}
    return HttpClient(headers={"authorization": header}).post("/api/v1/token", given)


def test_a_back_end_reads_devices_with_a_common_oauth_library(flex):
    _, secret = a_back_end(NOW)
    session = OAuth2Session(client=BackendApplicationClient("crm"))
    session.trust_env = False
    token = session.fetch_token(TOKEN, client_secret=secret)
    assert "refresh_token" not in token
    assert session.get(f"{BASE_URL}/api/v1/devices").json()["devices"] == []


@pytest.mark.django_db
def test_a_back_end_sends_its_secret_by_http_basic_or_in_the_body(keys):
    _, secret = a_back_end(NOW)
    assert with_header(basic("crm", secret)).status_code == 200
    assert ask(grant_type="client_credentials", client_id="crm", client_secret=secret).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("header", "form", "status"),
    [
        (basic("crm", "wrong"), {}, 401),
        (basic("crm", ""), {}, 401),
        (basic("acme-phone", ""), {}, 400),
        (basic("nobody", "x"), {}, 401),
        ("Basic !!!", {}, 401),
        ("Basic", {}, 401),
        ("Bearer x", {}, 401),
        (basic("crm", "right"), {"client_secret": "right"}, 400),
        (basic("crm", "right"), {"client_id": "other"}, 400),
        ("", {"client_id": "crm"}, 401),
        ("", {"client_id": "crm", "client_secret": "wrong"}, 401),
        ("", {}, 401),
    ],
    ids=str,
)
def test_a_back_end_with_wrong_credentials_gets_no_token(keys, header, form, status):
    a_client()
    _, secret = a_back_end(NOW)
    answer = with_header(header.replace("right", secret), **form)
    assert answer.status_code == status
    if status == 401:
        assert answer.json()["error"] == "invalid_client"
        assert answer["WWW-Authenticate"].startswith("Basic")


@pytest.mark.django_db
def test_a_back_end_without_a_secret_or_switched_off_gets_nothing(keys):
    client, secret = a_back_end(NOW)
    client.enabled = False
    client.save()
    assert with_header(basic("crm", secret)).status_code == 401
    client.enabled, client.secret_hash, client.secret_made_at = True, "", None
    client.save()
    assert with_header(basic("crm", "")).status_code == 401


@pytest.mark.django_db
def test_the_metadata_follows_rfc_8414():
    told = HttpClient().get("/.well-known/oauth-authorization-server").json()
    assert told["issuer"] == BASE_URL
    assert told["token_endpoint"] == TOKEN
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["authorization_response_iss_parameter_supported"] is True
    assert HttpClient().get(told["jwks_uri"].removeprefix(BASE_URL)).json()["keys"][0]["alg"] == "ES256"
