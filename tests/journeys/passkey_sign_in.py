"""An agent signs in with a passkey, or is offered one."""

from idp.saml import names
from tests.passkeys.authenticator import options_on

TWO_FACTORS = names.MOBILE_TWO_FACTOR_UNREGISTERED


def use(phone, page, passkey, **bent):
    """Press *Sign in with a passkey*. Returns the page that follows."""
    return phone.submit(page, "passkey", passkey=passkey.use(options_on(page), **bent), touch_points="5")


def sign_in(phone, passkey, **query):
    return phone.arrive(use(phone, phone.ask_flex(**query), passkey))


def to_the_offer(phone, **query):
    """Sign in with a code in a browser that says it can keep a passkey. Returns the page that follows."""
    page, before = phone.ask_flex(**query), phone.messages()
    page = phone.ask_code(page)
    return phone.submit(page, "code", code=phone.code(after=before), can_keep="yes")
