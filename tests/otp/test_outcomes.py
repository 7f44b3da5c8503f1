"""The table of outcomes: nothing is without one, unknown is never success, and pages say what it says."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.conf import ROOT
from idp.demo.verify_emulator.refusals import BY_CODE
from idp.otp import outcomes
from idp.otp.gateway import CheckResult, Failure
from idp.otp.models import Breaker, VerificationSend
from idp.otp.outcomes import TABLE, Call, Repeat
from idp.otp.twilio.answers import Answer

DESIGNED = {
    Call.START: "20003 20005 20404 20429 25109 60200 60201 60202 60203 60204 60205 60212 60217 60220 60223 60224 60226 "
    "60228 60229 60238 60250 60410 60412 60605 21211 21215 21216 21408 21610 21612 21614 60436 68004",
    Call.CHECK: "20003 20005 20404 20429 25109 60200",
}
REAL_CODES = [code for row in TABLE for code in row.codes if code]
codes = st.one_of(st.none(), st.sampled_from(REAL_CODES), st.integers(1, 99999))
statuses = st.one_of(
    st.just(0), st.sampled_from([200, 201, 302, 400, 401, 403, 404, 429, 500, 503]), st.integers(0, 599)
)

READ = {row.page for row in TABLE} | {outcomes.TEXTS_DOWN, outcomes.RAN_OUT}
SENTENCES = sorted(it.sentence for it in READ if it.sentence)


def row_id(row):
    return f"{row.call} {row.word or row.codes or row.documented or row.statuses}"


@given(st.sampled_from(Call), statuses, codes, st.booleans())
def test_every_trouble_has_an_outcome_and_none_of_them_is_success(call, status, code, connected):
    row = outcomes.of_trouble(call, status, code, connected=connected)
    assert row.made is not None
    assert row.made is not CheckResult.APPROVED


@given(st.text())
def test_no_word_but_approved_lets_anyone_in(word):
    assert (outcomes.of_check(word).made is CheckResult.APPROVED) is (word == "approved")


@pytest.mark.parametrize("word", ["", "any other", "of another", "APPROVED", "approved ", "sanctioned", "None"])
def test_a_word_nobody_knows_is_no_verdict_and_an_alarm(word):
    row = outcomes.of_check(word)
    assert (row.made, row.alarm) == (CheckResult.UNKNOWN, True)


@pytest.mark.parametrize("answer", [Answer("VE1", "+1", "approved"), Answer("VE2", "+2", "approved")])
def test_an_approval_of_another_is_no_verdict(answer):
    assert answer.verdict(sid="VE1", to="+2") is CheckResult.UNKNOWN


@pytest.mark.parametrize("call", Call)
def test_every_number_of_the_design_has_a_row_of_its_own(call):
    named = {str(code) for row in TABLE if row.call is call for code in row.codes if code}
    assert set(DESIGNED[call].split()) == named


@pytest.mark.parametrize("row", [it for it in TABLE if it.codes and it.documented.isdecimal()], ids=row_id)
def test_each_row_is_reached_by_its_own_numbers(row):
    for code in row.codes:
        assert outcomes.of_trouble(row.call, int(row.documented), code or None, connected=True).made is row.made


@pytest.mark.parametrize("row", TABLE, ids=row_id)
def test_every_row_tells_an_operator_in_sentences_that_end(row):
    assert re.fullmatch(r"[A-Z5][^\n]*[.?]", row.operator)
    assert row.means.endswith(".")


def pages_of_agents():
    views = Path(ROOT / "idp/login/pages").glob("*.py")
    sources = [*Path(ROOT / "templates/login").glob("*.html"), *views]
    return "\n".join(it.read_text(encoding="utf-8") for it in sources)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_sentence_for_agents_in_the_table_is_on_a_page(sentence):
    assert sentence in pages_of_agents()


def test_a_start_reads_the_same_whatever_twilio_says():
    assert {row.page for row in TABLE if row.call is Call.START} == {outcomes.AS_ALWAYS}


def test_a_call_is_made_again_only_where_twilio_did_nothing_or_only_minds_the_template():
    again = {row.codes for row in TABLE if row.repeat in {Repeat.AFTER_PAUSE, Repeat.WITHOUT_TEMPLATE}}
    assert again == {(20429,), (60212,), (60201, 60224, 60228, 60229)}
    assert {row.reached for row in TABLE if row.repeat is Repeat.AT_ONCE} == {False}


@pytest.mark.parametrize("failure", Failure)
def test_a_stored_failure_leads_back_to_its_outcome(failure):
    assert outcomes.of_send(failure.value, None).made is failure
    assert outcomes.of_detail(f"sms: {failure.value} (99999)").made is failure
    longest = f"{failure.value} (99999)"
    assert len(longest) <= VerificationSend._meta.get_field("answer").max_length
    shared = {Failure.RATE_LIMITED, Failure.MISCONFIGURED, Failure.UNAVAILABLE}
    assert failure not in shared or len(failure.value) <= Breaker._meta.get_field("reason").max_length


def test_a_number_in_the_records_is_more_than_its_kind():
    assert "suspended" in outcomes.of_send("misconfigured", 20005).operator
    assert "Geo Permissions" in outcomes.of_detail("sms: country not allowed (60605)").operator


@pytest.mark.parametrize("answer", ["sent", "", "not sent: nobody has this number"])
def test_a_send_that_went_well_has_no_outcome_to_explain(answer):
    assert outcomes.of_send(answer, None) is None


def test_a_text_that_went_without_its_template_tells_so():
    assert outcomes.of_send("sent", 60228).made is Failure.TEMPLATE_REFUSED


@pytest.mark.parametrize("refusal", BY_CODE.values(), ids=lambda it: str(it.code))
def test_the_emulator_refuses_with_the_statuses_of_the_table(refusal):
    rows = [it for it in TABLE if refusal.code in it.codes and it.documented.isdecimal()]
    assert {it.documented for it in rows} <= {str(refusal.status)}
