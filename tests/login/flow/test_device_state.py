"""What the cookies of a browser amount to: device, session, token, rung, and what the trail records."""

from dataclasses import replace
from datetime import timedelta

import pytest

from idp.agents import device_rows, devices
from idp.agents.authentication import Method
from idp.agents.models import Agent, Reason
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.login.flow import device_state
from idp.login.ladder.steps import Cause
from idp.login.request_facts import RequestFacts
from idp.policies import user_agents
from idp.policies.timeouts import ENHANCED, LEGACY, LEGACY_REMEMBERED, Limit
from idp.sessions import lifecycle as sessions
from idp.sessions.models import OpenedBy
from idp.tokens import lifecycle as tokens
from idp.tokens.rotation import CHILDREN
from tests.conftest import NOW, an_agent
from tests.user_agents import ANDROID, DESKTOP, IPHONE

pytestmark = pytest.mark.usefixtures("db", "keys")
HOUR = timedelta(hours=1)


def facts(user_agent, **cookies):
    nothing = {"device_secret": None, "token": None, "session_secret": None}
    parsed = user_agents.parse(user_agent)
    return RequestFacts(
        **(nothing | cookies), user_agent=parsed, touch_points=None, origin=Origin(None, "", "7KQ2M-9TX4D")
    )


def signed_in(agent, user_agent=IPHONE, now=NOW):
    """What a browser shows after a code."""
    enrolled = devices.enrol(agent, facts(user_agent).browser, None, now)
    _, secret = sessions.open_session(enrolled.device, OpenedBy.CODE, now)
    token = tokens.issue(enrolled.device, now) if enrolled.device.remembered else None
    return facts(user_agent, device_secret=enrolled.secret, token=token, session_secret=secret)


def visit(shows, now, policy=ENHANCED):
    """Come by, and return what was read and what the browser shows from then on."""
    known = device_state.read(shows, policy, now)
    child = tokens.rotate(known.token, known.device, now)
    return known, replace(shows, token=child or shows.token)


@pytest.mark.parametrize("user_agent", [IPHONE, DESKTOP], ids=["phone", "computer"])
def test_a_live_session_lets_in_the_browser_that_proves_it(agent, user_agent):
    known = device_state.read(signed_in(agent, user_agent), LEGACY, NOW + HOUR / 2)
    assert (known.authentication.agent, known.authentication.method) == (agent.pk, Method.SESSION)
    assert (known.authentication.authenticated_at, known.reason, known.remark) == (NOW, None, None)


@pytest.mark.parametrize(
    ("user_agent", "missing"),
    [(IPHONE, "device_secret"), (IPHONE, "token"), (DESKTOP, "device_secret"), (DESKTOP, "session_secret")],
    ids=["phone without device", "phone without token", "computer without device", "computer without session"],
)
def test_every_cookie_is_needed(agent, user_agent, missing):
    shows = replace(signed_in(agent, user_agent), **{missing: None})
    assert device_state.read(shows, ENHANCED, NOW + HOUR).authentication is None


def test_a_session_cookie_does_not_bypass_the_rotation_on_a_phone(agent):
    shows = signed_in(agent)
    device = device_rows.find(shows.device_secret)
    for secret in ("", "x", sessions.find(device).secret_hash, sessions.find(device).index):
        without_token = replace(shows, token=None, session_secret=secret)
        assert device_state.read(without_token, ENHANCED, NOW + HOUR).authentication is None


def test_the_cookies_of_one_agent_do_not_let_in_another(agent):
    ben = an_agent("+12015550102", "ben@acme.example")
    anas, bens = signed_in(agent, DESKTOP), signed_in(ben, DESKTOP)
    mixed = replace(anas, session_secret=bens.session_secret)
    assert device_state.read(mixed, ENHANCED, NOW + HOUR).authentication is None


def test_an_agent_who_is_switched_off_reaches_no_rung(agent):
    shows = signed_in(agent)
    Agent.objects.update(is_active=False)
    assert device_state.read(shows, ENHANCED, NOW + HOUR).authentication is None


def test_a_revoked_device_reaches_no_rung_and_has_its_reason(agent):
    shows = signed_in(agent)
    devices.revoke(device_rows.find(shows.device_secret), Reason.OPERATOR, NOW)
    known = device_state.read(shows, ENHANCED, NOW + HOUR)
    assert (known.authentication, known.reason) == (None, Reason.OPERATOR)


@pytest.mark.parametrize(
    ("policy", "after", "reason"),
    [
        (LEGACY, timedelta(hours=24), Limit.CODE_AGE),
        (ENHANCED, timedelta(days=9), Limit.CODE_AGE),
        (LEGACY_REMEMBERED, timedelta(days=7), Cause.EXPIRED),
    ],
    ids=["legacy", "enhanced", "legacy, remembered"],
)
def test_an_unused_phone_reads_which_limit_passed(agent, policy, after, reason):
    known = device_state.read(signed_in(agent), policy, NOW + after)
    assert known.authentication is None
    assert known.reason in {reason, Cause.EXPIRED}


def test_a_computer_reads_which_limit_passed(agent):
    shows = signed_in(agent, DESKTOP)
    assert device_state.read(shows, LEGACY, NOW + HOUR).reason == Limit.INACTIVITY
    assert device_state.read(shows, LEGACY, NOW + 24 * HOUR).reason == Limit.CODE_AGE


def test_a_shown_copy_is_seen_as_one(agent):
    copied = signed_in(agent)
    _, shows = visit(copied, NOW + HOUR)
    visit(shows, NOW + 2 * HOUR)
    known = device_state.read(copied, ENHANCED, NOW + 3 * HOUR)
    assert (known.copied, known.authentication) == (True, None)


def test_five_lost_answers_are_recorded(agent):
    shows = signed_in(agent)
    for hour in range(1, CHILDREN + 1):
        visit(shows, NOW + hour * HOUR)
    known = device_state.read(shows, ENHANCED, NOW + 6 * HOUR)
    assert (known.authentication, known.remark) == (None, (Kind.TOKEN_UNANSWERED, ""))


def test_an_old_copy_is_recorded_and_ends_nothing(agent):
    before = signed_in(agent)
    device = device_rows.find(before.device_secret)
    again = devices.enrol(agent, before.browser, device, NOW + HOUR)
    now = replace(before, device_secret=again.secret, token=tokens.issue(again.device, NOW + HOUR))
    visit(now, NOW + 2 * HOUR)
    known = device_state.read(replace(now, token=before.token), ENHANCED, NOW + 3 * HOUR)
    assert (known.authentication, known.copied, known.remark[0]) == (None, False, Kind.TOKEN_COPIED)
    assert known.device.revoked_at is None


@pytest.mark.parametrize(
    ("changed", "why"),
    [({"token": "x"}, "unknown"), ({"device_secret": None}, "apart"), ({"device_secret": "x"}, "apart")],
    ids=["rubbish", "without its device", "with another device"],
)
def test_an_unknown_token_is_recorded(agent, changed, why):
    known = device_state.read(replace(signed_in(agent), **changed), ENHANCED, NOW + HOUR)
    assert (known.authentication, known.remark) == (None, (Kind.TOKEN_UNKNOWN, why))


def test_cookies_that_moved_to_another_platform_prove_nothing(agent):
    moved = replace(signed_in(agent), user_agent=user_agents.parse(ANDROID))
    known = device_state.read(moved, ENHANCED, NOW + HOUR)
    assert (known.authentication, known.remark) == (None, (Kind.TOKEN_UNKNOWN, "apart"))


def test_a_browser_without_cookies_has_no_device():
    assert device_state.read(facts(IPHONE), ENHANCED, NOW) == device_state.DeviceState(None, None, None, None)
