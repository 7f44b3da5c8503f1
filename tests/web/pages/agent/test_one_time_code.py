"""The page on which operators give an agent a one-time code, and who may."""

import re

from idp.audit.models import Kind
from idp.otp.models import OneTimeCode
from idp.otp.other_codes import one_time_codes, ways
from idp.otp.other_codes.ways import Given, Way
from tests.conftest import NOW
from tests.web.pages.agent.agent_page import BY_OLIVIA, FACTOR_BUTTONS, a_helper, post, recorded, url

REASON = {"reason": "SIM broken"}


def code_on(page):
    return re.search(r'<code class="key"[^>]*>([^<]+)</code>', page.text).group(1)


def test_a_one_time_code_takes_a_reason_is_shown_once_and_names_the_giver(admin, agent):
    assert "This field is required." in post(admin, agent, "one-time-code", reason=" ").text
    assert not OneTimeCode.objects.exists()
    page = post(admin, agent, "one-time-code", **REASON)
    code = code_on(page).replace("-", "")
    assert (len(code), "no-store" in page["Cache-Control"]) == (one_time_codes.LENGTH, True)
    assert code_on(page) not in admin.get(url(agent)).text + admin.get(url(agent, "one-time-code")).text
    assert recorded(Kind.CODE_GIVEN) == (agent.email, f"SIM broken, {BY_OLIVIA}")
    assert ways.spend(agent, Given(Way.BACKUP, code), NOW).remark == "one-time code from Olivia Operator: SIM broken"


def test_looking_at_the_form_gives_nobody_a_code(admin, agent):
    assert admin.get(url(agent, "one-time-code")).status_code == 200
    assert not OneTimeCode.objects.exists()


def test_a_one_time_code_is_revoked(admin, agent):
    code = code_on(post(admin, agent, "one-time-code", **REASON)).replace("-", "")
    assert "no longer works" in admin.post(url(agent, "revoke-one-time-code"), follow=True).text
    assert one_time_codes.spend(agent, code, NOW) is None
    assert recorded(Kind.CODE_REVOKED) == (agent.email, BY_OLIVIA)


def test_nobody_gives_themselves_a_code(admin, operator):
    assert "Give Olivia Operator a one-time code" not in admin.get(url(operator)).text
    for ask in (admin.get, admin.post):
        page = ask(url(operator, "one-time-code"), REASON)
        assert (page.status_code, "You cannot give a one-time code to yourself" in page.text) == (403, True)
    assert not OneTimeCode.objects.exists()


def test_giving_a_code_takes_its_own_right_and_no_other(agent):
    supervisor = a_helper("view_agent", "give_one_time_code")
    assert "Give Ana García a one-time code" in supervisor.get(url(agent)).text
    assert code_on(post(supervisor, agent, "one-time-code", **REASON))
    assert {post(supervisor, agent, act).status_code for act in FACTOR_BUTTONS} == {403}


def test_an_operator_who_may_change_agents_but_not_give_codes_gives_none(agent):
    helper = a_helper("view_agent", "change_agent")
    assert "a one-time code</a>" not in helper.get(url(agent)).text
    assert post(helper, agent, "one-time-code", **REASON).status_code == 403
    assert post(helper, agent, "make-recovery-codes").status_code == 200


def test_only_a_superuser_gives_an_operator_a_code(operator):
    helper = a_helper("view_agent", "change_agent", "give_one_time_code")
    assert [post(helper, operator, act).status_code for act in (*FACTOR_BUTTONS, "one-time-code")] == [403] * (
        len(FACTOR_BUTTONS) + 1
    )
