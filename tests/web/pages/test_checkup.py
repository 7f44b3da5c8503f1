"""The operators' page that says whether all is in order, the home page beside it, and a word in the log."""

import re

import pytest
import requests
from django.test import Client
from structlog.testing import capture_logs

from idp.agents.models import Agent
from idp.keys.models import SigningKey
from idp.otp.models import PhoneAuthenticator, Verification, VerificationSend
from idp.saml.models import ServiceProvider
from tests.conftest import NOW, an_agent
from tests.policies import publishing
from tests.web.conftest import inside
from tests.web.seeded import a_rule, a_service, a_signed_in_agent

PAGE = "/admin/checkup/"
SECRETS = ("a secret of the tests", "only for tests", "PRIVATE KEY")


@pytest.fixture
def behind(settings, live_server):
    """Let the settings say that browsers come by HTTPS through so many proxies."""

    def say(trusted):
        https = settings.LATCHKEY.base_url.replace("http:", "https:")
        settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"base_url": https, "trusted_proxies": trusted})

    return say


@pytest.fixture
def through(live_server, transactional_db, keys):
    """Ask for a page as an operator, over HTTP, with what proxies add."""

    def ask(headers=None, page=PAGE):
        operator = Agent.objects.filter(is_staff=True).first()
        operator = operator or Agent.objects.create(email="o@acme.example", full_name="O", is_staff=True, password="!")
        factor = operator.totpdevice_set.get_or_create(name="app", confirmed=True)[0]
        cookies = {name: it.value for name, it in inside(operator, factor).cookies.items()}
        answer = requests.get(f"{live_server.url}{page}", headers=headers, cookies=cookies, timeout=30)
        assert answer.status_code == 200
        return answer.text

    return ask


def test_a_visitor_is_redirected_to_the_login(db):
    for ask in (Client().get, Client().post):
        assert ask(PAGE)["Location"].startswith("/admin/login/")


def test_any_operator_may_look_and_no_secret_is_shown(db, keys):
    operator = Agent.objects.create(email="l@acme.example", full_name="Looker", is_staff=True, password="!")
    operator.totpdevice_set.create(name="app", confirmed=True)
    page = inside(operator).get(PAGE, headers={"authorization": "Basic unshown", "x-other": "unshown"})
    assert "Our clock and the database" in page.text
    for hidden in ("unshown", *SECRETS):
        assert hidden not in page.text


def test_only_the_button_sends_requests_to_others(admin, keys, live_server, verify):
    assert "Outside services were not contacted." in admin.get(PAGE).text
    assert verify.state.counters()["paths"] == {}
    asked = admin.post(PAGE).text
    assert "Twilio accepts our credentials and the service" in asked
    assert "The metadata at our address is ours." in asked


@pytest.mark.parametrize(
    ("trusted", "chain", "said"),
    [
        (0, "192.0.2.7, 10.0.0.2", "Set LATCHKEY_TRUSTED_PROXIES=2 "),
        (1, "192.0.2.7, 10.0.0.2", "set LATCHKEY_TRUSTED_PROXIES=2 "),
        (1, "192.0.2.7", "fits the settings"),
    ],
)
def test_the_page_judges_the_headers_of_its_own_request(through, behind, trusted, chain, said):
    behind(trusted)
    page = through({"X-Forwarded-For": chain, "X-Forwarded-Proto": "https"})
    assert said in page
    assert f"<td>{chain}</td>" in page


def test_a_proxy_that_does_not_report_https_is_found(through, behind):
    behind(1)
    assert "set X-Forwarded-Proto to https" in through({"X-Forwarded-For": "192.0.2.7"})


def test_the_page_shows_the_address_that_the_trail_records(through, behind):
    behind(1)
    page = through({"X-Forwarded-For": "203.0.113.9, 192.0.2.7", "X-Forwarded-Proto": "https"})
    assert "as the trail records it</th><td>192.0.2.7</td>" in page


def test_the_home_page_raises_an_alarm_when_forms_would_fail(through, behind):
    behind(0)
    assert "every form fails" in through({"X-Forwarded-Proto": "https"}, "/admin/").split('role="alert"')[1]


def test_a_header_is_shown_escaped_and_cut(admin, keys):
    page = admin.get(PAGE, headers={"x-forwarded-host": "<script>" + "x" * 5000}).text
    assert "&lt;script&gt;" in page
    assert "x" * 300 not in page


# Home


def steps(admin):
    page = admin.get("/admin/").text
    return page.split("To finish setting up")[1].split("</ol>")[0] if "To finish setting up" in page else ""


ALL = (
    "Check the connection to Twilio",
    "Connect Flex",
    "Add an agent",
    "Decide which phones may sign in",
    "first sign-in",
)


def test_a_new_installation_lists_every_step(admin, keys):
    shown = steps(admin)
    assert [it for it in ALL if it not in shown] == []


def test_a_step_returns_when_its_result_breaks(operator, keys):
    operator.set_password("correct horse battery")
    operator.save()
    admin, service = inside(operator), a_service()
    a_signed_in_agent(NOW)
    assert steps(admin) == ""
    ServiceProvider.objects.filter(pk=service.pk).update(enabled=False)
    SigningKey.objects.filter(use="saml").update(private_key="lost")
    assert [it for it in (*ALL, "Fix the signing key") if it in steps(admin)] == [
        "Connect Flex",
        "Fix the signing key",
    ]
    assert "Done: address, HTTPS and clock, texts, agents, access rules, first sign-in." in admin.get("/admin/").text


def test_a_step_disappears_when_it_is_done(operator, keys):
    operator.set_password("correct horse battery")
    operator.save()
    admin = inside(operator)
    a_service()
    an_agent("+12015550177")
    a_rule()
    assert [it for it in ALL if it in steps(admin)] == ["first sign-in"]
    assert "Send a test code" in steps(admin)
    a_signed_in_agent(NOW)
    assert steps(admin) == ""


def test_a_test_code_goes_to_the_operators_own_number_if_there_is_one(operator, keys):
    an_agent("+12015550177")
    admin = inside(operator)
    PhoneAuthenticator.objects.create(user=operator, name="mobile number", number="+12015550178")
    link = re.search(r'href="([^"]*)">Send a test code', steps(admin))[1]
    assert link == f"/admin/agents/agent/{operator.pk}/test-code/"
    assert admin.get(link).status_code == 200


def test_the_home_page_shows_alarms_only_when_something_breaks(admin, keys):
    assert 'role="alert"' not in admin.get("/admin/").text
    SigningKey.objects.filter(use="token").update(private_key="lost")
    assert "cannot be decrypted" in admin.get("/admin/").text.split('role="alert"')[1]


def test_credentials_that_twilio_refuses_are_an_alarm_until_a_text_goes_out(admin, keys):
    verification = Verification.objects.create(counted_as="x", started_at=NOW)
    refused = {"verification": verification, "channel": "sms", "at": NOW}
    VerificationSend.objects.create(nth=1, answer="misconfigured (20003)", **refused)
    assert "nobody gets a code" in admin.get("/admin/").text.split('role="alert"')[1]
    VerificationSend.objects.create(nth=2, answer="sent", **refused)
    assert 'role="alert"' not in admin.get("/admin/").text


def test_the_home_page_takes_no_more_queries_for_more_rows(admin, keys, django_assert_max_num_queries):
    for nth in range(1, 20):
        a_signed_in_agent(NOW, nth)
        publishing.drafted(name=f"Rule {nth}")
    publishing.publish()
    admin.get("/admin/")  # reads what is held from now on
    with django_assert_max_num_queries(12):
        admin.get("/admin/")


# The log


def test_an_unknown_proxy_is_logged_once(db, keys, behind):
    behind(0)
    browser = Client(headers={"x-forwarded-proto": "https"})
    with capture_logs() as logs:
        browser.get("/healthz")
        browser.get("/healthz")
    assert [it["event"] for it in logs].count("unheeded_proxy") == 1


@pytest.mark.parametrize(("trusted", "headers"), [(1, {"x-forwarded-proto": "https"}), (0, {})])
def test_a_known_or_absent_proxy_is_not_logged(db, behind, trusted, headers):
    behind(trusted)
    with capture_logs() as logs:
        Client(headers=headers).get("/healthz")
    assert "unheeded_proxy" not in [it["event"] for it in logs]
