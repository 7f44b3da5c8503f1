"""Until when an app goes on without a code, and what it is told when it may not."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from idp.agents.models import Agent, Device, Kind, Reason
from idp.audit.events import Origin
from idp.audit.models import Kind as Event
from idp.audit.models import LoginEvent
from idp.keys.models import SigningKey, State, Use
from idp.login.emergency import everyone_out
from idp.login.endings import signing_out
from idp.native import bearer
from idp.policies.access.rules import Effect
from idp.policies.models import TimeoutPolicy
from idp.policies.user_agents import Platform
from idp.tokens.models import LongLivedToken
from tests.conftest import NOW, an_agent
from tests.native.own_app import a_client, a_code, a_rule_against, an_app_signed_in, ask, exchange, renew
from tests.policies import publishing
from tests.speed.counts import queries

pytestmark = pytest.mark.usefixtures("db", "keys")

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def clock():
    """A clock that stands until it is moved, so that a second is one on a slow computer too."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def client():
    return a_client()


@pytest.fixture
def token(client, agent, clock):
    return an_app_signed_in(client, agent)


def reason(answer):
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    return answer.json()["reason"]


def test_the_token_ends_after_seven_days_to_the_second(token, clock):
    clock.shift(7 * DAY - SECOND)
    assert renew(token).status_code == 200
    clock.shift(SECOND)
    assert reason(renew(token)) == "code_needed"


def test_a_refresh_runs_no_more_queries_than_it_did(token, clock):
    for _warm in range(2):
        clock.shift(2 * MINUTE)
        with queries() as asked:
            token = renew(token).json()["refresh_token"]
    assert len([it for it in asked if "SAVEPOINT" not in it]) <= 10


def test_an_app_needs_a_new_code_when_the_policy_says_so_however_often_it_refreshed(client, token, clock):
    for _ in range(2):
        clock.shift(4 * DAY)
        token = renew(token).json()["refresh_token"]
    clock.shift(DAY - SECOND)
    token = renew(token).json()["refresh_token"]
    clock.shift(SECOND)
    assert reason(renew(token)) == "code_needed"


def test_a_stricter_policy_applies_at_the_next_refresh(client, token, clock):
    clock.shift(25 * HOUR)
    client.timeout_policy = TimeoutPolicy.objects.get(name="legacy")
    client.save()
    assert reason(renew(token)) == "code_needed"


@pytest.mark.parametrize(
    ("ended", "told"),
    [
        (Reason.REPLACED, "replaced"),
        (Reason.COPIED, "copied"),
        (Reason.AGENT, "signed_out"),
        (Reason.OPERATOR, "signed_out"),
        (Reason.SWITCHED_OFF, "signed_out"),
        (Reason.NUMBER_CHANGED, "signed_out"),
        (Reason.HANDED_OVER, "signed_out"),
    ],
)
def test_an_app_reads_why_its_sign_in_ended(token, clock, ended, told):
    signing_out.sign_out(Device.objects.all(), ended, "Olivia", Origin(None, "", "7KQ2M-9TX4D"), NOW + HOUR)
    clock.shift(2 * HOUR)
    assert reason(renew(token)) == told


def test_two_holders_of_one_token_are_both_signed_out(token, clock):
    clock.shift(HOUR)
    child, copy = renew(token).json()["refresh_token"], token
    clock.shift(HOUR)
    assert renew(child).status_code == 200
    clock.shift(HOUR)
    assert reason(renew(copy)) == "copied"
    assert reason(renew(child)) == "copied"
    assert LoginEvent.objects.filter(kind=Event.TOKEN_COPIED).count() == 1


def test_a_token_is_valid_only_for_the_app_that_received_it(token, clock):
    a_client("other-app")
    clock.shift(HOUR)
    before = list(LongLivedToken.objects.values())
    assert reason(renew(token, client_id="other-app")) == "unknown"
    assert list(LongLivedToken.objects.values()) == before


def test_a_token_that_moved_to_another_platform_is_not_valid(token, clock):
    clock.shift(HOUR)
    assert reason(renew(token, user_agent="AcmePhone/2.1 (Android 15; Pixel 9)")) == "unknown"
    assert renew(token).status_code == 200


def test_the_access_policy_decides_at_each_refresh_and_a_refusal_changes_nothing(token, clock):
    clock.shift(HOUR)
    rule = a_rule_against(Platform.IOS)
    before = list(LongLivedToken.objects.values())
    assert reason(renew(token)) == "refused"
    assert list(LongLivedToken.objects.values()) == before
    assert LoginEvent.objects.filter(kind=Event.REFUSED, detail="Not these").count() == 1
    publishing.withdraw(rule)
    assert renew(token).status_code == 200


def test_a_rule_that_requires_a_code_makes_the_app_sign_in_again(token, clock):
    clock.shift(HOUR)
    rule = a_rule_against(Platform.IOS)
    publishing.change(rule, effect=Effect.ASK_CODE)
    assert reason(renew(token)) == "code_needed"


def test_an_agent_who_was_switched_off_cannot_refresh(agent, token, clock):
    clock.shift(HOUR)
    Agent.objects.update(is_active=False)
    assert renew(token).status_code == 400


def test_an_app_that_was_switched_off_is_an_invalid_client(client, token, clock):
    client.enabled = False
    client.save()
    answer = renew(token)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_after_five_lost_answers_an_app_needs_a_code_and_raises_no_alarm(token, clock):
    for _ in range(5):
        clock.shift(HOUR)
        assert "refresh_token" in renew(token).json()
    clock.shift(HOUR)
    assert reason(renew(token)) == "code_needed"
    assert Device.objects.get().revoked_at is None


def test_a_refresh_leaves_other_agents_phones_signed_in(client, token):
    other = an_agent("+12015550102", "ben@acme.example")
    an_app_signed_in(client, other)
    assert Device.objects.active().filter(kind=Kind.MOBILE).count() == 2


def test_answers_with_tokens_are_never_cached(token):
    for answer in (renew(token), ask(grant_type="refresh_token", client_id="acme-phone")):
        assert answer["Cache-Control"] == "no-store"
        assert answer["Content-Type"].startswith("application/json")


def test_everyone_out_ends_apps_too(client, agent, token, clock):
    code, access = a_code(client, agent), renew(token).json()["access_token"]
    clock.shift(SECOND)
    everyone_out.begin(None, "a drill", Origin(None, "", "AAAAA-BBBBB"), timezone.now())
    clock.shift(SECOND)
    assert reason(renew(token)) == "signed_out"
    assert reason(exchange(code)) == "signed_out"
    assert bearer.of(access, NOW + 2 * SECOND) is None
    assert Device.objects.count() == 1


def test_an_app_whose_token_was_signed_by_a_withdrawn_key_needs_a_code(token, clock):
    clock.shift(HOUR)
    SigningKey.objects.filter(use=Use.TOKEN).update(state=State.RETIRED, retired_at=NOW - 8 * DAY)
    assert reason(renew(token)) == "code_needed"
