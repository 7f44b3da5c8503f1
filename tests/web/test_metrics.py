"""`/metrics`: who may read it, what it says, and what it never says."""

import socket
import uuid
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pydantic import SecretStr
from structlog.testing import capture_logs

from idp.agents.models import Device
from idp.audit.models import Kind
from idp.keys.models import Use
from idp.otp import breaker
from idp.otp.gateway import Failure
from idp.saml.models import LogoutNotice
from idp.saml.models.logout import Channel, Outcome
from idp.web.checkup import clocks
from idp.web.metrics.endpoint import MonitorsOnly
from idp.webhooks.kinds import Kind as Told
from idp.webhooks.models import Delivery, Webhook
from tests.conftest import NOW, an_agent
from tests.devices import a_device
from tests.web.aged import a_webhook_of_old
from tests.web.monitor import TOKEN, ask, figures, record
from tests.web.seeded import a_service

pytestmark = pytest.mark.each_database


@pytest.fixture
def watched(settings, db, keys, clock):
    """An installation that has a monitor, which reads {(name, labels): value}."""
    settings.LATCHKEY = configured.LATCHKEY.model_copy(update={"metrics_token": SecretStr(TOKEN), "redis_url": ""})
    return figures


# The door


def test_without_a_token_in_the_settings_there_is_no_such_address(db):
    assert ask().status_code == ask(shown="").status_code == ask(shown="Bearer ").status_code == 404


@pytest.mark.parametrize("shown", ["", "Bearer", f"Bearer {TOKEN}x", "Bearer é", f"Basic {TOKEN}", TOKEN, TOKEN[:-1]])
def test_a_scrape_without_the_token_gets_401_and_no_figures(watched, shown):
    page = ask(shown)
    assert (page.status_code, page["WWW-Authenticate"]) == (401, 'Bearer realm="metrics"')
    assert page["X-Reference"] in page.text
    assert "latchkey_" not in page.text
    assert TOKEN not in page.text


def test_a_monitor_reads_in_plain_text_why_it_gets_nothing(watched):
    refusal = ask("")
    assert refusal["Content-Type"] == "text/plain; charset=utf-8"
    assert refusal.text.splitlines() == [MonitorsOnly.for_programs, f"Reference: {refusal['X-Reference']}"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_a_monitor_that_posts_reads_text_too(watched, path):
    assert Client().post(path).text.startswith("This address does not accept this method.")


def test_the_monitor_reads_text_that_is_never_cached(watched):
    answer = ask(f"bearer {TOKEN}")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"


def test_a_monitor_may_ask_as_often_as_it_likes(watched, settings):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"requests_a_minute": 1})
    assert [ask().status_code for _ in range(4)] == [200] * 4


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/.well-known/jwks.json"])
def test_a_program_that_posts_reads_which_methods_are_taken(watched, path):
    answer = Client(enforce_csrf_checks=True).post(path, headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


# What it says


def test_a_quiet_installation_says_nought_of_everything(watched):
    read = watched()
    assert read["latchkey_build_info", "0.1.0"] == read["latchkey_database_reachable",] == 1
    assert read["latchkey_recent_sign_ins", "passkey"] == read["latchkey_recent_codes", "sent"] == 0
    assert read["latchkey_verify_breaker_open",] == read["latchkey_logout_oldest_seconds",] == 0
    assert not [name for name, *_ in read if "redis" in name]


def test_recent_figures_cover_five_minutes(watched, clock):
    record(Kind.SIGNED_IN, method="passkey")
    record(Kind.REFUSED)
    record(Kind.CODE_WRONG)
    seen = ("latchkey_recent_sign_ins", "passkey"), ("latchkey_recent_refusals",), ("latchkey_recent_wrong_codes",)
    assert [watched()[it] for it in seen] == [1, 1, 1]
    clock.shift(timedelta(minutes=5))
    assert [watched()[it] for it in seen] == [0, 0, 0]


def test_waiting_messages_are_counted_with_the_age_of_the_oldest(watched, clock):
    webhook = a_webhook_of_old(NOW - timedelta(minutes=3))
    for minutes in (1, 2):
        Delivery.objects.create(webhook=webhook, kind=Told.TEST, made_at=NOW - timedelta(minutes=minutes))
    agent = an_agent()
    LogoutNotice.objects.create(
        service_provider=a_service(),
        agent=agent,
        device=a_device(agent),
        channel=Channel.SERVER,
        outcome=Outcome.WAITING,
        made_at=NOW - timedelta(minutes=4),
        next_try_at=NOW,
    )
    read = watched()
    assert (read["latchkey_webhook_messages_waiting",], read["latchkey_logouts_waiting",]) == (2, 1)
    ages = "latchkey_webhook_oldest_seconds", "latchkey_webhook_unread_seconds", "latchkey_logout_oldest_seconds"
    assert [read[it,] for it in ages] == [pytest.approx(minutes * 60, abs=5) for minutes in (2, 3, 4)]


def test_messages_of_a_webhook_that_is_switched_off_do_not_count_as_waiting(watched, clock):
    webhook = a_webhook_of_old(NOW)
    Delivery.objects.create(webhook=webhook, kind=Told.TEST, made_at=NOW)
    Webhook.objects.update(is_on=False)
    assert watched()["latchkey_webhook_messages_waiting",] == 0


def test_trouble_at_twilio_and_alarms_are_reported(watched):
    breaker.note_failure(Failure.MISCONFIGURED, NOW)
    record(Kind.NOT_ME)
    assert watched()["latchkey_verify_breaker_open",] == watched()["latchkey_alarms_waiting",] == 1


def test_a_clock_that_is_minutes_behind_is_reported(watched, clock):
    clock.shift(clocks.database_ahead() - timedelta(minutes=4))
    assert watched()["latchkey_clock_ahead_seconds",] == pytest.approx(-240, abs=5)


def test_the_end_of_a_certificate_comes_nearer(watched, clock):
    row = "latchkey_certificate_days", "active", Use.SAML.value
    before = watched()[row]
    clock.shift(timedelta(days=10))
    assert before - watched()[row] == pytest.approx(10, abs=0.01)


def test_redis_is_reported_only_if_configured(watched, redis):
    assert watched()["latchkey_redis_reachable",] == 1
    redis.kill()
    assert watched()["latchkey_redis_reachable",] == 0


def test_without_the_database_only_that_is_reported(watched):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE otp_breaker RENAME TO gone")
    read = watched()
    assert read["latchkey_database_reachable",] == 0
    assert not [name for name, *_ in read if "recent" in name]


def test_a_database_that_answers_nothing_is_reported_and_does_not_hide_the_rest(watched):
    """The alarm about it could not go off: the whole answer was a page that says that Latchkey is busy."""

    def away(*_):
        raise OperationalError("the server closed the connection")

    with connection.execute_wrapper(away):
        read = watched()
    assert read["latchkey_database_reachable",] == 0
    assert read["latchkey_build_info", "0.1.0"] == 1


def test_a_database_to_which_nobody_can_connect_is_reported_too(transactional_db, watched, monkeypatch):
    """The sealing of the trail asked for a connection before it began in the background."""

    def refused(*_):
        raise OperationalError("connection refused")

    connection.close()
    connection.close_pool()
    with monkeypatch.context() as away:
        away.setattr(connection, "get_new_connection", refused)
        assert watched()["latchkey_database_reachable",] == 0


def test_counts_whose_folder_was_removed_hide_nothing_else_and_the_log_says_so(watched, monkeypatch, tmp_path):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "removed"))
    with capture_logs() as lines:
        found = watched()
    assert found[("latchkey_database_reachable",)] == 1
    assert not any(name.startswith("latchkey_request_seconds") for name, *_ in found)
    assert [it["event"] for it in lines if "remedy" in it] == ["metrics_not_counted"]


def test_requests_are_counted_by_route_and_never_by_path(watched):
    browser = Client()
    before = watched()
    browser.get("/healthz")
    browser.get(f"/login/{uuid.uuid4()}")
    browser.get("/%2B12015550101")
    browser.get("/admin/agents/agent/?q=ana@acme.example")
    after, count = watched(), "latchkey_request_seconds_count"
    went = ("/healthz", "2xx"), ("/login/<uuid:flow_id>", "4xx"), ("none", "4xx"), ("/admin/", "3xx")
    rows = [(count, route, socket.gethostname(), status) for route, status in went]
    assert [after[it] - before.get(it, 0) for it in rows] == [1] * 4


def test_servers_that_answer_a_monitor_in_turn_count_in_series_of_their_own(watched, monkeypatch):
    """Prometheus takes a series that falls for a restart: two servers in one would look like thousands of requests."""
    for server in ("one", "other"):
        monkeypatch.setattr("socket.gethostname", lambda named=server: named)
        Client().get("/healthz")
    counts = watched()
    assert [counts["latchkey_request_seconds_count", "/healthz", it, "2xx"] for it in ("one", "other")] == [1, 1]


# What it never says


def test_nobody_is_named_and_the_number_of_queries_does_not_grow(watched):
    with CaptureQueriesContext(connection) as quiet:
        ask()
    for nth in range(4):
        agent = an_agent(f"+120155501{nth:02}", f"ana{nth}@acme.example")
        device = a_device(agent)
        record(Kind.SIGNED_IN, method="code", agent=agent, device=device, service="flex")
        record(Kind.TOKEN_COPIED, agent=agent, device=device, detail="a detail")
    with CaptureQueriesContext(connection) as busy:
        said = ask().text
    assert len(quiet) == len(busy) == 12
    assert 'latchkey_devices{kind="phone"} 4.0' in said
    secrets = [*map(str, Device.objects.values_list("pk", flat=True)), "acme", "2015550", "192.0.2", "Ana", "detail"]
    assert [it for it in secrets if it in said] == []
