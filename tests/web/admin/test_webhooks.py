"""Webhooks as an operator looks after them: in the admin, on its home page, and at the command line."""

import os
import re
import signal
from datetime import timedelta
from html import unescape
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.management import call_command
from standardwebhooks import Webhook as Verifier

from idp.audit.models import Kind, LoginEvent
from idp.webhooks import reading, registration
from idp.webhooks.models import Delivery, State, Webhook
from tests.conftest import NOW
from tests.web.commands import run_json
from tests.web.conftest import a_superuser, inside
from tests.web.monitor import record
from tests.webhooks.receiver import ALL, send

LIST, ADD, SENT = (f"/admin/webhooks/{it}" for it in ("webhook/", "webhook/add/", "delivery/"))
pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.each_database]


def said(page):
    return " ".join(unescape(re.sub("<style.*?</style>|<[^>]*>", " ", page.text, flags=re.DOTALL)).split())


def page_of(row, more=""):
    return f"{LIST}{row.pk}/{more or 'change/'}"


def form(**changes):
    return {"name": "Rota", "url": "https://rota.example.com/hook", "kinds": ALL, "is_on": "on", **changes}


def home():
    return said(inside(a_superuser()).get("/admin/"))


# The page


def test_a_webhook_is_added_and_its_secret_shown_once(admin):
    page = admin.post(ADD, form())
    (secret,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", page.text)
    added = Webhook.objects.get()
    assert registration.secrets_of(added, NOW) == [secret]
    assert Verifier(secret)
    assert (added.kinds, added.tells_email, added.is_on) == (ALL, False, True)
    assert all(secret not in admin.get(it).text for it in (LIST, page_of(added)))


@pytest.mark.parametrize(
    "url",
    ["http://rota.example.com/", "ftp://rota.example.com/", "https://me:x@rota.example.com/", "https://röta.example/"],
)
def test_a_webhook_address_that_is_not_allowed_is_rejected_at_its_field(admin, url):
    page = admin.post(ADD, form(url=url))
    assert "Nothing can be sent to this address" in said(page)
    assert not Webhook.objects.exists()


def test_a_webhook_without_types_or_with_a_used_name_is_rejected(admin, webhook):
    assert "There is already a webhook of this name." in said(admin.post(ADD, form(name="ROTA")))
    assert "This field is required." in said(admin.post(ADD, form(name="Wallboard", kinds=[])))


def test_a_changed_secret_leaves_the_former_one_valid_for_a_day(admin, webhook, receiver):
    page = admin.post(page_of(webhook, "change-secret/"))
    (new,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", page.text)
    webhook.refresh_from_db()
    assert registration.secrets_of(webhook, NOW) == [new, receiver.secret]
    assert "stays valid for 24 hours" in said(page)
    assert LogEntry.objects.get().change_message == "Secret changed."


def test_saving_a_webhook_keeps_the_progress_of_its_sender(admin, webhook):
    Webhook.objects.update(held_by="somebody", held_until=NOW, read_to=NOW + timedelta(hours=1))
    admin.post(page_of(webhook), form(name="Wallboard", tells_email="on"))
    webhook.refresh_from_db()
    assert (webhook.name, webhook.tells_email) == ("Wallboard", True)
    assert (webhook.held_by, webhook.read_to) == ("somebody", NOW + timedelta(hours=1))


def test_a_webhook_that_is_switched_on_begins_with_new_events_and_no_fault(admin, webhook, clock):
    Webhook.objects.update(is_on=False, gone_at=NOW, failing_since=NOW)
    clock.shift(timedelta(hours=2))
    record(Kind.SIGNED_IN)
    missed = LoginEvent.objects.get().pk
    admin.post(page_of(webhook), form())
    webhook.refresh_from_db()
    assert (webhook.is_on, webhook.gone_at, webhook.failing_since) == (True, None, None)
    assert webhook.after_line == webhook.read_line == missed


def test_a_webhook_that_is_saved_twice_is_changed_once(admin, webhook):
    for _ in range(2):
        assert admin.post(page_of(webhook), form(name="Another")).status_code == 302
    assert LoginEvent.objects.filter(about=f"webhooks.webhook:{webhook.pk}").count() == 1


def test_a_test_message_is_sent_at_once_and_the_answer_is_shown(admin, webhook, receiver):
    assert "The receiver accepted the test. HTTP 204" in said(admin.post(page_of(webhook, "test/"), follow=True))
    receiver.answers = [lambda it: it.say(500, b"<script>out of order</script>")]
    page = admin.post(page_of(webhook, "test/"), follow=True)
    assert "The receiver did not accept the test. HTTP 500 <script>out of order</script>" in unescape(page.text)
    assert "<script>out" not in page.text
    assert receiver.types == ["webhook.test"] * 2
    assert list(Delivery.objects.values_list("state", flat=True)) == [State.GIVEN_UP, State.DELIVERED]
    assert "None" not in said(admin.get(f"{SENT}{Delivery.objects.first().pk}/change/"))


def test_a_test_message_waits_while_messages_are_being_sent(admin, webhook, receiver):
    Webhook.objects.update(held_by="somebody", held_until=NOW + timedelta(minutes=1))
    assert "Try again in a minute" in said(admin.post(page_of(webhook, "test/"), follow=True))
    assert receiver.seen == []


def test_messages_are_listed_and_sent_again(admin, webhook, receiver, happens):
    happens("AAAAA-11111")
    send()
    chosen = {"action": "send_again", "_selected_action": [str(Delivery.objects.get().pk)]}
    assert "AAAAA-11111" in said(admin.get(f"{SENT}{Delivery.objects.get().pk}/change/"))
    assert "1 will be sent again." in said(admin.post(SENT, chosen, follow=True))
    send()
    assert receiver.seen[0] == receiver.seen[1]


def test_a_message_that_holds_up_the_others_can_be_left_out(admin, webhook, receiver, happens):
    receiver.answers = [500]
    happens("FIRST-11111", "SECON-22222")
    send()
    first = Delivery.objects.get(tries=1)
    assert '<option value="leave_out">Leave out</option>' in admin.get(SENT).text
    page = admin.post(SENT, {"action": "leave_out", "_selected_action": [str(first.pk)]}, follow=True)
    assert "1 left out. Later messages are sent." in page.text
    send()
    assert receiver.references == ["FIRST-11111", "SECON-22222"]
    first.refresh_from_db()
    assert first.state == State.LEFT_OUT


def test_a_webhook_is_removed_with_its_messages(admin, webhook, happens):
    happens("AAAAA-11111")
    send()
    assert "yes" in admin.get(page_of(webhook, "delete/")).text.lower()
    admin.post(page_of(webhook, "delete/"), {"post": "yes"})
    assert not Webhook.objects.exists()
    assert not Delivery.objects.exists()


@pytest.fixture
def told_once(happens):
    happens("AAAAA-11111")
    send()


@pytest.mark.parametrize(("may", "looking", "pressing"), [([], 403, 403), (["view"], 200, 403), (["change"], 200, 302)])
def test_viewing_and_changing_webhooks_are_separate_rights(webhook, told_once, may, looking, pressing):
    somebody = a_superuser(is_superuser=False)
    names = [f"{it}_webhook" for it in may] + (["view_delivery"] if may else [])
    somebody.user_permissions.set(Permission.objects.filter(codename__in=names))
    browser = inside(somebody)
    page = browser.get(page_of(webhook))
    assert (page.status_code, browser.get(SENT).status_code) == (looking, looking)
    assert ("Send a test" in page.text) == (pressing == 302)
    assert ("Send again" in browser.get(SENT).text) == (pressing == 302)
    assert browser.get(page_of(webhook, "test/")).status_code == 405
    assert browser.post(page_of(webhook, "test/")).status_code == pressing


# Alarms


def test_the_home_page_says_that_no_process_sends_messages(webhook, clock):
    assert "run send_webhooks" not in home()
    clock.shift(reading.LOOK_BACK)
    assert "Nothing has been sent to Rota since 21 Nov 08:59 UTC. Run send_webhooks" in said(
        inside(a_superuser("other@acme.example")).get("/admin/")
    )


@pytest.fixture
def failing(receiver, happens):
    receiver.answers = [500] * 20
    happens("AAAAA-11111")
    send()


def test_the_list_says_from_the_first_failure_on_since_when_and_when_the_next_attempt_is(
    admin, webhook, failing, clock
):
    began = Webhook.objects.get().failing_since
    clock.shift(timedelta(minutes=1))
    assert f"Nothing has been accepted since {began:%d %b %H:%M} UTC. The next run of send_webhooks" in said(
        admin.get(LIST)
    )
    send()
    shown = said(admin.get(page_of(webhook)))
    assert f"The last attempt failed. Nothing has been accepted since {began:%d %b %H:%M} UTC." in shown
    assert f"The next attempt is at {Webhook.objects.get().next_try_at:%d %b %H:%M} UTC." in shown
    assert "in order" not in said(admin.get(LIST))


def test_a_webhook_whose_receiver_accepts_again_is_in_order(admin, failing, receiver, clock):
    receiver.answers = []
    clock.shift(timedelta(minutes=1))
    send()
    assert "in order" in said(admin.get(LIST))


@pytest.mark.parametrize(("hours", "marked", "loud"), [(0.9, False, False), (1, True, False), (24, True, True)])
def test_the_home_page_marks_a_webhook_that_accepts_nothing(failing, clock, hours, marked, loud):
    clock.shift(timedelta(hours=hours))
    send()
    page = inside(a_superuser()).get("/admin/").text
    found = re.findall("<span([^>]*)>Rota has accepted nothing", page)
    assert bool(found) == marked
    assert any("alert" in it for it in found) == loud


def test_the_home_page_names_a_receiver_that_answered_410(webhook, receiver, happens):
    receiver.answers = [410]
    happens("AAAAA-11111")
    send()
    assert "Rota answered 410 on 21 Nov 09:00 UTC and was switched off." in home()


# The command


def test_one_run_sends_all_waiting_messages(webhook, receiver, happens):
    receiver.answers = [204, 500]
    happens("AAAAA-11111", "BBBBB-22222", "CCCCC-33333")
    tried = run_json("send_webhooks")
    assert [(it["webhook"], it["type"], it["state"], it["answer"]) for it in tried] == [
        ("Rota", "agent.signed_in", "delivered", "HTTP 204"),
        ("Rota", "agent.signed_in", "waiting", "HTTP 500"),
    ]


def test_a_watching_command_runs_until_it_is_stopped_and_reports_what_it_sent(webhook, receiver, happens):
    def stop(it):
        os.kill(os.getpid(), signal.SIGTERM)
        it.say(204)

    before = signal.getsignal(signal.SIGTERM)
    receiver.answers = [204, stop]
    happens("AAAAA-11111", "BBBBB-22222", "CCCCC-33333")
    out = StringIO()
    call_command("send_webhooks", "--watch", stdout=out)
    assert out.getvalue().count("delivered") == 2
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["delivered", "delivered", "waiting"]
    assert signal.getsignal(signal.SIGTERM) == before
