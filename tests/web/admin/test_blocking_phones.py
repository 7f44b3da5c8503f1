"""An operator blocks phones in the admin, and the next request is refused with the rule's sentence."""

import pytest

from idp.policies.models import AccessRule
from tests.phone import NUMBER
from tests.policies import publishing
from tests.user_agents import ANDROID, DESKTOP, FLEX_MOBILE_ANDROID, FLEX_MOBILE_IOS, IPHONE
from tests.web.conftest import a_superuser, inside
from tests.web.pages.policy.rule_pages import LIST, a_new_rule
from tests.web.pressing import press

SENTENCE = "These phones are not for work. Use the one we gave you."


ANDROID_ONLY = ("platform", {"platforms": ["android"]})


def save_rule(*asked, **fields):
    """Fill in the page of a new rule and publish it, as an operator."""
    admin = inside(a_superuser())
    assert "is saved to the draft." in a_new_rule(admin, *asked, message=SENTENCE, **fields).text
    page = press(admin, admin.get(LIST), "Publish")
    if "would refuse everyone" in page.text:
        press(admin, page, "Publish", typed="1 everyone")


@pytest.mark.parametrize(
    ("condition", "refused", "let_in"),
    [
        pytest.param(ANDROID_ONLY, [ANDROID, FLEX_MOBILE_ANDROID], [IPHONE, DESKTOP], id="Android"),
        pytest.param(("platform", {"platforms": ["ios"]}), [IPHONE, FLEX_MOBILE_IOS], [ANDROID, DESKTOP], id="iOS"),
        pytest.param(("text", {"text": "Mobile"}), [IPHONE, ANDROID, FLEX_MOBILE_IOS], [DESKTOP], id="says Mobile"),
        pytest.param(("client", {"clients": ["web view"]}), [FLEX_MOBILE_IOS], [IPHONE, ANDROID], id="inside an app"),
    ],
)
def test_phones_that_a_rule_names_are_refused_and_no_others(phone, condition, refused, let_in):
    save_rule(condition)
    pages = {user_agent: phone.like(user_agent).ask_flex() for user_agent in refused + let_in}
    assert {it: page.status for it, page in pages.items()} == dict.fromkeys(refused, 403) | dict.fromkeys(let_in, 200)
    assert all(SENTENCE in pages[it].text for it in refused)
    assert phone.messages() == 0


def test_a_phone_that_is_signed_in_is_refused_at_its_next_request_and_let_in_when_the_rule_goes_off(android):
    android.sign_in(NUMBER)
    save_rule(ANDROID_ONLY)
    page = android.ask_flex()
    assert (page.status, SENTENCE in page.text) == (403, True)
    publishing.change(AccessRule.objects.get(message=SENTENCE), mode="off")
    assert android.sign_in_silently()["attributes"]["email"] == ["ana@acme.example"]


def test_a_rule_in_watch_only_refuses_nobody(android):
    save_rule(ANDROID_ONLY, mode="watch")
    assert android.ask_flex().status == 200


def test_the_reference_on_the_refused_page_leads_to_the_rule_in_the_trail(android):
    save_rule(ANDROID_ONLY, name="No Androids at work")
    page = android.ask_flex()
    operator = inside(a_superuser("second@acme.example"))
    found = operator.get("/admin/audit/loginevent/", {"q": page.reference.lower().replace("-", " ")})
    assert "No Androids at work" in found.text
