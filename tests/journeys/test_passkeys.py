"""Passkeys over plain HTTP with a software authenticator: what they sign in, replace and record."""

from datetime import timedelta

from idp.agents.models import Agent, Device
from idp.audit.models import Kind, LoginEvent
from idp.login.passkey_setup import LATELY
from idp.passkeys.models import Challenge, Passkey
from idp.policies.access.conditions import RoleIs
from idp.saml import names
from idp.saml.models import ServiceProvider
from tests.conftest import NOW
from tests.hostile.typing_codes import BEN
from tests.journeys.access_rules import BLOCK_ANDROID, block
from tests.journeys.passkey_sign_in import TWO_FACTORS, sign_in, to_the_offer, use
from tests.journeys.visits import open_request
from tests.other_codes import a_one_time_code, agent_of, an_app, at_the_code
from tests.passkeys.authenticator import Authenticator, options_on
from tests.passkeys.kept import a_passkey
from tests.pretend_service import BASE_URL, PretendService
from tests.saml.asking import contexts

ME, OWN = f"{BASE_URL}/me", f"{BASE_URL}/me/passkeys"


# Signing in


def test_a_passkey_signs_in_without_a_number_or_code_and_is_named_to_the_service_and_in_the_trail(phone):
    told = sign_in(phone, a_passkey(agent_of()))
    assert (told["attributes"]["email"], told["authn_context"]) == (["ana@acme.example"], TWO_FACTORS)
    line = LoginEvent.objects.get(kind=Kind.SIGNED_IN)
    assert (line.method, line.detail) == ("passkey", "passkey of iPhone, Safari")
    assert phone.messages() == 0


def test_a_passkey_signs_out_the_former_phone_and_the_next_sign_in_is_silent(phone, android, clock):
    phone.sign_in()
    sign_in(android, a_passkey(agent_of()))
    assert phone.ask_flex().heading == "You signed in on another phone"
    clock.shift(timedelta(hours=1))
    assert android.sign_in_silently()["authn_context"] == TWO_FACTORS
    assert Device.objects.active().get().touch_points == 5


def test_a_passkey_satisfies_force_authn_and_a_token_does_not(phone, clock):
    phone.sign_in()
    clock.shift(timedelta(hours=1))
    assert sign_in(phone, a_passkey(agent_of()), force_authn=1)["authn_context"] == TWO_FACTORS


def test_a_browser_whose_agent_has_a_passkey_is_asked_for_it_first(phone, android):
    a_passkey(agent_of())
    phone.sign_in()
    shown = [page.html.xpath("//button/text()") for page in (phone.ask_flex(force_authn=1), android.ask_flex())]
    assert [it.index("Sign in with a passkey") < it.index("Send code") for it in shown] == [True, False]


def test_an_agent_with_a_passkey_can_still_use_a_code(phone):
    passkey = a_passkey(agent_of())
    page = use(phone, phone.ask_flex(), passkey, signature=b"")
    assert (page.status, "sign in with a code" in page.text) == (403, True)
    page = phone.submit(phone.ask_code(page), "code", code=phone.code())
    assert phone.arrive(page)["authn_context"] == names.MOBILE_ONE_FACTOR_CONTRACT


def test_access_rules_count_before_and_after_a_passkey(phone, android):
    passkey = a_passkey(agent_of())
    page, elsewhere = phone.ask_flex(), android.ask_flex()
    block(BLOCK_ANDROID)
    assert use(android, elsewhere, passkey).heading == "This phone can't be used for Flex"
    assert Passkey.objects.get().last_used_at is None
    block(RoleIs(frozenset({"agent"})), "Not for agents.")
    assert "Not for agents." in use(phone, page, passkey).text
    assert not LoginEvent.objects.filter(kind=Kind.SIGNED_IN).exists()


# What services ask for


def test_a_service_that_requires_a_texted_code_offers_no_passkey(phone):
    page = open_request(phone, PretendService("shifts"), contexts(names.MOBILE_ONE_FACTOR_CONTRACT), 1)
    assert page.form_with("passkey") is None
    shown = a_passkey(agent_of()).use(options_on(phone.like().ask_flex()))
    page.form_with("identifier").xpath(".//input[@name='identifier']")[0].set("name", "passkey")
    assert phone.submit(page, "passkey", passkey=shown).heading == "Sign in to Shifts"
    assert not LoginEvent.objects.filter(kind=Kind.SIGNED_IN).exists()


def test_a_service_that_requires_two_factors_accepts_only_a_passkey(phone):
    peer, passkey = PretendService("shifts"), a_passkey(agent_of())
    phone.sign_in()
    page = open_request(phone, peer, contexts(names.TIME_SYNC_TOKEN, comparison="better"), 1)
    assert (page.form_with("identifier"), "accepts only a passkey" in page.text) == (None, True)
    assert peer.read(use(phone, page, passkey)).authn_context == TWO_FACTORS


def test_a_service_that_accepts_only_a_passkey_sends_no_text(phone):
    page = open_request(phone, PretendService("shifts"), contexts(TWO_FACTORS), 1)
    phone.submit(page, "passkey", identifier="+12015550101")
    assert phone.messages() == 0


def test_an_operator_can_map_passkeys_to_another_authn_context_for_one_service(phone):
    ServiceProvider.objects.filter(slug="flex").update(passkey_context="https://refeds.org/profile/mfa")
    assert sign_in(phone, a_passkey(agent_of()))["authn_context"] == "https://refeds.org/profile/mfa"


# The offer


def test_after_a_code_a_passkey_is_offered_set_up_and_then_flex_opens(phone, android):
    page = to_the_offer(phone)
    assert (page.heading, page.status) == ("Skip the code next time", 200)
    passkey = Authenticator()
    assert phone.arrive(phone.submit(page, "passkey", passkey=passkey.make(options_on(page))))["signed_in"]
    line = LoginEvent.objects.get(kind=Kind.FACTOR_ADDED)
    assert (line.detail, line.agent) == ("passkey of iPhone, Safari, by the agent", agent_of())
    assert sign_in(android, passkey)["signed_in"]


def test_an_error_at_the_offer_sets_nothing_up_and_flex_still_opens(phone):
    page = to_the_offer(phone)
    shown = Authenticator().make(options_on(page), origin="https://evil.example")
    page = phone.submit(page, "passkey", passkey=shown)
    assert (page.status, "Nothing was set up" in page.text) == (403, True)
    page = phone.submit(page, "passkey", passkey="x" * 20_000)
    assert (page.status, Passkey.objects.count()) == (400, 0)
    assert phone.arrive(phone.submit(page, "later", later="yes"))["signed_in"]


def test_not_now_is_remembered_for_a_month(phone, clock):
    page = to_the_offer(phone)
    phone.arrive(phone.submit(page, "later", later="yes"))
    clock.shift(timedelta(minutes=10))
    assert phone.arrive(to_the_offer(phone, force_authn=1))["signed_in"]
    cookie = next(it for it in phone.http.cookies if it.name == "latchkey-no-passkey")
    assert cookie.expires - NOW.timestamp() > timedelta(days=29).total_seconds()
    clock.shift(timedelta(minutes=10))
    phone.http.cookies.set("latchkey-no-passkey", None)
    assert to_the_offer(phone, force_authn=1).heading == "Skip the code next time"


def test_no_passkey_is_offered_to_a_browser_without_passkeys_or_with_one(phone, android):
    assert phone.sign_in()["signed_in"]
    page = to_the_offer(android)
    android.arrive(android.submit(page, "passkey", passkey=Authenticator().make(options_on(page))))
    assert android.arrive(to_the_offer(android, force_authn=1))["signed_in"]


def test_no_passkey_is_offered_after_a_printed_code_or_a_late_one(phone, clock):
    page = at_the_code(phone, "backup", number="+12015550101")
    page = phone.submit(page, "code", code=a_one_time_code(agent_of()), can_keep="yes")
    assert phone.arrive(page)["signed_in"]
    other = phone.like()
    page = other.ask_code(other.ask_flex())
    clock.shift(timedelta(minutes=9))
    page = other.submit(page, "code", code=other.code(), can_keep="yes")
    assert page.heading == "Skip the code next time"
    app, page = an_app(agent_of()), at_the_code(other, "app", force_authn=1)
    clock.shift(timedelta(minutes=16))
    assert other.arrive(other.submit(page, "code", code=app.code(), can_keep="yes"))["signed_in"]


def test_an_offer_is_worthless_in_another_browser_or_before_its_code(phone, android):
    page = to_the_offer(phone)
    assert android.open(page.url).status == 400
    options = options_on(page)
    started = phone.ask_flex(force_authn=1)
    assert phone.open(f"{started.url}/passkey").heading == "Sign in to Flex"
    started.form_with("passkey").action += "/passkey"
    phone.submit(started, "passkey", passkey=Authenticator().make(options))
    assert not Passkey.objects.exists()


# The agent's own page


def test_an_agent_sets_up_lists_and_removes_a_passkey_on_their_own_page(phone, android, clock):
    phone.sign_in()
    page, passkey = phone.open(OWN), Authenticator()
    page = phone.submit(page, "passkey", passkey=passkey.make(options_on(page)))
    assert "iPhone, Safari. Set up Saturday 21 November, 09:00 UTC. Not used yet." in page.seen_first
    page = phone.submit(page, "remove", remove=str(Passkey.objects.get().pk))
    assert "With a passkey, you sign in without a code" in page.seen_first
    assert "Remove this passkey" not in page.text
    assert [it.detail for it in LoginEvent.objects.filter(kind=Kind.FACTOR_REMOVED)] == [
        "passkey of iPhone, Safari, by the agent"
    ]
    assert use(android, android.ask_flex(), passkey).status == 403


def test_setting_up_a_passkey_requires_a_recent_code_or_passkey(phone, clock):
    phone.sign_in()
    page = phone.open(OWN)
    clock.shift(LATELY)
    assert phone.submit(page, "passkey", passkey=Authenticator().make(options_on(page))).status == 403
    page = phone.open(OWN)
    assert (page.status, page.heading) == (403, "Sign in with a code first")
    page = use(phone, phone.submit(page, "goal", goal="passkeys"), a_passkey(agent_of()))
    assert (page.url, page.heading) == (OWN, "Set up a passkey")


def test_nobody_can_see_or_remove_the_passkey_of_another_agent(phone, android):
    a_passkey(agent_of())
    android.sign_in(BEN)
    page = android.open(ME)
    assert "Remove this passkey" not in page.text
    form = page.form_with("out")
    form.action = OWN
    for named in (Passkey.objects.get().pk, "of ours", ""):
        android.submit(page, "out", remove=str(named))
    assert Passkey.objects.kept().count() == 1


def test_a_stranger_sets_nothing_up(phone):
    assert phone.open(OWN).heading == "You are not signed in here"
    assert not Challenge.objects.filter(purpose="set up").exists()


def test_an_agent_who_is_switched_off_and_on_again_has_the_passkeys_as_before(phone):
    passkey = a_passkey(agent_of())
    Agent.objects.update(is_active=False)
    assert use(phone, phone.ask_flex(), passkey).status == 403
    Agent.objects.update(is_active=True)
    assert sign_in(phone, passkey)["signed_in"]


def test_the_pages_with_passkeys_stay_small(phone):
    a_passkey(agent_of())
    first = phone.ask_flex()
    offer = to_the_offer(phone.like())
    assert max(int(page.response.headers["Content-Length"]) for page in (first, offer)) < 10_000


def test_that_was_not_me_removes_the_passkey_of_the_other_phone(phone, android):
    phone.sign_in()
    page, passkey = to_the_offer(android), Authenticator()
    android.arrive(android.submit(page, "passkey", passkey=passkey.make(options_on(page))))
    phone.submit(phone.ask_flex(), "not_me", not_me="yes")
    assert LoginEvent.objects.get(kind=Kind.FACTOR_REMOVED).detail.endswith("that was not me, said on iPhone, Safari")
    assert use(android, android.ask_flex(), passkey).status == 403
