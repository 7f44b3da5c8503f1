"""Try it: the unsaved rules against a listed device, a pasted text, a phone seen, a past sign-in, this browser."""

from datetime import time, timedelta

import pytest

from idp.agents.models import Device
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.login import access_decision
from idp.policies.access.conditions import AgentIs, MomentWithin, PlatformIs, TextContains, Weekday
from idp.policies.editing import publishing
from idp.policies.simulation.sample_devices import named
from idp.policies.user_agents import Platform
from tests.conftest import NOW
from tests.login.test_access_decision import decide, enrolled
from tests.policies import publishing as in_tests
from tests.user_agents import ANDROID, IPHONE
from tests.web.pages.policy.rule_pages import ADD, LIST, page_of, the_form
from tests.web.pages.policy.test_rule_list import an_operator_who_may
from tests.web.seeded import ANDROID_RULE, REFERENCE, a_service

NO_IPADS = PlatformIs(frozenset({Platform.IPADOS}))


def verdicts(browser, at=LIST, page=None, *, whole=False, **tried):
    """Press *Try it* on the page as it stands; without `whole`, as its script does it."""
    form = the_form(page or browser.get(at)) | {"act": "try"} | tried
    return browser.post(at, form if whole else form | {"fragment": "1"}).text


def first(text):
    return text.split("A request arrives: <strong>")[1].split("</strong>")[0]


@pytest.fixture
def no_android(db, clock):
    in_tests.drafted(ANDROID_RULE, name="No Android")


def test_a_sample_device_is_judged_at_every_point_with_every_rules_answer(admin, no_android):
    shown = verdicts(admin, **{"try-way": "listed", "try-listed": "pixel-chrome"})
    assert first(shown) == "Refused"
    assert "by “No Android”" in shown
    assert "No in-app browsers (watch only): <strong>no</strong>, because this does not hold: the client" in shown
    assert "Choose an agent to see this" in shown


def test_without_script_the_page_keeps_everything_that_was_filled_in(admin, no_android):
    shown = verdicts(admin, whole=True, **{"try-listed": "pixel-chrome", "default": "deny"})
    assert first(shown) == "Refused"
    assert 'value="pixel-chrome" selected' in shown
    assert "Not saved yet" in shown
    assert publishing.edited().default_effect == "allow"


def test_unsaved_modes_order_and_default_are_judged(admin, no_android):
    key = publishing.edited().rules.get(name="No Android").key
    tried = {"try-listed": "pixel-chrome"}
    assert first(verdicts(admin, **tried, **{f"mode-{key}": "off"})) == "Let in"
    assert first(verdicts(admin, **tried, **{f"mode-{key}": "watch", "default": "deny"})) == "Refused"
    assert publishing.edited().rules.get(name="No Android").mode == "on"


def test_an_unsaved_rule_is_judged_on_its_own_page(admin, no_android):
    typed = {"name": "New", "mode": "on", "condition": "c0:text", "c0-text": "iPhone", "try-listed": "iphone-safari"}
    assert first(verdicts(admin, ADD, **typed)) == "Refused"
    rule = publishing.edited().rules.get(name="No Android")
    assert (
        first(verdicts(admin, page_of(rule), **{"c0-platforms": ["ios"], "try-listed": "iphone-safari"})) == "Refused"
    )
    assert publishing.edited().rules.count() == 2


def test_an_incomplete_rule_says_so_instead_of_guessing(admin, clock):
    shown = verdicts(admin, ADD, name="New", condition="c0:text", **{"c0-text": ""})
    assert "The rule is not complete yet: Text in the User-Agent" in shown
    assert "A request arrives" not in shown


def test_a_pasted_user_agent_is_judged_and_an_empty_one_too(admin, no_android):
    assert first(verdicts(admin, **{"try-way": "pasted", "try-pasted": ANDROID})) == "Refused"
    assert first(verdicts(admin, **{"try-way": "pasted", "try-pasted": IPHONE})) == "Let in"
    nothing = verdicts(admin, **{"try-way": "pasted", "try-pasted": ""})
    assert (first(nothing), "cannot be told" in nothing) == ("Refused", True)


def test_any_bytes_can_be_pasted(admin, no_android):
    for nasty in ("\x00\ud7ff", "<script>alert(1)</script>", "A" * 100_000, "(((((" * 100):
        shown = verdicts(admin, **{"try-way": "pasted", "try-pasted": nasty})
        assert "<script>alert" not in shown
        assert "A request arrives" in shown or "Null characters" in shown


def test_this_browser_is_judged_with_the_touch_points_that_its_script_found(admin, clock):
    in_tests.drafted(NO_IPADS)
    mac = named("mac-safari").user_agent
    form = the_form(admin.get(LIST)) | {"act": "try", "fragment": "1", "try-way": "here"}
    asked = [admin.post(LIST, form | {"try-here_touch": it}, headers={"user-agent": mac}) for it in ("5", "0")]
    ipad, mac = (it.text for it in asked)
    assert "In words</dt><dd>iPad, Safari" in ipad
    assert "In words</dt><dd>Mac, Safari" in mac
    assert (first(ipad), first(mac)) == ("Not decided yet", "Not decided yet")
    assert "Before a text or call is paid for: <strong>Refused" in ipad
    assert "Before a text or call is paid for: <strong>Let in" in mac


def test_an_ipad_without_script_is_refused_because_it_looks_like_a_mac(admin, clock):
    in_tests.drafted(NO_IPADS)
    shown = verdicts(admin, **{"try-listed": "mac-safari", "try-touch": "off"})
    assert "Before a text or call is paid for: <strong>Refused" in shown


def test_with_an_agent_the_points_after_the_code_are_judged_too(admin, agent, clock):
    in_tests.drafted(AgentIs(frozenset({agent.email})), name="Not Ana")
    before, after = verdicts(admin), verdicts(admin, **{"try-agent": agent.email.upper()})
    assert first(before) == first(after) == "Not decided yet"
    assert "The code was right: <strong>Refused" in after
    assert "signed in anywhere" in after
    enrolled(agent, days=3)
    assert "A session or token would let in: <strong>Refused" in verdicts(admin, **{"try-agent": agent.email})


def test_the_time_can_be_chosen(admin, clock):
    in_tests.drafted(MomentWithin(frozenset(Weekday), time(22), time(6), "UTC"), name="Not by night")
    tried = {f"{at:02}:00": first(verdicts(admin, **{"try-moment": f"2026-01-05T{at:02}:00"})) for at in (12, 23)}
    assert tried == {"12:00": "Let in", "23:00": "Refused"}


def test_rules_of_another_service_do_not_apply(admin, no_android):
    a_service()
    in_tests.drafted(TextContains("iPhone"), name="Elsewhere", scope=["elsewhere"])
    shown = verdicts(admin, **{"try-listed": "iphone-safari", "try-service": "flex"})
    assert "Elsewhere (on): <strong>not asked" in shown


def test_a_phone_seen_this_month_is_offered_once_and_judged(admin, no_android):
    old = NOW - timedelta(days=31)
    for at, header in ((NOW, ANDROID), (NOW, ANDROID), (old, IPHONE)):
        events.record(Kind.SIGNED_IN, Origin("192.0.2.7", header, REFERENCE), at)
    page = admin.get(LIST)
    offered = page.text.split('id="id_try-seen"')[1].split("</select>")[0]
    assert (offered.count("<option"), "Android phone, Chrome, last 21 Nov 09:00 UTC" in offered) == (1, True)
    assert first(verdicts(admin, page=page, **{"try-way": "seen"})) == "Refused"


def test_without_phones_this_month_the_page_says_so(admin, clock):
    assert "No phone was used this month." in verdicts(admin, **{"try-way": "seen"})


def test_a_past_sign_in_is_judged_by_the_facts_of_its_time(admin, agent, no_android):
    decision = decide(header=ANDROID)
    origin = Origin("192.0.2.7", ANDROID, REFERENCE)
    events.record(Kind.REFUSED, origin, NOW, service="flex", **access_decision.recorded(decision))
    shown = verdicts(admin, **{"try-way": "past", "try-past": REFERENCE.lower().replace("-", " ")})
    assert "refused by the access policy: <strong>Refused</strong>, by “No Android”" in shown
    assert ANDROID in shown


@pytest.mark.parametrize(
    ("tried", "sentence"),
    [
        ({"try-way": "past", "try-past": "7KQ2M-9TX4E"}, "There is no sign-in with this reference to judge."),
        ({"try-way": "past", "try-past": ""}, "There is no sign-in with this reference to judge."),
        ({"try-agent": "nobody@acme.example"}, "Nobody has this email."),
        ({"try-moment": "yesterday"}, "Enter a valid date/time."),
        ({"try-way": "by magic"}, "is not one of the available choices"),
        ({"try-listed": "amiga"}, "is not one of the available choices"),
    ],
)
def test_invalid_fields_get_a_sentence(admin, clock, tried, sentence):
    assert sentence in verdicts(admin, **tried)


def test_an_operator_who_may_not_see_the_trail_is_offered_no_past_sign_ins(no_android):
    events.record(Kind.SIGNED_IN, Origin("192.0.2.7", ANDROID, REFERENCE), NOW, judged={"platform": ["android"]})
    editor = an_operator_who_may("view_accessrule", "change_accessrule")
    page = editor.get(LIST)
    assert "a past sign-in" not in page.text
    for way in ("seen", "past"):
        assert "is not one of the available choices" in verdicts(editor, **{"try-way": way, "try-past": REFERENCE})


def test_trying_writes_nothing(admin, agent, no_android):
    before = publishing.fingerprint(publishing.edited())
    verdicts(admin, **{"try-agent": agent.email})
    assert publishing.fingerprint(publishing.edited()) == before
    assert Device.objects.count() == 0
