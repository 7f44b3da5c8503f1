import pytest
from django.test import RequestFactory

from idp.agents.models import Kind
from idp.login import cookies, request_facts
from tests.user_agents import DESKTOP, IPHONE

PEER = "192.0.2.1"
IPAD_AS_MAC = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/26.3 Safari/605.1.15"
)


def by(touch_points=None, **headers):
    headers = {"REMOTE_ADDR": PEER, "HTTP_USER_AGENT": IPHONE} | headers
    return request_facts.of_browser(RequestFactory().get("/", **headers), touch_points)


@pytest.fixture
def hops(settings):
    def set_to(count):
        settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"trusted_proxies": count})

    return set_to


@pytest.mark.parametrize(
    ("count", "forwarded", "address"),
    [
        pytest.param(0, "198.51.100.7", PEER, id="no proxy: the header is nobody's"),
        pytest.param(0, None, PEER, id="no proxy, no header"),
        pytest.param(1, "198.51.100.7", "198.51.100.7", id="one proxy"),
        pytest.param(1, "203.0.113.9, 198.51.100.7", "198.51.100.7", id="one proxy, and what the client wrote"),
        pytest.param(2, "203.0.113.9, 198.51.100.7, 10.0.0.2", "198.51.100.7", id="two proxies"),
        pytest.param(2, "198.51.100.7", PEER, id="fewer entries than proxies"),
        pytest.param(1, None, PEER, id="one proxy, no header"),
        pytest.param(1, "", PEER, id="empty"),
        pytest.param(1, "198.51.100.7,", PEER, id="ends in a comma"),
        pytest.param(1, "  198.51.100.7  ", "198.51.100.7", id="spaces"),
        pytest.param(1, "2001:DB8::1", "2001:db8::1", id="IPv6 in its normal form"),
        pytest.param(1, "198.51.100.7:443", PEER, id="with a port"),
        pytest.param(1, "[2001:db8::1]", PEER, id="in brackets"),
        pytest.param(1, "unknown", PEER, id="unknown"),
        pytest.param(1, "1.2.3", PEER, id="too short"),
        pytest.param(1, "999.1.1.1", PEER, id="out of range"),
        pytest.param(1, "١٩٨.51.100.7", PEER, id="other digits"),
        pytest.param(1, "'; drop table--", PEER, id="rubbish"),
        pytest.param(1, "1" * 10_000, PEER, id="endless"),
        pytest.param(1, "," * 10_000, PEER, id="commas"),
    ],
)
def test_the_address_is_counted_back_from_us(hops, count, forwarded, address):
    hops(count)
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    assert by(**headers).origin.address == address


def test_without_any_readable_address_there_is_none(hops):
    hops(1)
    assert by(REMOTE_ADDR="", HTTP_X_FORWARDED_FOR="x").origin.address is None


def test_the_cookies_are_taken_by_their_names():
    request = RequestFactory().get("/")
    request.COOKIES |= {cookies.name("device"): "d", cookies.name("token"): "t", cookies.name("session"): "s"}
    seen = request_facts.of_browser(request)
    assert (seen.device_secret, seen.token, seen.session_secret) == ("d", "t", "s")


def test_a_request_without_anything_shows_nothing():
    seen = request_facts.of_browser(RequestFactory().get("/"))
    assert (seen.device_secret, seen.token, seen.session_secret, seen.touch_points) == (None, None, None, None)
    assert seen.browser.kind == Kind.DESKTOP


@pytest.mark.parametrize(
    ("user_agent", "touch_points", "kind"),
    [
        pytest.param(IPHONE, None, Kind.MOBILE, id="iPhone"),
        pytest.param(DESKTOP, None, Kind.DESKTOP, id="Windows"),
        pytest.param(DESKTOP, 10, Kind.DESKTOP, id="Windows with a touch screen"),
        pytest.param(IPAD_AS_MAC, None, Kind.DESKTOP, id="Mac or iPad, nobody told"),
        pytest.param(IPAD_AS_MAC, 0, Kind.DESKTOP, id="Mac"),
        pytest.param(IPAD_AS_MAC, 5, Kind.MOBILE, id="iPad that says it is a Mac"),
        pytest.param("", None, Kind.DESKTOP, id="no user agent"),
        pytest.param("\x00\xff" * 3000, None, Kind.DESKTOP, id="binary"),
    ],
)
def test_the_kind_is_judged_from_the_user_agent_and_the_touch_points(user_agent, touch_points, kind):
    browser = by(touch_points, HTTP_USER_AGENT=user_agent).browser
    assert browser.kind == kind
    assert len(browser.label) <= 100


def test_a_phone_stays_in_its_family_when_it_asks_for_the_desktop_site():
    assert by(HTTP_USER_AGENT=IPHONE).browser.family == by(HTTP_USER_AGENT=IPAD_AS_MAC).browser.family


def test_the_user_agent_is_kept_within_its_column():
    assert len(by(HTTP_USER_AGENT="x" * 6000).origin.user_agent) <= 512
