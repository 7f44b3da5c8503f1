"""Every reason for a new code has its own sentence, in the words of agents."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils.html import strip_tags

from idp.agents.models import Device, Kind, Reason
from idp.login.ladder.steps import Cause
from idp.login.pages.notices import notice, of_ended, reported
from idp.policies.timeouts import ENHANCED, LEGACY, Limit
from tests.conftest import NOW

EVERY = [*Reason, *Limit, *Cause]
NEVER_SAID = re.compile(r"\b(otp|mfa|saml|idp|assertion|device|token|session|invalid|failed)\b", re.IGNORECASE)


def ended(kind=Kind.MOBILE):
    other = Device(label="Android phone, Chrome")
    day = timedelta(days=1)
    return Device(
        kind=kind,
        label="iPhone, Safari",
        replaced_by=other,
        enrolled_at=NOW - 9 * day,
        authenticated_at=NOW - 9 * day,
        last_seen_at=NOW - 7 * day,
        revoked_at=NOW,
    )


def words(reason, kind=Kind.MOBILE, policy=ENHANCED):
    shown = notice(reason, ended(kind), policy)
    return f"{shown.title}. {unescape(strip_tags(shown.text))}"


@pytest.mark.parametrize("kind", Kind)
def test_every_reason_has_words_of_its_own(kind):
    told = {reason: words(reason, kind, LEGACY) for reason in EVERY}
    assert len(set(told.values())) == len(EVERY)


@pytest.mark.parametrize("reason", EVERY)
def test_no_words_are_technical_or_long(reason):
    for kind in Kind:
        text = words(reason, kind)
        assert not NEVER_SAID.search(text)
        assert max(len(it.split()) for it in text.split(". ")) <= 20


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        (Reason.REPLACED, "You signed in on another phone. On Saturday 21 November, 09:00 UTC, you signed in with"),
        (Reason.OPERATOR, "your contact centre signed you out on this phone."),
        (Reason.REPORTED, "We signed this phone out to keep you safe."),
        (Reason.EVERYONE, "On Saturday 21 November, 09:00 UTC, everyone was signed out."),
        (Limit.INACTIVITY, "on this phone since Saturday 14 November, 09:00 UTC. We ask again after 7 days."),
        (Limit.CODE_AGE, "was on Thursday 12 November, 09:00 UTC. We ask again after 9 days."),
        (Cause.KEY, "Time for a new code. We changed the key that keeps phones signed in."),
        (Cause.POLICY, "Your contact centre asks for a code each time you sign in on this phone."),
    ],
)
def test_a_phone_reads_why_a_code_is_needed(reason, says):
    assert says in words(reason)


def test_an_instant_says_in_utc_for_the_script_when_it_was():
    text = notice(Reason.EVERYONE, ended(), ENHANCED).text
    assert '<time datetime="2026-11-21T09:00:00Z">Saturday 21 November, 09:00 UTC</time>' in text


def test_what_a_phone_calls_itself_is_no_html():
    phone = Device(kind=Kind.MOBILE, label="<b>App</b>, iPhone", enrolled_at=NOW)
    assert "(&lt;b&gt;App&lt;/b&gt;, iPhone)" in reported(phone).text
    assert "&lt;b&gt;App&lt;/b&gt;, iPhone (signed in since <time" in of_ended([phone])


def test_a_computer_is_called_a_computer():
    assert "this phone" not in " ".join(words(reason, Kind.DESKTOP) for reason in Limit)
    assert "We signed this computer out" in words(Reason.COPIED, Kind.DESKTOP)


def test_nothing_to_explain_is_not_explained():
    assert notice(None, ended(), ENHANCED) is None
    assert notice(Reason.COPIED, None, ENHANCED) is None
    assert of_ended([]) == ""
