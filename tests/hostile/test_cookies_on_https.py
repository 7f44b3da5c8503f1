"""The real service behind a proxy that ends TLS: the attributes of each cookie."""

import re
from http.cookies import SimpleCookie
from urllib.parse import urljoin

import pytest
import requests

from idp.demo import seeds
from idp.demo.sp import DemoSp
from tests.hostile.authn_requests import ISSUER
from tests.phone import NUMBER, Page
from tests.pretend_service import stamped
from tests.races.installation import Installation
from tests.saml.messages import a_query, a_request
from tests.user_agents import DESKTOP, IPHONE

pytestmark = pytest.mark.slow

DAY = 24 * 60 * 60
LIVES = {"device": 400 * DAY, "token": 7 * DAY, "session": 9 * DAY, "flow": 20 * 60, "form": 364 * DAY}


class Browser:
    """A browser on the far side of the proxy. It keeps cookies itself: `requests` would not send them by plain http."""

    def __init__(self, service, user_agent):
        self.service, self.jar, self.written = service, {}, []
        self.headers = {
            "Host": f"localhost:{service.port}",
            "User-Agent": user_agent,
            "X-Forwarded-For": "203.0.113.7",
            "X-Forwarded-Proto": "https",
        }

    def send(self, method, path, data=None):
        """Go to a path, and on to where it leads here."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        headers = {**self.headers, "Cookie": cookies, "Referer": f"https://localhost:{self.service.port}/"}
        address = f"http://127.0.0.1:{self.service.port}{path}"
        answer = requests.request(method, address, data=data, headers=headers, allow_redirects=False, timeout=30)
        for line in answer.raw.headers.getlist("Set-Cookie"):
            self.keep(line)
        if answer.is_redirect and answer.headers["Location"].startswith("/"):
            return self.send("GET", answer.headers["Location"])
        return Page(answer)

    def keep(self, line):
        self.written.append(line)
        for name, cookie in SimpleCookie(line).items():
            if int(cookie["max-age"]) == 0:
                self.jar.pop(name, None)
            else:
                self.jar[name] = cookie.value

    def submit(self, page, **values):
        form = page.form_with(next(iter(values)))
        assert form is not None, f"{page.status} {page.text}"
        path = re.sub("^http://[^/]*", "", urljoin(page.url, form.action))
        return self.send("POST", path, dict(form.form_values()) | values)

    def ask(self, **wishes):
        destination = f"{self.service.url}/saml/sso"
        request = a_request(
            issuer=ISSUER, **{"ID": f"_{id(self)}-{len(self.written)}", **stamped(destination), **wishes}
        )
        return self.send("GET", f"/saml/sso?{a_query(request)}")


@pytest.fixture
def service(transactional_db, keys, verify, tmp_path):
    place = Installation(tmp_path, https=True, LATCHKEY_TRUSTED_PROXIES="1")
    with place as running, DemoSp(running.url) as sp:
        seeds.plant(sp.url)
        yield running


def sign_in(browser, verify):
    before = len(verify.state.messages(NUMBER))
    page = browser.submit(browser.ask(), identifier=NUMBER)
    return browser.submit(page, code=verify.state.messages(NUMBER, after=before, wait=10)[0].code)


def test_on_https_each_cookie_is_bound_to_the_host_and_hidden_from_scripts(service, verify):
    phone, desktop = Browser(service, IPHONE), Browser(service, DESKTOP)
    for browser in (phone, desktop):
        assert sign_in(browser, verify).form_with("SAMLResponse") is not None
        assert browser.ask().form_with("SAMLResponse") is not None
    met = set()
    for line in phone.written + desktop.written:
        ((name, cookie),) = SimpleCookie(line).items()
        kind, life = name.removeprefix("__Host-latchkey-").partition("-")[0], int(cookie["max-age"])
        assert name.startswith("__Host-latchkey-"), name
        assert (cookie["secure"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", ""), line
        assert len(line) < 4096
        if life:  # else it takes a cookie away
            assert cookie["httponly"] is True, line
            assert life == LIVES[kind], line
            met.add(kind)
    assert met == set(LIVES)
    assert "__Host-latchkey-token" in phone.jar
    assert "__Host-latchkey-token" not in desktop.jar
