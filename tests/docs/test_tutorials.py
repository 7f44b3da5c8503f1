"""The first tutorial in Chromium, from its first step to its last; it also takes the pictures."""

import re

import pytest
from django.conf import settings

from idp.audit.statistics import hourly
from idp.conf import ROOT
from idp.demo import history
from idp.policies.access.conditions import PlatformIs
from idp.policies.user_agents import Platform
from tests.conftest import NOW
from tests.docs.pages import DOCS
from tests.docs.pictures import FOLDER, taken
from tests.phone import NUMBER
from tests.policies import publishing as in_tests
from tests.web.conftest import a_superuser, inside

NAMED = re.compile(r"\]\([^)]*pictures/([\w-]+)\.png\)")
HERE = ["first-page", "code-page", "replaced", "refused", "admin-home", "first-page-dark", "first-page-arabic"]

slow = pytest.mark.slow


def to_the_first_page(page, flex):
    page.goto(f"{flex.url}/sign-in")
    page.locator("input[name=identifier]").wait_for()


def to_the_code(page, flex):
    to_the_first_page(page, flex)
    page.get_by_label("Mobile number").fill(NUMBER)
    page.get_by_role("button", name="Send code").click()
    page.get_by_label("6-digit code").wait_for()


def sign_in(page, flex, verify):
    before = len(verify.state.messages(NUMBER))
    to_the_code(page, flex)
    page.get_by_label("6-digit code").fill(verify.state.messages(NUMBER, after=before, wait=10)[0].code)
    page.get_by_role("heading", name="Signed in as Ana García").wait_for()


def test_every_picture_is_taken_here_and_shown_on_a_page():
    pages = [ROOT / "README.md", *DOCS.rglob("*.md")]
    shown = {name for page in pages for name in NAMED.findall(page.read_text(encoding="utf-8"))}
    assert shown == set(HERE) == {it.stem for it in FOLDER.glob("*.png")}


@slow
@pytest.mark.parametrize(
    ("name", "look"),
    [("first-page", {}), ("first-page-dark", {"color_scheme": "dark"}), ("first-page-arabic", {"locale": "ar"})],
)
def test_the_first_page(browser_page, flex, name, look):
    page = browser_page(**look)
    to_the_first_page(page, flex)
    taken(page, name)


@slow
def test_the_code(browser_page, flex, verify):
    page = browser_page()
    to_the_code(page, flex)
    taken(page, "code-page")


@slow
def test_a_new_phone(browser_page, flex, verify, clock):
    first, second = browser_page("iPhone"), browser_page("Android")
    sign_in(first, flex, verify)
    sign_in(second, flex, verify)
    first.goto(f"{flex.url}/sign-in")
    first.get_by_role("heading", name="You signed in on another phone").wait_for()
    taken(first, "replaced")


@slow
def test_the_operator(browser_page, flex, live_server, clock):
    history.write(NOW)
    hourly.count_all(NOW)
    page = browser_page("computer")
    cookie = inside(a_superuser()).cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page.goto(f"{live_server.url}/admin/?period=month")
    taken(page.get_by_role("region", name="Sign-ins"), "admin-home")


@slow
def test_a_rule_that_blocks_android(browser_page, flex, clock):
    in_tests.in_force(PlatformIs(frozenset({Platform.ANDROID})))
    page = browser_page("Android")
    page.goto(f"{flex.url}/sign-in")
    page.get_by_role("heading", name="This phone can't be used").wait_for()
    taken(page, "refused")
