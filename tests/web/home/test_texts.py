"""What an operator reads of texts and codes: on the home page, beside each send, and in the trail."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind, LoginEvent
from idp.otp import breaker
from idp.otp.allowances import FREE_FAILURES
from idp.otp.gateway import Failure
from idp.otp.models import Outcome, PhoneAuthenticator, Verification, VerificationSend
from idp.web.home import batched_queries, texts
from tests.conftest import NOW
from tests.web.seeded import REFERENCE

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
MINUTE = timedelta(minutes=1)


def a_verification(at=NOW, authenticator=None, counted_as="somebody", **fields):
    return Verification.objects.create(
        authenticator=authenticator,
        counted_as=counted_as,
        started_at=at,
        ended_at=at,
        **{"outcome": "expired", **fields},
    )


def a_send(answer, code=None):
    verification = a_verification(NOW, PhoneAuthenticator.objects.first())
    return VerificationSend.objects.create(
        verification=verification, nth=1, channel="sms", at=NOW, answer=answer, code=code
    )


def alarms(now=NOW):
    return texts.alarms(now, batched_queries.ask(texts.questions(now)))


def whys(now=NOW):
    return [it.why for it in alarms(now)]


def test_while_texts_arrive_there_is_no_alarm(agent):
    a_send("sent")
    assert whys() == []


@pytest.mark.parametrize("failure", [Failure.UNAVAILABLE, Failure.MISCONFIGURED, Failure.RATE_LIMITED])
def test_an_open_breaker_says_since_when_and_what_to_do(failure):
    for _ in range(breaker.FAILURES):
        breaker.note_failure(failure, NOW)
    [alarm] = alarms()
    assert alarm.loud
    assert "Nobody has received a code since 09:00 UTC" in alarm.why
    assert "Twilio" in alarm.why


def test_sends_refused_within_a_day_are_one_alarm_with_their_number(agent):
    for _ in range(3):
        a_send("country not allowed (60605)", 60605)
    a_send("blocked by Fraud Guard (60410)", 60410)
    told = whys()
    assert told[0].startswith("3 sends in the last 24 hours: The account may not send to this number's country.")
    assert told[1].startswith("1 send in the last 24 hours: Fraud Guard")


def test_sends_refused_earlier_are_no_alarm(agent):
    a_send("country not allowed (60605)", 60605)
    assert whys(NOW + timedelta(days=1) - MINUTE) != []
    assert whys(NOW + timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("answer", "code"), [("landline (60205)", 60205), ("too many sends (60203)", 60203), ("unavailable", None)]
)
def test_a_fault_of_one_number_or_a_passing_one_is_no_alarm(agent, answer, code):
    a_send(answer, code)
    assert whys() == []


def test_a_text_that_went_without_its_template_leaves_time(agent):
    a_send("sent", 60228)
    [alarm] = alarms()
    assert (alarm.loud, "LATCHKEY_VERIFY_TEMPLATE" in alarm.why) == (False, True)


def test_an_unknown_refusal_of_twilio_is_an_alarm(agent):
    a_send("unexplained refusal (60999)", 60999)
    assert "twilio.com/docs/api/errors" in whys()[0]


@pytest.mark.parametrize(
    ("most", "loud", "said"), [(12, [], ""), (10, [False], "8 of the day's 10"), (8, [True], "All 8")]
)
def test_the_end_of_the_days_texts_is_an_alarm(agent, settings, most, loud, said):
    for _ in range(8):
        a_send("sent")
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"texts_a_day": most})
    found = alarms()
    assert [it.loud for it in found] == loud
    assert all(said in it.why for it in found)


@pytest.mark.parametrize(("wrong", "right", "told"), [(20, 0, False), (24, 0, True), (24, 4, False), (28, 4, True)])
def test_unusually_many_wrong_codes_of_strangers_are_an_alarm(wrong, right, told):
    for nth in range(wrong // 4):
        a_verification(counted_as=str(nth), tries=4, strangers_tries=4)
    for nth in range(right):
        a_verification(counted_as=f"right {nth}", tries=1, strangers_tries=1, outcome=Outcome.APPROVED)
    assert any("wrong codes came from unknown phones in the last hour." in it for it in whys()) is told
    assert whys(NOW + timedelta(hours=1)) == []


@pytest.mark.parametrize(("strangers", "whose"), [(4, "everybody but their own phone"), (0, "their own phone")])
def test_a_number_that_is_paused_is_named_with_its_agent(agent, strangers, whose):
    phone = PhoneAuthenticator.objects.get()
    for nth in range(3):
        a_verification(NOW + nth * MINUTE, phone, "ana", tries=4, strangers_tries=strangers)
    [alarm] = alarms(NOW + 3 * MINUTE)
    assert f"Codes for Ana García are paused for {whose} until" in alarm.why
    assert str(agent.pk) in alarm.url
    assert phone.number not in alarm.why


def test_a_number_with_a_right_code_since_is_not_paused(agent):
    phone = PhoneAuthenticator.objects.get()
    for nth in range(FREE_FAILURES):
        a_verification(NOW + nth * MINUTE, phone, "ana", tries=4, strangers_tries=4)
    a_verification(NOW + FREE_FAILURES * MINUTE, phone, "ana", tries=1, outcome=Outcome.APPROVED)
    assert not any("paused" in it for it in whys(NOW + 11 * MINUTE))


def test_codes_that_could_not_be_checked_are_counted(agent):
    events.record(Kind.CODE_UNKNOWN, Origin(None, "", REFERENCE), NOW, agent=agent, detail="unknown")
    assert "1 code in the last 24 hours could not be checked" in whys()[0]
    assert whys(NOW + timedelta(days=1)) == []


def test_alarms_are_shown_on_the_home_page(admin, agent, clock):
    a_send("country not allowed (60605)", 60605)
    assert "1 send in the last 24 hours: The account may not send" in admin.get("/admin/").text


def test_each_send_is_listed_with_the_remedy(admin, agent):
    a_send("landline (60205)", 60205)
    page = admin.get("/admin/otp/verification/").text
    assert "text: landline (60205). This is a landline, which cannot receive texts." in page


def test_the_remedy_is_in_the_trail_and_on_the_command_line(admin, agent, capsys):
    origin = Origin(None, "", REFERENCE)
    events.record(Kind.CODE_NOT_SENT, origin, NOW, agent=agent, detail="sms: landline (60205)")
    event = LoginEvent.objects.get()
    page = admin.get(f"/admin/audit/loginevent/{event.pk}/change/").text
    assert ("This is a landline" in page, "text: landline (60205)" in page, "sms" in page) == (True, True, False)
    call_command("why", REFERENCE)
    assert "This is a landline" in capsys.readouterr().out


def test_wrong_credentials_are_reported_once_by_the_checkup(admin, agent, clock):
    a_send("misconfigured (20003)", 20003)
    assert whys() == []
    assert admin.get("/admin/").text.count("misconfigured (20003)") == 1


def test_sends_to_numbers_of_nobody_are_no_alarm(db):
    verification = a_verification()
    VerificationSend.objects.create(
        verification=verification, nth=1, channel="sms", at=NOW, answer="country not allowed (60605)", code=60605
    )
    assert whys() == []
