"""What an app may ask in the system browser: told on a page until app and address are known, then to the app."""

import pytest
from django.test import Client as HttpClient

from idp.login.models import LoginFlow
from tests.conftest import NOW
from tests.native.own_app import BASE_URL, CHALLENGE, REDIRECT, a_back_end, a_client, told

pytestmark = pytest.mark.usefixtures("db", "keys")

RIGHT = {
    "response_type": "code",
    "client_id": "acme-phone",
    "redirect_uri": REDIRECT,
    "state": "a state",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@pytest.fixture
def client():
    return a_client(redirects=(REDIRECT, "https://phone.acme.example/signed-in?app=1", "http://127.0.0.1/signed-in"))


def ask(method="get", **changed):
    query = {name: value for name, value in {**RIGHT, **changed}.items() if value is not None}
    return getattr(HttpClient(), method)("/oauth/authorize", query)


@pytest.mark.parametrize(
    "redirect_uri",
    [
        REDIRECT,
        "https://phone.acme.example/signed-in?app=1",
        "http://127.0.0.1/signed-in",
        "http://127.0.0.1:50123/signed-in",
    ],
)
def test_a_valid_request_leads_to_the_login(client, redirect_uri):
    browser = HttpClient()
    response = browser.get("/oauth/authorize", RIGHT | {"redirect_uri": redirect_uri})
    assert (response.status_code, response["Location"]) == (303, f"/login/{LoginFlow.objects.get().pk}")
    assert b"Acme Phone" in browser.get(response["Location"]).content


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "nobody"},
        {"client_id": None},
        {"client_id": ["acme-phone", "acme-phone"]},
        {"client_id": "acme-phone\x00"},
        {"client_id": "crm"},
        {"client_id": "off"},
        {"redirect_uri": None},
        {"redirect_uri": [REDIRECT, REDIRECT]},
        {"redirect_uri": REDIRECT + "/"},
        {"redirect_uri": REDIRECT.upper()},
        {"redirect_uri": "https://phone.acme.example/signed-in"},
        {"redirect_uri": "https://phone.acme.example/signed-in?app=1&x"},
        {"redirect_uri": "https://phone.acme.example.evil.example/signed-in?app=1"},
        {"redirect_uri": "https://evil@phone.acme.example/signed-in?app=1"},
        {"redirect_uri": "http://127.0.0.1:50123/elsewhere"},
        {"redirect_uri": "http://127.0.0.1:50123@evil.example/signed-in"},
        {"redirect_uri": "http://localhost:50123/signed-in"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "//evil.example"},
    ],
    ids=str,
)
def test_a_browser_is_never_redirected_to_an_unregistered_address(client, changed):
    a_client("off", enabled=False)
    a_back_end(NOW)
    response = ask(**changed)
    assert response.status_code in {400, 403}
    assert not response.has_header("Location")
    assert "Show this page to your administrator" in response.content.decode()
    assert not LoginFlow.objects.exists()


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"response_type": ["code", "code"]}, "invalid_request"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"response_mode": ["query", "query"]}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": CHALLENGE + "="}, "invalid_request"),
        ({"code_challenge": "x" * 42}, "invalid_request"),
        ({"code_challenge": [CHALLENGE, CHALLENGE]}, "invalid_request"),
    ],
    ids=str,
)
def test_every_other_fault_is_reported_to_the_app(client, changed, error):
    response = ask(**changed)
    answer = told(response["Location"])
    assert response["Location"].startswith(f"{REDIRECT}?")
    assert (answer["error"], answer["state"], answer["iss"]) == (error, "a state", BASE_URL)
    assert not LoginFlow.objects.exists()


@pytest.mark.parametrize("state", [None, "", "x" * 1025, "a\x00b", "a\r\nSet-Cookie: b", ["a", "b"]], ids=repr)
def test_a_state_is_required_and_only_a_printable_one_is_sent_back(client, state):
    answer = told(ask(state=state)["Location"])
    assert answer["error"] == "invalid_request"
    assert "state" not in answer


def test_a_query_of_the_registered_address_is_kept(client):
    address = ask(redirect_uri="https://phone.acme.example/signed-in?app=1", response_type="token")["Location"]
    assert address.startswith("https://phone.acme.example/signed-in?app=1&error=unsupported_response_type&")


@pytest.mark.parametrize("method", ["head", "post"])
def test_a_sign_in_begins_by_get_only(client, method):
    assert ask(method).status_code == 405
    assert not LoginFlow.objects.exists()


def test_an_apps_flow_is_answered_to_no_service(client):
    browser = HttpClient()
    pk = browser.get("/oauth/authorize", RIGHT)["Location"].rpartition("/")[2]
    assert browser.get(f"/saml/respond/{pk}").status_code == 410
    assert browser.get(f"/oauth/respond/{pk}")["Location"] == f"/login/{pk}"
    assert HttpClient().get(f"/oauth/respond/{pk}").status_code == 400
