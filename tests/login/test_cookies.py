from datetime import timedelta
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from idp.login import cookies
from idp.login.cookies import CookieChanges

FLOW = UUID(int=7)
DAY = 24 * 60 * 60
EVERYTHING = CookieChanges(
    device_secret="d" * 43, token="t.t.t", session_secret="s" * 43, session_lifetime=timedelta(days=9)
)


@pytest.fixture(params=["https", "http"])
def scheme(request, settings):
    """The real place, and the demo on plain http."""
    https = request.param == "https"
    settings.LATCHKEY = settings.LATCHKEY.model_copy(
        update={"base_url": "https://login.example.com" if https else "http://localhost:8000"}
    )
    settings.COOKIE_PREFIX = "__Host-" if https else ""
    return request.param


def written(changes=EVERYTHING, brought=None):
    request, response = RequestFactory().get("/"), HttpResponse()
    request.COOKIES |= brought or {}
    cookies.write(response, request, changes)
    cookies.write_flow(response, FLOW, "f" * 43)
    return response.cookies


def test_the_names_are_bound_to_the_host_on_https_only(scheme):
    prefix = "__Host-" if scheme == "https" else ""
    kinds = ("device", "token", "session", f"flow-{FLOW}")
    assert set(written()) == {f"{prefix}latchkey-{kind}" for kind in kinds}


def test_every_cookie_is_kept_from_script_other_sites_and_other_hosts(scheme):
    for cookie in written().values():
        assert cookie["httponly"] is True
        assert cookie["samesite"] == "Lax"
        assert (cookie["path"], cookie["domain"]) == ("/", "")
        assert bool(cookie["secure"]) is (scheme == "https")


def test_every_cookie_lasts_so_that_the_sheets_of_apps_share_it(scheme):
    ages = {name.rpartition("latchkey-")[2]: cookie["max-age"] for name, cookie in written().items()}
    assert ages == {"device": 400 * DAY, "token": 7 * DAY, "session": 9 * DAY, f"flow-{FLOW}": 20 * 60}


def test_a_cookie_that_is_not_changed_stays_as_the_browser_has_it(scheme):
    assert set(written(CookieChanges())) == {cookies.name(f"flow-{FLOW}")}


def test_the_device_cookie_is_echoed_unchanged_to_renew_its_life(scheme):
    echoed = written(CookieChanges(token="t.t.t"), {cookies.name("device"): "as it was"})[cookies.name("device")]
    assert (echoed.value, echoed["max-age"]) == ("as it was", 400 * DAY)


def test_its_life_is_renewed_at_the_first_sign_in_of_a_day_and_not_at_each(scheme):
    brought = {cookies.name("device"): "as it was"}
    assert cookies.name("device") not in written(CookieChanges(token="t.t.t", renews_device=False), brought)


def test_a_new_device_secret_takes_the_place_of_the_one_that_was_brought(scheme):
    assert written(brought={cookies.name("device"): "old"})[cookies.name("device")].value == "d" * 43


def test_a_void_cookie_is_deleted(scheme):
    gone = written(CookieChanges(void=("session",)))[cookies.name("session")]
    assert (gone.value, gone["max-age"], gone["path"], gone["samesite"]) == ("", 0, "/", "Lax")
    assert bool(gone["secure"]) is (scheme == "https")
    assert gone["httponly"] is True


def test_a_flow_reads_its_own_cookie_and_no_other(scheme):
    request = RequestFactory().get("/")
    request.COOKIES |= {cookies.name(f"flow-{FLOW}"): "mine", cookies.name(f"flow-{UUID(int=8)}"): "other"}
    assert cookies.flow_secret(request, FLOW) == "mine"
    assert cookies.flow_secret(request, UUID(int=9)) is None


def test_on_https_a_cookie_without_the_prefix_is_not_read(settings):
    settings.COOKIE_PREFIX = "__Host-"
    request = RequestFactory().get("/")
    request.COOKIES |= {f"latchkey-flow-{FLOW}": "planted by plain http"}
    assert cookies.flow_secret(request, FLOW) is None
