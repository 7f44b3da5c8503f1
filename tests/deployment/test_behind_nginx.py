"""A sign-in through the nginx of deploy/, and requests while the service is reloaded and restarted."""

import os
import signal
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest
import requests

from idp.audit.models import Kind, LoginEvent
from idp.demo import seeds
from idp.demo.sp import DemoSp
from tests.deployment.behind_nginx import BehindNginx
from tests.phone import Phone
from tests.races.installation import PATIENCE
from tests.small_disk import small_disk
from tests.user_agents import IPHONE
from tests.waiting import until

pytestmark = pytest.mark.slow


@pytest.fixture
def place(transactional_db, keys, verify, tmp_path, monkeypatch):
    running = BehindNginx(tmp_path)
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", running.authority)  # trusted here by everybody,
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", running.authority)  # whatever this computer trusts
    with running, DemoSp(running.url) as sp:
        seeds.plant(sp.url)
        running.phone = Phone(sp.url, verify, IPHONE)
        running.phone.http.headers["Referer"] = running.url  # as browsers do within one place
        yield running


def test_an_agent_signs_in_over_tls_and_nginx_rejects_malformed_requests(place):
    place.phone.http.headers["X-Forwarded-For"] = "203.0.113.9"
    assert place.phone.sign_in()["signed_in"]
    assert LoginEvent.objects.get(kind=Kind.SIGNED_IN).address == "127.0.0.1"
    ours = [it for it in place.phone.http.cookies if "latchkey" in it.name]
    assert ours
    assert all(it.name.startswith("__Host-latchkey-") and it.secure for it in ours)
    assert place.phone.sign_in_silently()["signed_in"]
    sent = requests.post(f"{place.url}/login/x", data="x" * 400_000, timeout=PATIENCE)
    assert sent.status_code == 413
    assert place.get(f"/healthz?{'x' * 30_000}").status_code == 200
    plain = requests.get(f"http://localhost:{place.plain_port}/me", allow_redirects=False, timeout=PATIENCE)
    assert (plain.status_code, plain.headers["Location"]) == (301, "https://localhost/me")
    for program in ("api/v1/devices", "scim/v2/Users", "metrics", ".well-known/jwks.json"):  # refused, not led on
        refused = requests.get(f"http://localhost:{place.plain_port}/{program}", timeout=PATIENCE)
        assert (program, refused.status_code, refused.history) == (program, 403, [])
    assert agreed(place, "AES128-GCM-SHA256", "AES256-GCM-SHA384").endswith("AES256-GCM-SHA384")
    with pytest.raises(ssl.SSLError):
        agreed(place, "AES128-SHA256", "AES256-SHA384")
    with pytest.raises(requests.exceptions.SSLError):  # another name than ours
        requests.get(place.url.replace("localhost", "127.0.0.1"), verify=False, timeout=PATIENCE)


def test_no_log_of_nginx_holds_the_secret_of_a_one_time_link(place):
    link = "/admin/enter/the-secret"
    requests.get(f"http://localhost:{place.plain_port}{link}", allow_redirects=False, timeout=PATIENCE)
    assert place.get(link).status_code == 410
    assert place.get(link, headers={"Host": "another.example"}).status_code == 421
    place.end(signal.SIGTERM)
    place.held.close()
    assert place.get(link).status_code == 503
    until(lambda: statuses(place)[-1] == ["503", "502"])  # nginx writes its line after the answer
    logs = {it.name: it.read_text(encoding="utf-8") for it in place.folder.glob("*.log")}
    assert not [name for name, lines in logs.items() if "the-secret" in lines]
    assert statuses(place)[-4:-1] == [["301", "-"], ["410", "410"], ["421", "-"]]


def statuses(place):
    """Nginx's status of each request, and the service's."""
    lines = (place.folder / "access.log").read_text(encoding="utf-8").splitlines()
    return [line.split()[3::3] for line in lines]


def test_a_phone_with_the_cookies_of_a_whole_domain_gets_in(place):
    """Such as those that other sites of acme.example set for all of it."""
    assert place.get("/", headers={"Cookie": f"theirs={'x' * 25_000}"}).status_code == 200
    too_many = place.get("/", headers={"Cookie": f"theirs={'x' * 40_000}"})
    assert too_many.status_code == 431
    assert "Delete the cookies" in too_many.text


def test_a_request_for_another_host_name_is_not_led_there(place):
    other = {"Host": "other.example"}
    at = f"http://localhost:{place.plain_port}/me"
    plain = requests.get(at, headers=other, allow_redirects=False, timeout=PATIENCE)
    assert plain.headers["Location"] == "https://localhost/me"
    assert place.get("/me", headers=other).status_code == 421
    assert all("/" not in it.headers["Server"] for it in (plain, place.get("/me", headers=other)))


def test_a_client_that_never_ends_its_header_is_given_up(place):
    """nginx chooses by the header whose limits apply. Until then they are those of its default server."""
    trusted = ssl.create_default_context(cafile=place.authority)
    line = socket.create_connection(("127.0.0.1", place.port), PATIENCE)
    with line, trusted.wrap_socket(line, server_hostname="localhost") as spoken:
        spoken.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow:")
        assert spoken.recv(1) == b""


def agreed(place, *wanted):
    """The cipher suite of TLS 1.2 that nginx chooses of some that keep their secrets, by the end of their names."""
    offer = ssl.create_default_context(cafile=place.authority)
    offer.maximum_version = ssl.TLSVersion.TLSv1_2
    offer.set_ciphers(":".join(f"ECDHE-{key}-{it}" for it in wanted for key in ("ECDSA", "RSA")))
    line = socket.create_connection(("127.0.0.1", place.port), PATIENCE)
    with line, offer.wrap_socket(line, server_hostname="localhost") as spoken:
        return spoken.cipher()[0]


@contextmanager
def held_up(place, verify):
    """A phone gives its code, and Twilio takes its time. Yields what lets Twilio answer; the agent then gets in."""
    page = place.phone.ask_flex(force_authn="1")
    at_twilio, answers, now = Event(), Event(), verify.state.now

    def slowly():
        at_twilio.set()
        answers.wait(PATIENCE)
        return now()

    page = place.phone.ask_code(page)
    code = place.phone.code()
    with ThreadPoolExecutor(1) as pool:
        verify.state.now = slowly
        try:
            waiting = pool.submit(place.phone.submit, page, "code", code=code)
            assert at_twilio.wait(PATIENCE)
            yield answers.set
        finally:
            answers.set()
            del verify.state.now
        assert waiting.result(PATIENCE).form_with("SAMLResponse") is not None, waiting.result().text


def test_open_requests_finish_while_the_service_is_reloaded_and_restarted(place, verify):
    before = place.workers()
    place.reload()
    with held_up(place, verify):
        place.take_over()
        assert place.get("/healthz").status_code == 200  # while the old one waits for Twilio
        assert place.process.poll() is None
    place.process.wait(PATIENCE)
    assert not set(place.workers()) & set(before)
    with held_up(place, verify) as twilio_answers:
        os.kill(place.main, signal.SIGTERM)
        until(lambda: place.log.read_text().count("Handling signal: term") == 2)
        twilio_answers()
        place.end(0)
        place.start()
    assert place.get("/healthz").status_code == 200  # what comes in between waits in the socket


def test_a_new_version_that_cannot_start_leaves_the_former_one_serving(place):
    before = place.workers()
    place.before_all.write_text("raise SystemExit('this version is broken')")
    os.kill(place.main, signal.SIGUSR2)
    until(lambda: "this version is broken" in place.log.read_text())
    until(lambda: place.workers() == before)
    assert place.get("/healthz").status_code == 200
    place.reload()
    place.take_over()
    assert place.get("/healthz").status_code == 200


def test_a_full_disk_under_nginx_keeps_only_long_requests_out_and_says_so(place):
    bodies = place.folder / "body"
    with small_disk(megabytes=1) as disk:
        disk.fill()
        bodies.rename(place.folder / "former")
        bodies.symlink_to(disk.folder)
        assert place.phone.sign_in()["signed_in"]
        for path in ("/saml/sso", "/admin/import/"):
            answer = requests.post(f"{place.url}{path}", data="x" * 20_000, timeout=PATIENCE)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
            assert "no room for what you sent" in answer.text


def test_a_stranger_with_a_long_address_is_no_failure_of_a_node_after_which_nginx_would_leave_it(place):
    """With several nodes, three such requests kept everybody out for two seconds."""
    led = requests.get(f"{place.url}/admin/agents/agent/?q={'x' * 16_000}", allow_redirects=False, timeout=PATIENCE)
    assert (led.status_code, len(led.headers["Location"])) == (302, 16_046)
