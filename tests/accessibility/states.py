"""Every page that an agent can reach, by requests to the running installation. Each is yielded with its name."""

import random
from datetime import timedelta

import requests

from idp import clock as clocks
from idp.agents.models import Agent, Device, Reason
from idp.audit.events import Origin
from idp.branding import logos
from idp.branding.models import Brand
from idp.login.emergency import stops
from idp.login.endings import signing_out
from idp.otp.other_codes import recovery_codes
from idp.saml import names
from idp.saml.models import ServiceProvider
from idp.web.middleware.error_pages import LONGEST_QUERY
from tests.branding.logos import a_png
from tests.journeys.access_rules import ALWAYS, BLOCK_IOS, block
from tests.journeys.passkey_sign_in import TWO_FACTORS, to_the_offer
from tests.journeys.verify_faults import order_fault, take_verify_down
from tests.journeys.visits import next_address, open_request
from tests.native.own_app import AUTHORIZE
from tests.other_codes import a_sheet, agent_of, an_app, at_the_code
from tests.passkeys.authenticator import Authenticator, options_on
from tests.passkeys.kept import a_passkey
from tests.phone import Page
from tests.policies import publishing
from tests.pretend_service import BASE_URL, PretendService
from tests.saml.asking import contexts
from tests.user_agents import ANDROID, DESKTOP

HERE = Origin(None, "", "7KQ2M-9TX4D")
ME = f"{BASE_URL}/me"
CODE_OVER = timedelta(minutes=11)
NUMBERS = [f"+12015550{n}" for n in range(101, 111)]
MISTYPED = ("", "612345678", "+34 12", "+3461234567890123", "call me", "ana@")


def asking_who_it_is(phone, clock, verify):
    first = phone.ask_flex()
    yield "number", first
    yield "email", phone.open(first.url, by="email")
    for typed in MISTYPED:
        yield f"mistyped {typed!r}", phone.ask_code(first, typed)
    yield "only a passkey will do", open_request(phone, PretendService("shifts"), contexts(TWO_FACTORS), 1)
    passkey = a_passkey(agent_of())
    page = phone.ask_flex()
    yield "passkey not taken", phone.submit(page, "passkey", passkey=passkey.use(options_on(page), signature=b""))
    phone.sign_in()
    yield "passkey known, asked to confirm", phone.ask_flex(force_authn=1)
    clock.shift(CODE_OVER)
    yield "an own app", phone.like().open(AUTHORIZE, **AN_APP)
    take_verify_down(phone, verify)
    yield "texts are down", phone.like().ask_flex()


AN_APP = {
    "response_type": "code",
    "client_id": "example-app",
    "redirect_uri": "http://127.0.0.1/signed-in",
    "state": "a state",
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "code_challenge_method": "S256",
}


def asking_for_the_code(phone, clock, verify):
    page = phone.ask_code(phone.ask_flex())
    yield "texted", page
    yield "too early", phone.submit(page, "again", again="sms")
    for typed in ("12345", "abcdef", "000000"):
        yield f"typed {typed}", phone.submit(page, "code", code=typed)
    clock.shift(31)
    yield "called", phone.submit(page, "again", again="call")
    clock.shift(61)
    yield "texted again", phone.submit(page, "again", again="sms")
    clock.shift(91)
    yield "texted for the last time", phone.submit(page, "again", again="sms")
    order_fault(verify, "503", processed=False)
    yield "not to be checked", phone.submit(page, "code", code="000001")
    for typed in ("000002", "000003", "000004"):
        paused = phone.submit(page, "code", code=typed)
    yield "paused", paused
    yield "on a computer", (other := phone.like(DESKTOP)).ask_code(other.ask_flex(), NUMBERS[1])
    page = (other := phone.like()).ask_code(other.ask_flex(), "chidi@acme.example")
    yield "by email", page
    clock.shift(CODE_OVER)
    yield "run out", other.submit(page, "code", code="000000")
    for way in ("app", "backup"):
        page = at_the_code(other := phone.like(), way, NUMBERS[3])
        yield f"by {way}", page
        yield f"by {way}, mistyped", other.submit(page, "code", code="123")
        yield f"by {way}, wrong", other.submit(page, "code", code="123456")


def on_the_way_to_the_service(phone, clock, verify):
    page = to_the_offer(phone)
    yield "passkey offered", page
    bad = Authenticator().make(options_on(page), origin="https://evil.example")
    yield "passkey not set up", phone.submit(page, "passkey", passkey=bad)
    yield "signing in", phone.submit(page, "later", later="yes")
    clock.shift(CODE_OVER)
    shifts = PretendService("shifts", logout=(names.HTTP_POST,))
    wiki = PretendService("wiki")
    shifts.sign_in(phone)
    yield "signing out by POST", phone.submit(phone.open(ME), "out", out="here")
    clock.shift(CODE_OVER)
    wiki.sign_in(phone)
    page = phone.submit(phone.open(ME), "out", out="here")
    yield "signing out by Redirect", page
    yield "signed out", phone.open(wiki.answer_url(wiki.read_address(next_address(page))[0]))
    other = phone.like(ANDROID)
    other.sign_in(NUMBERS[1])
    yield "signed out, but Flex may stay open", other.submit(other.open(ME), "out", out="here")


def not_let_in(phone, clock, verify):
    Agent.objects.filter(numbers__number=NUMBERS[2]).update(is_active=False)
    page = phone.ask_code(phone.ask_flex(), NUMBERS[2])
    yield "switched off", phone.submit(page, "code", code=phone.code(NUMBERS[2]))
    waiting = phone.ask_flex()
    rule = block(BLOCK_IOS, "Please use an Android phone.")
    refused = phone.ask_flex()
    yield "refused phone", refused
    yield "going back", phone.submit(refused, "csrfmiddlewaretoken")
    yield "refused on the way", phone.ask_code(waiting)
    publishing.withdraw(rule)
    block(ALWAYS)
    yield "refused computer", phone.like(DESKTOP).ask_flex()
    stops.stop(None, "Stolen phones", HERE, clocks.now())
    yield "stopped", phone.like().ask_flex()


def signed_out_meanwhile(phone, clock, verify):
    for reason, number in zip(Reason, NUMBERS, strict=False):
        phone.sign_in(number)
        signing_out.sign_out(Device.objects.all(), reason, "Olivia", HERE, clocks.now())
        yield str(reason), phone.ask_flex()
        clock.shift(CODE_OVER)
    number = NUMBERS[-1]
    phone.sign_in(number)
    phone.like(ANDROID).sign_in(number)
    page = phone.ask_flex()
    yield "on another phone", page
    yield "that was not me", phone.submit(page, "not_me", not_me="yes")
    phone.sign_in(number)
    clock.shift(timedelta(days=7, minutes=1))
    yield "time for a new code", phone.ask_flex()


def ones_own_page(phone, clock, verify):
    agent = agent_of()
    desktop, android = phone.like(DESKTOP), phone.like(ANDROID)
    desktop.sign_in()
    android.sign_in()
    phone.sign_in()
    yield "nothing set up", phone.open(ME)
    a_passkey(agent)
    an_app(agent)
    for code in a_sheet(agent)[2:]:
        recovery_codes.spend(agent, code.replace("-", ""), clocks.now())
    Agent.objects.filter(pk=agent.pk).update(may_make_recovery_codes=True)
    yield "everything set up", phone.open(ME)
    yield "on a computer", desktop.open(ME)
    yield "the start page of one's own phone", phone.open(BASE_URL)
    yield "a passkey", phone.open(f"{ME}/passkeys")
    page = phone.open(f"{ME}/authenticator")
    yield "an authenticator", page
    yield "an authenticator, wrong code", phone.submit(page, "code", code="123456")
    page = phone.open(f"{ME}/recovery-codes")
    yield "recovery codes", page
    yield "the sheet of recovery codes", phone.submit(page, "csrfmiddlewaretoken")
    clock.shift(CODE_OVER)
    yield "a code first", phone.open(f"{ME}/authenticator")


def start_pages(phone, clock, verify):
    yield "several services", phone.open(BASE_URL)
    ServiceProvider.objects.exclude(slug="rota").update(unsolicited=False)
    yield "one service", phone.open(BASE_URL)
    ServiceProvider.objects.update(unsolicited=False)
    yield "no service", phone.open(BASE_URL)


def errors(phone, clock, verify):
    page = phone.ask_flex()
    yield "no such page", phone.open(f"{BASE_URL}/no/such/page")
    yield "not signed in", phone.open(ME)
    yield "cookie lost", phone.like().open(page.url)
    yield "form not checked", phone.submit(page, "identifier", identifier="", csrfmiddlewaretoken="x" * 64)
    yield "wrong method", Page(requests.put(f"{BASE_URL}/saml/sso", timeout=30))
    yield "endless address", phone.open(f"{BASE_URL}/", x="x" * LONGEST_QUERY)
    yield "unreadable", phone.open(f"{BASE_URL}/saml/sso", SAMLRequest="x")
    yield "unknown app", phone.open(AUTHORIZE, client_id="nobody")
    yield "spent link", phone.open(f"{BASE_URL}/oauth/open/spent")
    answer = phone.submit(phone.ask_code(page), "code", code=phone.code())
    yield "answered before", phone.open(answer.url)
    late = phone.ask_flex(force_authn=1)
    clock.shift(timedelta(minutes=21))
    yield "expired", phone.open(late.url)


def with_a_brand(phone, clock, verify):
    """The brightest colour, and the largest logo that is taken."""
    noise = random.Random(7)
    logo = logos.clean(a_png(40, 98, pixels=b"".join(b"\0" + noise.randbytes(40) for _ in range(98))))
    shown = {"logo": logo.address, "logo_width": logo.width, "logo_height": logo.height, "logo_says": "Beta Ltd"}
    Brand.objects.create(name="Beta", colour="#ffee00", **shown)
    page = phone.ask_flex()
    yield "first page", page
    yield "code", phone.ask_code(page)
    phone = phone.like()
    page = to_the_offer(phone)
    yield "passkey offered", page
    yield "signing in", phone.submit(page, "later", later="yes")
    yield "own page", phone.open(ME)
    Brand.objects.all().delete()


EVERYWHERE = (
    with_a_brand,
    asking_who_it_is,
    asking_for_the_code,
    on_the_way_to_the_service,
    not_let_in,
    signed_out_meanwhile,
    ones_own_page,
    start_pages,
    errors,
)
