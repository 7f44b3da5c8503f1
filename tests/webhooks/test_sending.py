"""Messages arrive signed, in the trail's order, at least once, and nothing goes where it must not."""

from datetime import timedelta

import pytest

from idp import clock as clocks
from idp.agents.models import Reason
from idp.keys.models import SigningKey, Use
from idp.saml.models import SubjectName
from idp.webhooks import outcomes, reading, registration, sending
from idp.webhooks.models import Delivery, State, Webhook
from idp.webhooks.outcomes import Outcome
from tests.webhooks.receiver import a_webhook, receiving, send


def the_state():
    return list(Delivery.objects.order_by("event_id", "kind").values_list("state", flat=True))


def test_a_receiver_reads_who_signed_in_on_which_device(receiver, webhook, happens, phone_of):
    name = SubjectName.of(phone_of.agent, None)
    happens("AAAAA-11111")
    assert [it.state for it in send()] == [State.DELIVERED]
    (message,) = receiver.seen
    assert message["type"] == "agent.signed_in"
    assert message["timestamp"].startswith("2026-11-21T09:00:0")
    assert message["data"]["agent"] == {"id": str(phone_of.agent.pk), "name_id": name}
    device = {
        "id": str(phone_of.pk),
        "kind": "mobile",
        "label": "iPhone, Safari",
        "platform": "apple",
        "replaced_by": None,
    }
    assert message["data"]["device"] == device
    rest = {"reason": None, "method": "token", "service": "", "reference": "AAAAA-11111"}
    assert {name: message["data"][name] for name in rest} == rest


def test_a_receiver_reads_why_a_device_was_signed_out(receiver, webhook, signs_out):
    signs_out(Reason.NUMBER_CHANGED)
    send()
    assert receiver.types == ["device.revoked"]
    assert receiver.seen[0]["data"]["reason"] == "number changed"


def test_a_message_has_the_email_only_if_an_operator_ticked_it(receiver, webhook, happens):
    happens("AAAAA-11111")
    Webhook.objects.update(tells_email=True)
    send()
    assert receiver.seen[0]["data"]["agent"]["email"] == "ana@acme.example"


def test_a_webhook_gets_each_event_once_and_only_of_the_chosen_types(receiver, webhook, happens, signs_out):
    Webhook.objects.update(kinds=["device.revoked"])
    happens("AAAAA-11111")
    signs_out()
    send()
    send()
    assert receiver.types == ["device.revoked"]


def test_events_before_a_webhook_or_while_it_is_switched_off_are_not_sent(receiver, phone_of, happens, webhook, clock):
    webhook.is_on = False
    registration.change(webhook, clocks.now())
    happens("OFFFF-11111")
    assert send() == []
    webhook.is_on = True
    registration.change(webhook, clocks.now())
    happens("ONNNN-11111")
    send()
    assert receiver.references == ["ONNNN-11111"]


def test_a_type_chosen_later_begins_with_later_events(receiver, webhook, happens, signs_out):
    webhook.kinds = ["device.revoked"]
    registration.change(webhook, clocks.now())
    happens("UNTIL-11111")
    webhook.kinds = ["device.revoked", "agent.signed_in"]
    registration.change(webhook, clocks.now())
    happens("SINCE-22222")
    signs_out()
    send()
    assert receiver.references == ["SINCE-22222", "REVOK-ED111"]


def test_after_a_clock_that_was_hours_ahead_is_set_back_no_event_is_skipped(receiver, webhook, happens, clock):
    clock.shift(timedelta(hours=3))
    happens("AHEAD-11111")
    send()
    clock.shift(-timedelta(hours=3))
    happens("AFTER-22222")
    send()
    assert receiver.references == ["AHEAD-11111", "AFTER-22222"]


def test_a_webhook_that_was_added_by_a_clock_that_was_hours_ahead_gets_what_happens_from_now_on(
    receiver, webhook, happens, clock
):
    webhook.is_on = False
    registration.change(webhook, clocks.now())
    happens("OFFFF-11111")
    webhook.is_on, webhook.kinds = True, ["agent.signed_in"]
    registration.change(webhook, clocks.now() + timedelta(hours=3))
    happens("AFTER-22222")
    send()
    assert receiver.references == ["AFTER-22222"]


def test_a_sender_whose_clock_is_hours_ahead_sends_what_happens_at_other_nodes(receiver, webhook, happens, clock):
    for reference in ("FIRST-11111", "SECON-22222"):
        happens(reference)
        clock.shift(timedelta(hours=3))
        send()
        clock.shift(-timedelta(hours=3))
    assert receiver.references == ["FIRST-11111", "SECON-22222"]


def test_a_message_that_failed_while_a_clock_was_hours_ahead_is_sent_once_it_is_set_back(
    receiver, webhook, happens, clock
):
    receiver.answers = [500]
    clock.shift(timedelta(hours=3))
    happens("FIRST-11111")
    send()
    assert send() == []
    clock.shift(-timedelta(hours=3))
    assert [it.state for it in send()] == [State.DELIVERED]


def test_a_sender_that_died_while_its_clock_was_hours_ahead_keeps_no_other_from_sending(receiver, webhook, happens):
    happens("FIRST-11111")
    sending._take_hold(webhook, clocks.now() + timedelta(hours=3))
    assert [it.state for it in send()] == [State.DELIVERED]


# Failures


def test_a_failed_message_is_sent_again_under_its_id_while_later_ones_wait(receiver, webhook, happens, clock):
    receiver.answers = [500]
    happens("FIRST-11111", "SECON-22222")
    send()
    assert send() == []
    clock.shift(timedelta(seconds=5))
    send()
    assert receiver.references == ["FIRST-11111", "FIRST-11111", "SECON-22222"]
    assert receiver.seen[0]["id"] == receiver.seen[1]["id"] != receiver.seen[2]["id"]
    assert Webhook.objects.get().failing_since is None


def test_after_a_day_a_message_is_given_up_and_the_next_one_tried(receiver, webhook, happens, clock):
    receiver.answers = [500] * 100
    happens("FIRST-11111", "SECON-22222")
    begun = clocks.now()
    while the_state()[:1] in ([], [State.WAITING]):
        send()
        clock.move_to(Webhook.objects.get().next_try_at)
    assert the_state() == [State.GIVEN_UP, State.WAITING]
    first = Delivery.objects.get(state=State.GIVEN_UP)
    assert timedelta(hours=24) <= first.closed_at - begun < timedelta(hours=24, seconds=10)
    assert 10 < first.tries < 20
    receiver.answers = []
    send()
    assert receiver.references[-1] == "SECON-22222"
    assert receiver.references.count("FIRST-11111") == first.tries


def test_an_operator_has_a_message_sent_again_or_left_out(receiver, webhook, happens, clock):
    receiver.answers = [500]
    happens("FIRST-11111", "SECON-22222")
    send()
    first = Delivery.objects.get(state=State.WAITING, tries=1)
    assert outcomes.leave_out(first, clocks.now())
    send()
    assert outcomes.send_again(first, clocks.now())
    assert not outcomes.send_again(first, clocks.now())
    send()
    assert receiver.references == ["FIRST-11111", "SECON-22222", "FIRST-11111"]
    assert len({it["id"] for it in receiver.seen}) == 2


def test_a_receiver_that_is_gone_is_switched_off_and_nothing_is_lost(receiver, webhook, happens, clock):
    receiver.answers = [410]
    happens("FIRST-11111", "SECON-22222")
    send()
    webhook.refresh_from_db()
    assert (webhook.is_on, the_state()) == (False, [State.WAITING] * 2)
    clock.shift(timedelta(days=1))
    assert send() == []


@pytest.mark.parametrize("status", [410, 500])
def test_an_address_that_is_corrected_during_a_try_is_tried_at_once(receiver, webhook, happens, status):
    happens("AAAAA-11111")
    reading.take_in(webhook, clocks.now())
    under_way = Delivery.objects.select_related("webhook").get()
    webhook.url = f"{receiver.url}/new"
    registration.change(webhook, clocks.now())
    outcomes.keep(under_way, Outcome(status, "from the former address"), clocks.now())
    send()
    assert receiver.references == ["AAAAA-11111"]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_and_delivers_nothing(receiver, webhook, happens, status):
    with receiving() as elsewhere:
        receiver.answers = [lambda it: it.say(status, Location=elsewhere.url)]
        happens("AAAAA-11111")
        (tried,) = send()
        assert (tried.state, tried.answer) == (State.WAITING, f"HTTP {status}")
        assert elsewhere.seen == []


def test_a_slow_receiver_is_not_waited_for(receiver, webhook, happens, monkeypatch):
    monkeypatch.setattr(sending, "SECONDS", 0.2)
    receiver.answers = [lambda it: it.server.over.wait(5)]
    happens("AAAAA-11111")
    (tried,) = send()
    assert (tried.state, tried.answer) == (State.WAITING, "No answer within 0.2 seconds.")


def test_the_beginning_of_a_long_answer_is_stored(receiver, webhook, happens):
    receiver.answers = [lambda it: it.say(400, b"no\x00 \xff " + b"x" * 100_000)]
    happens("AAAAA-11111")
    (tried,) = send()
    tried.refresh_from_db()
    assert tried.answer.startswith("HTTP 400 no  � xxx")
    assert len(tried.answer) == 500


def test_a_private_address_is_refused_unless_its_network_is_listed(receiver, webhook, happens, settings):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"demo": False})
    happens("AAAAA-11111")
    (tried,) = send()
    assert "LATCHKEY_OUTGOING_NETWORKS" in tried.answer
    assert receiver.seen == []


def test_plain_http_to_another_machine_is_refused(webhook, happens):
    Webhook.objects.update(url="http://hooks.example.com/")
    happens("AAAAA-11111")
    (tried,) = send()
    assert "http is allowed only to this computer" in tried.answer


def test_a_webhook_that_fails_does_not_delay_others(receiver, webhook, happens):
    with receiving() as well:
        a_webhook(well, "Wallboard")
        receiver.answers = [500]
        happens("AAAAA-11111")
        send()
        assert (well.references, receiver.references) == (["AAAAA-11111"], ["AAAAA-11111"])


def test_a_message_that_cannot_be_written_does_not_delay_other_webhooks(receiver, webhook, happens):
    """Such as one of a type that this version does not know, after a newer one was taken back."""
    happens("AAAAA-11111")
    reading.take_in(webhook, clocks.now())
    Delivery.objects.update(kind="device.moved")
    with receiving() as well:
        a_webhook(well, "Wallboard")
        happens("BBBBB-22222")
        tried = send()
        assert tried[0].answer == sending.UNEXPECTED
        assert well.references[-1] == "BBBBB-22222"


def test_webhooks_are_told_also_while_the_trail_cannot_be_sealed(receiver, webhook, happens, keys):
    happens("AAAAA-11111")
    SigningKey.objects.filter(use=Use.TOKEN).update(private_key="gAAAA")
    send()
    assert receiver.references == ["AAAAA-11111"]


# Secrets


def test_the_old_secret_verifies_messages_for_a_day_after_a_change(receiver, webhook, happens, clock):
    old, new = receiver.secret, registration.change_secret(webhook, clocks.now())
    happens("AAAAA-11111")
    send()
    receiver.secret = new
    happens("BBBBB-22222")
    send()
    assert receiver.references == ["AAAAA-11111", "BBBBB-22222"]
    clock.shift(timedelta(hours=24))
    receiver.secret = old
    happens("CCCCC-33333")
    (tried,) = send()
    assert tried.state == State.WAITING


def test_the_old_secret_verifies_messages_too_if_its_successor_got_lost_and_the_button_was_pressed_again(
    receiver, webhook, happens
):
    for _ in range(2):
        registration.change_secret(webhook, clocks.now())
    happens("AAAAA-11111")
    send()
    assert receiver.references == ["AAAAA-11111"]


def test_the_secrets_of_a_webhook_do_not_become_ever_more(webhook):
    for _ in range(9):
        registration.change_secret(webhook, clocks.now())
    webhook.refresh_from_db()
    assert len(set(registration.secrets_of(webhook, clocks.now()))) == 1 + registration.MOST_FORMER


def test_no_secret_is_stored_in_plain_text(receiver, webhook):
    stored = Webhook.objects.values().get()
    assert all(receiver.secret.removeprefix("whsec_") not in str(it) for it in stored.values())


def test_an_unreadable_secret_is_reported_and_nothing_is_sent_unsigned(receiver, webhook, happens):
    Webhook.objects.update(sealed_secret="gAAAA")
    happens("AAAAA-11111")
    (tried,) = send()
    assert "change the secret" in tried.answer
    assert receiver.seen == []
