"""An operator edits the access policy in Chromium: by mouse, by keyboard and by dragging, with a preview."""

import pytest
from django.conf import settings

from idp.policies import in_force
from idp.policies.access.conditions import PlatformIs, TextContains
from idp.policies.editing import publishing
from idp.policies.user_agents import Platform
from tests.policies import publishing as in_tests
from tests.web.conftest import a_superuser, inside
from tests.web.pages.policy.rule_pages import LIST, names

pytestmark = pytest.mark.slow

ANDROID = PlatformIs(frozenset({Platform.ANDROID}))
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
FOCUSED = "(document.activeElement.getAttribute('aria-label') || document.activeElement.textContent).trim()"


@pytest.fixture
def desk(browser_page, live_server):
    """The admin's home page, in the browser of an operator who is inside."""
    page = browser_page()
    cookie = inside(a_superuser()).cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{live_server.url}/admin/")
    return page


@pytest.fixture
def three(flex):
    """Three rules in a draft and nothing else."""
    publishing.begin_draft().rules.all().delete()
    for letter in "ABC":
        in_tests.drafted(TextContains(letter), name=letter)


def sheet(desk):
    desk.goto(desk.url.split("/admin/")[0] + LIST)
    desk.locator("#try-result .points").wait_for()
    return desk


def tab_to(page, words, most=120):
    """Press Tab until the element with this text has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == words:
            return
    raise AssertionError(f"Tab leads nowhere to {words!r}")


def android_is_blocked():
    return [it.sentence for it in in_force.policy().rules if it.mode == "on"] == ["Deny if the platform is Android"]


def test_android_is_blocked_in_at_most_four_clicks_from_the_home_page(desk):
    clicks = [
        desk.get_by_role("link", name="Access rules").first,
        desk.get_by_role("button", name="Block Android", exact=True),
        desk.get_by_role("button", name="Publish"),
    ]
    for each in clicks:
        each.click()
    desk.get_by_text("is in force from the next request on").wait_for()
    assert android_is_blocked()


def test_android_is_blocked_by_the_keyboard_alone(desk):
    for words in ("access rules", "Block Android", "Publish"):
        tab_to(desk, words)
        with desk.expect_navigation():
            desk.keyboard.press("Enter")
    desk.get_by_text("is in force from the next request on").wait_for()
    assert android_is_blocked()


def test_rules_are_moved_by_arrow_keys_and_announced_and_saved_in_the_new_order(desk, three):
    page = sheet(desk)
    page.get_by_role("button", name="Move “C” by the arrow keys").focus()
    page.keyboard.press("ArrowUp")
    assert page.locator("#announcement").inner_text() == "Rule “C” moved to place 2 of 3"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")  # at the top already
    assert page.locator("#announcement").inner_text() == "Rule “C” moved to place 1 of 3"
    assert page.evaluate(FOCUSED).startswith("Move “C”")
    page.get_by_role("button", name="Move A down").click()
    assert (names(), page.get_by_text("Not saved yet.").is_visible()) == (["A", "B", "C"], True)
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("The draft is saved.").wait_for()
    assert names() == ["C", "B", "A"]


def test_a_rule_is_dragged_to_another_position(desk, three):
    page = sheet(desk)
    handle = page.get_by_role("button", name="Move “A” by the arrow keys").bounding_box()
    below = page.locator("ol.rules > li").last.bounding_box()
    page.mouse.move(handle["x"] + 5, handle["y"] + 5)
    page.mouse.down()
    page.mouse.move(handle["x"] + 5, below["y"] + below["height"] + 5, steps=12)
    page.mouse.up()
    assert page.locator("#announcement").inner_text() == "Rule “A” moved to place 3 of 3"
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("The draft is saved.").wait_for()
    assert names() == ["B", "C", "A"]


def test_the_preview_and_the_marks_follow_unsaved_changes(desk, flex):
    rule = in_tests.drafted(ANDROID, name="Block Android")
    in_tests.drafted(ANDROID, name="Idle", effect="allow")
    page = sheet(desk)
    first = page.locator("#try-result .point").first
    page.get_by_label("Device:").select_option("pixel-chrome")
    first.get_by_text("Refused").wait_for()
    mark = page.get_by_role("list", name="The rules, in order").get_by_text("“Block Android” above it decides first")
    assert mark.is_visible()
    page.get_by_role("group", name="Mode of “Block Android”").get_by_role("radio", name="off").check()
    first.get_by_text("Let in").wait_for()
    assert not mark.is_visible()
    assert page.get_by_role("button", name="Publish").is_disabled()
    assert publishing.edited().rules.get(key=rule.key).mode == "on"


def test_an_unsaved_rule_is_tried_while_it_is_typed(desk, flex):
    rule = in_tests.drafted(TextContains("Nokia"), name="By words")
    desk.goto(desk.url.split("/admin/")[0] + f"{LIST}{rule.pk}/change/")
    first = desk.locator("#try-result .point").first
    first.get_by_text("Let in").wait_for()
    desk.get_by_label("Text in the User-Agent").fill("Mobile")
    first.get_by_text("Refused").wait_for()
    desk.get_by_text("“Mobile” misses iPad, Safari (looks like a Mac)").last.wait_for()


def test_a_new_rule_has_no_error_before_somebody_types(desk, flex):
    desk.goto(desk.url.split("/admin/")[0] + f"{LIST}add/", wait_until="networkidle")
    assert desk.locator(".errorlist").count() == 0
    desk.get_by_label("Name:").fill("Nobody")
    desk.locator("#try-result .points").wait_for()


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_of_the_editor_scrolls_sideways(desk, flex, width):
    name = "A rule whose name is as long as a name of a rule may be, and no spaces at the " + "end" * 6
    rule = in_tests.drafted(TextContains("W" * 190), name=name, message="M" * 200)
    desk.set_viewport_size({"width": width, "height": 800})
    assert sheet(desk).evaluate(FITS)
    desk.goto(desk.url.split("/admin/")[0] + f"{LIST}{rule.pk}/change/")
    desk.locator("#try-result .points").wait_for()
    assert desk.evaluate(FITS)
