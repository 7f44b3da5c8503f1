"""The first page and a silent sign-in, on a slow phone with a slow connection.

Machines that run tests are slow or busy, so no measured time decides anything. What is judged is the time on the
network, computed from counted bytes and round trips. The page's CPU time and elapsed time are printed for comparison.
"""

import time
from typing import NamedTuple

import pytest
from django.conf import settings

from tests.environment import IDP_PORT
from tests.saml.metadata.sites import certificate_for
from tests.speed import slow_link
from tests.speed.slow_link import Line

pytestmark = pytest.mark.slow

POOR, FAIR = Line(round_trip=0.4, bits=400_000), Line(round_trip=0.15, bits=1_600_000)
BARS = {"redirect": 1.8, "post": 2.5}
PROCESSOR = 0.2
"""Seconds of each bar that are left to a phone's processor, which cannot be counted here."""
SLOWER = 4
"""So much slower than this computer's is the phone's processor."""
PAINTED = """
() => new Promise((done) => {
  let shifted = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((it) => { shifted += it.value }))
    .observe({type: "layout-shift", buffered: true});
  new PerformanceObserver((list) => setTimeout(() => done([list.getEntries().at(-1).startTime / 1000, shifted]), 100))
    .observe({type: "largest-contentful-paint", buffered: true});
})
"""


class Bar(NamedTuple):
    """In how many seconds a page is to be painted over a line."""

    line: Line
    seconds: float


@pytest.fixture
def pem(tmp_path):
    return certificate_for(tmp_path, "localhost")


@pytest.fixture
def tell(capsys):
    """Print a sentence whether or not the test fails."""

    def tell(sentence):
        with capsys.disabled():
            print(f"\n{sentence}")  # noqa: T201 - the figure is what people look for

    return tell


@pytest.fixture
def poor_phone(browser_page):
    page = browser_page("iPhone")
    page.processor = page.context.new_cdp_session(page)
    page.processor.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.processor.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return page


@pytest.fixture
def begun(phone, poor_phone):
    """The path of a first page, which the browser may see."""
    address = phone.http.get(f"{phone.sp_url}/sign-in", allow_redirects=False, timeout=30).headers["Location"]
    path = phone.http.get(address, allow_redirects=False, timeout=30).headers["Location"]
    bring_cookies(poor_phone, phone)
    return path


@pytest.fixture
def signed_in(phone, poor_phone):
    """A phone whose agent is signed in, and so is the browser's."""
    phone.sign_in()
    bring_cookies(poor_phone, phone)
    return phone


def worked(page):
    """Seconds that the page's processor worked, waiting for nobody."""
    metrics = page.processor.send("Performance.getMetrics")["metrics"]
    return next(it["value"] for it in metrics if it["name"] == "TaskDuration")


def there(link, address):
    return address.replace(settings.LATCHKEY.base_url, f"https://localhost:{link.port}")


@pytest.mark.parametrize("bar", [Bar(POOR, 2.0), Bar(FAIR, 1.0)], ids=["poor line", "fair line"])
def test_the_first_page_is_painted_in_time_and_nothing_on_it_moves(begun, poor_phone, pem, tell, bar):
    with slow_link.over(bar.line, place=IDP_PORT, pem=pem) as link:
        poor_phone.goto(f"https://localhost:{link.port}{begun}")
        painted, shifted = poor_phone.evaluate(PAINTED)
        work = worked(poor_phone)
    tell(f"first page painted after {told(link, work)}, by the clock {painted:.2f} s")
    assert link.network_seconds() <= bar.seconds - PROCESSOR
    assert shifted == 0


@pytest.mark.parametrize("binding", BARS)
def test_a_silent_sign_in_reaches_the_service_in_time(signed_in, poor_phone, pem, tell, binding):
    with slow_link.over(POOR, place=IDP_PORT, pem=pem) as link:
        before = worked(poor_phone)
        begun = time.monotonic()
        with poor_phone.expect_request(lambda it: "/login/callback" in it.url):
            go(poor_phone, link, signed_in, binding)
        took = time.monotonic() - begun
        work = worked(poor_phone) - before
    tell(f"Flex reached by {binding} after {told(link, work)}, by the clock {took:.2f} s")
    assert link.network_seconds() <= BARS[binding] - PROCESSOR


def go(page, link, phone, binding):
    if binding == "redirect":
        asked = phone.http.get(f"{phone.sp_url}/sign-in", allow_redirects=False, timeout=30)
        page.evaluate("address => { location.href = address }", there(link, asked.headers["Location"]))
    else:
        form = phone.open(f"{phone.sp_url}/sign-in", binding="post").form_with("SAMLRequest")
        page.set_content(f"<form method=post action='{there(link, form.action)}'></form>")
        page.evaluate(POST, dict(form.form_values()))


POST = """
(fields) => {
  const form = document.querySelector("form");
  for (const [name, value] of Object.entries(fields)) {
    form.append(Object.assign(document.createElement("input"), {type: "hidden", name, value}));
  }
  form.submit();
}
"""


def bring_cookies(page, phone):
    """Let the browser be the one that signed in, or began to."""
    origin = settings.LATCHKEY.base_url
    page.context.add_cookies([{"name": it.name, "value": it.value, "url": origin} for it in phone.http.cookies])


def told(link, work):
    turns = max(1 + it.turns for it in link.calls)
    up, down = sum(it.up for it in link.calls), sum(it.down for it in link.calls)
    network = f"{link.network_seconds():.2f} s on the network ({turns} round trips, {up} bytes up, {down} down)"
    return f"{network} and {work:.2f} s of CPU time"
