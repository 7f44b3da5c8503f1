"""Signing in without a text: with an authenticator app, a recovery code, or a code from an operator."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import pytest

from idp.agents.models import Agent, Device
from idp.audit.events import Origin
from idp.audit.models import Kind, LoginEvent
from idp.login.codes import guess_limit
from idp.login.ladder.steps import AskPhone
from idp.login.models import LoginFlow
from idp.login.proofs import other_code
from idp.login.request_facts import RequestFacts
from idp.otp.allowances import PER_ADDRESS, STRANGERS_TRIES
from idp.otp.identifiers import PhoneNumber
from idp.otp.models import OneTimeCode
from idp.otp.other_codes import one_time_codes, recovery_codes
from idp.otp.other_codes.ways import Given, Way
from idp.policies import user_agents
from idp.saml import names
from tests.conftest import NOW, an_operator
from tests.hostile.typing_codes import BEN
from tests.journeys.visits import open_request
from tests.other_codes import a_one_time_code, a_sheet, agent_of, an_app, at_the_code, give, sign_in
from tests.phone import NUMBER
from tests.pretend_service import PretendService
from tests.saml.asking import contexts
from tests.user_agents import IPHONE

CODE_OVER = timedelta(minutes=11)


def an_app_code(agent):
    return an_app(agent).code(1)


class Kept(NamedTuple):
    """A kind of code: the page for it, how an agent gets one, and its names for services and in the trail."""

    page: str
    make: Callable
    method: str
    context: str


KINDS = {
    "app": Kept("app", an_app_code, "app", names.TIME_SYNC_TOKEN),
    "recovery code": Kept("backup", lambda agent: a_sheet(agent)[0], "recovery", names.UNSPECIFIED_CONTEXT),
    "one-time code": Kept("backup", a_one_time_code, "one-time", names.UNSPECIFIED_CONTEXT),
}
each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@each_kind
def test_each_kind_of_code_signs_in_without_a_text_and_is_named_to_the_service_and_in_the_trail(phone, kind):
    code = kind.make(agent_of())
    told = sign_in(phone, kind.page, code)
    assert (told["attributes"]["email"], told["authn_context"]) == (["ana@acme.example"], kind.context)
    assert LoginEvent.objects.get(kind=Kind.SIGNED_IN).method == kind.method
    assert phone.messages() == 0


@each_kind
def test_each_code_without_a_text_works_once(phone, kind):
    code = kind.make(agent_of())
    sign_in(phone, kind.page, code)
    other = phone.like()
    page = give(other, at_the_code(other, kind.page), code)
    assert (page.status, page.form_with("SAMLResponse")) == (403, None)


@each_kind
def test_a_code_without_a_text_does_not_sign_in_another_agent(phone, kind):
    code = kind.make(agent_of())
    page = give(phone, at_the_code(phone, kind.page, BEN), code)
    assert page.status == 403
    assert sign_in(phone, kind.page, code)["signed_in"]


@each_kind
def test_each_kind_of_code_signs_out_the_former_phone_and_restarts_the_time_limit(phone, android, clock, kind):
    phone.sign_in()
    clock.shift(timedelta(days=3))
    sign_in(android, kind.page, kind.make(agent_of()))
    assert phone.ask_flex().heading == "You signed in on another phone"
    device = Device.objects.active().get()
    assert (device.label, device.authenticated_at) == (
        "Android phone, Chrome",
        LoginEvent.objects.get(method=kind.method).at,
    )


@each_kind
def test_each_kind_of_code_satisfies_force_authn_and_the_next_sign_in_is_silent(phone, clock, kind):
    phone.sign_in()
    clock.shift(timedelta(hours=1))
    sign_in(phone, kind.page, kind.make(agent_of()), force_authn=1)
    assert phone.sign_in_silently()["authn_context"] == kind.context


@each_kind
def test_an_agent_who_is_switched_off_learns_it_only_after_the_right_code(phone, kind):
    agent = agent_of()
    code = kind.make(agent)
    Agent.objects.filter(pk=agent.pk).update(is_active=False)
    assert give(phone, at_the_code(phone, kind.page), code).heading == "Your access is switched off"
    assert not Device.objects.exists()


def test_an_app_that_the_agent_may_no_longer_use_signs_nobody_in(phone):
    app = an_app(agent_of())
    Agent.objects.update(may_use_app=False)
    assert give(phone, at_the_code(phone, "app"), app.code(1)).status == 403


def test_an_app_half_a_minute_off_is_accepted_but_no_code_before_a_used_one(phone, clock):
    app = an_app(agent_of())
    before = app.code()
    clock.shift(90)
    sign_in(phone, "app", app.code(1))
    other = phone.like()
    page = at_the_code(other, "app")
    assert [give(other, page, code).status for code in (app.code(), before)] == [403, 403]


def test_a_one_time_code_expires_after_fifteen_minutes(phone, clock):
    code = a_one_time_code(agent_of())
    clock.shift(one_time_codes.LIFETIME)
    assert give(phone, at_the_code(phone, "backup"), code).status == 403


def test_a_one_time_code_that_a_clock_a_year_ahead_dated_signs_nobody_in_once_it_is_set_back(phone, clock):
    clock.shift(timedelta(days=365))
    code = a_one_time_code(agent_of())
    clock.shift(-timedelta(days=365))
    assert give(phone, at_the_code(phone, "backup"), code).status == 403


def test_a_revoked_or_replaced_one_time_code_signs_nobody_in(phone):
    agent, operator = agent_of(), an_operator("boss@acme.example")
    first, second = (a_one_time_code(agent, operator) for _ in range(2))
    page = give(phone, at_the_code(phone, "backup"), first)
    assert page.status == 403
    one_time_codes.revoke(agent, OneTimeCode.objects.latest("given_at").given_at)
    assert give(phone, page, second).status == 403


def test_the_trail_names_the_operator_who_gave_a_one_time_code_and_the_agent_who_used_it(phone):
    sign_in(phone, "backup", a_one_time_code(agent_of()))
    line = LoginEvent.objects.get(kind=Kind.SIGNED_IN)
    assert (line.agent, line.detail) == (agent_of(), "one-time code from Olivia Operator: SIM broken")


def test_a_new_sheet_replaces_the_former_one(phone):
    agent = agent_of()
    old, new = a_sheet(agent), a_sheet(agent)
    page = give(phone, at_the_code(phone, "backup"), old[0])
    assert page.status == 403
    assert phone.arrive(give(phone, page, new[0].lower().replace("-", " ")))["signed_in"]
    assert recovery_codes.left(agent) == recovery_codes.COUNT - 1


@pytest.mark.parametrize(
    ("way", "code"), [("app", "12"), ("app", "abcdef"), ("backup", "ABC"), ("backup", "ABCDE-FGHI0")]
)
def test_a_malformed_code_without_a_text_uses_no_try(phone, way, code):
    page = give(phone, at_the_code(phone, way), code)
    assert page.status == 400
    assert not LoginEvent.objects.filter(kind=Kind.CODE_WRONG).exists()


# Limits


def test_wrong_codes_of_every_kind_count_together(phone):
    app = an_app(agent_of())
    page = at_the_code(phone, "app")
    for _ in range(STRANGERS_TRIES - 1):
        page = give(phone, page, app.wrong())
        assert page.status == 403
    assert "1 try left." in page.text
    assert give(phone, page, app.wrong()).status == 429
    assert give(phone, page, app.code(1)).status == 429
    other = phone.like()
    assert other.ask_code(other.ask_flex()).status == 429
    page = at_the_code(phone.like(), "app")
    assert (page.status, page.form_with("code")) == (429, None)


def test_after_a_stranger_used_all_tries_the_agents_own_phone_has_one_left(phone, android, clock):
    phone.sign_in()
    clock.shift(CODE_OVER)
    app = an_app(agent_of())
    page = at_the_code(android, "app")
    for _ in range(STRANGERS_TRIES):
        page = give(android, page, app.wrong())
    assert sign_in(phone, "app", app.code(1), force_authn=1)["signed_in"]


def test_a_right_code_of_any_kind_resets_the_count_of_wrong_ones(phone, android, clock):
    agent = agent_of()
    for _ in range(2):
        page = at_the_code(android, "backup")
        for _ in range(STRANGERS_TRIES):
            page = give(android, page, "AAAAA-AAAAA")
        clock.shift(CODE_OVER)
    sign_in(phone, "backup", a_sheet(agent)[0])
    for _ in range(3):
        clock.shift(CODE_OVER)
        assert at_the_code(android.like(), "backup").status == 200


def test_guesses_for_agent_after_agent_from_one_address_are_stopped(phone, clock, monkeypatch):
    monkeypatch.setattr(guess_limit, "PER_ADDRESS", replace(PER_ADDRESS, base=6))  # 30 are many pages
    seen = []
    for n in range(4):
        other = phone.like()
        page = at_the_code(other, "app", f"+1201555{n:04}")
        seen += [give(other, page, code).status for code in ("000000", "111111")]
    assert seen == [403] * 6 + [429] * 2


def test_agents_with_an_app_sign_in_while_no_text_can_be_sent(phone, verify):
    app = an_app(agent_of())
    for _ in range(2):
        phone.ask_code(phone.ask_flex(), "+12015550198")  # bad credentials open the breaker
    assert "We can't send codes right now." in phone.ask_code(phone.ask_flex()).text
    assert sign_in(phone, "app", app.code(1))["signed_in"]


# What services ask for


def test_a_service_that_requires_a_texted_code_neither_offers_nor_accepts_an_app(phone, clock):
    peer, app = PretendService("shifts"), an_app(agent_of())
    sign_in(phone, "app", app.code(1))
    page = open_request(phone, peer, contexts(names.MOBILE_ONE_FACTOR_CONTRACT), 1)
    assert "Use an app or recovery code" not in page.text
    assert peer.sign_in(phone, NUMBER, contexts(names.MOBILE_ONE_FACTOR_CONTRACT)).authn_context == (
        names.MOBILE_ONE_FACTOR_CONTRACT
    )


def test_a_service_that_requires_better_than_a_text_offers_only_the_app(phone, clock):
    peer, app = PretendService("shifts"), an_app(agent_of())
    phone.sign_in()
    page = open_request(phone, peer, contexts(names.MOBILE_ONE_FACTOR_CONTRACT, comparison="better"), 1)
    assert "Send code" not in page.text
    page = phone.ask_code(page)
    assert (page.heading, page.form_with("again")) == ("Enter the code from your app", None)
    clock.shift(30)
    assert peer.read(give(phone, page, app.code())).authn_context == names.TIME_SYNC_TOKEN


def test_a_recovery_code_satisfies_no_requested_authn_context(phone):
    peer = PretendService("shifts")
    code = a_sheet(agent_of())[0]
    page = phone.ask_code(open_request(phone, peer, contexts(names.PREVIOUS_SESSION, comparison="minimum"), 1))
    assert "Use a recovery code" not in page.text
    page.form_with("code").action += "?with=backup"
    assert give(phone, page, code).status == 400


def test_a_method_that_the_service_excludes_is_rejected_even_if_no_page_offered_it(phone):
    code = a_sheet(agent_of())[0].replace("-", "")
    wish = contexts(names.PREVIOUS_SESSION, comparison="minimum")
    phone.ask_code(open_request(phone, PretendService("shifts"), wish, 1))
    seen = RequestFacts(None, None, None, user_agents.parse(IPHONE), None, Origin(None, IPHONE, "7KQ2M-9TX4D"))
    given = Given(Way.BACKUP, code)
    assert other_code.submit(LoginFlow.objects.get(), PhoneNumber(NUMBER), given, seen, NOW) == AskPhone(None)
    assert recovery_codes.left(agent_of()) == recovery_codes.COUNT
