"""What only a real browser enforces: the form's policy on redirects after a form."""

import pytest

from idp.saml import names
from idp.saml.models import LogoutEndpoint
from tests.phone import NUMBER
from tests.pretend_service import BASE_URL


@pytest.fixture
def page(browser_page):
    return browser_page("Android")


def elsewhere(address):
    """The same address at another origin."""
    return address.replace("127.0.0.1", "localhost")


def sign_in(page, verify, service, **wishes):
    page.goto(service.sign_in_address(**wishes))
    page.fill("input[name=identifier]", NUMBER)
    page.keyboard.press("Enter")
    page.wait_for_selector("input[name=code]")
    page.fill("input[name=code]", verify.state.messages(NUMBER, after=0, wait=10)[0].code)
    page.keyboard.press("Enter")


def test_a_service_can_redirect_to_another_origin(lab, verify, page):
    service = lab["simplesamlphp"]
    sign_in(page, verify, service, target=elsewhere(service.home))
    page.wait_for_url(elsewhere(service.home))


def test_a_sign_out_continues_after_a_service_that_accepts_only_posts(lab, verify, page):
    first, second = lab["simplesamlphp"], lab["shibboleth"]
    own = LogoutEndpoint.objects.filter(service_provider__slug=first.slug)
    own.exclude(binding=names.HTTP_POST).delete()
    theirs = LogoutEndpoint.objects.get(service_provider__slug=second.slug, binding=names.HTTP_REDIRECT)
    LogoutEndpoint.objects.filter(pk=theirs.pk).update(location=elsewhere(theirs.location))
    sign_in(page, verify, second)  # who was signed in at last is told first
    page.wait_for_url(second.home)
    page.goto(first.sign_in_address())
    page.wait_for_url(first.home)
    page.goto(f"{BASE_URL}/me")
    page.locator("button[value=here]").click()
    page.get_by_role("heading", name="You are signed out").wait_for()
