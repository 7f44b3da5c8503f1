"""The messages that a back end gets while an agent changes phones."""

from io import StringIO

from django.core.management import call_command

from tests.native.own_app import BASE_URL, OwnApp, a_client
from tests.phone import NUMBER
from tests.webhooks.receiver import a_webhook, receiving, settled


def test_a_back_end_is_notified_of_each_phone_in_order(phone, android, clock):
    with receiving() as receiver:
        a_webhook(receiver)
        phone.sign_in()
        settled(clock)
        android.sign_in()
        settled(clock)
        call_command("revoke_device", "ana@acme.example", stdout=StringIO(), stderr=StringIO())
        settled(clock)
        call_command("send_webhooks", stdout=StringIO(), stderr=StringIO())
    assert receiver.types == [
        "agent.signed_in",
        "device.enrolled",
        "device.replaced",
        "agent.signed_in",
        "device.enrolled",
        "device.revoked",
    ]
    first, replaced = receiver.seen[1]["data"], receiver.seen[2]["data"]
    assert replaced["device"]["id"] == first["device"]["id"]
    assert replaced["device"]["replaced_by"] == receiver.seen[4]["data"]["device"]["id"]
    assert all(it["data"]["agent"]["name_id"] for it in receiver.seen)
    assert NUMBER.removeprefix("+") not in str(receiver.seen)


def test_a_back_end_is_notified_of_a_new_push_address_and_reads_it_by_the_api(phone, clock):
    a_client()
    app = OwnApp(phone)
    app.sign_in()
    push = {"provider": "apns", "address": "a1b2c3"}
    with receiving() as receiver:
        a_webhook(receiver, kinds=["device.push_changed"])
        for _ in range(2):
            assert app.session.patch(f"{BASE_URL}/api/v1/device", json={"push": push}).json()["push"] == push
        settled(clock)
        call_command("send_webhooks", stdout=StringIO(), stderr=StringIO())
    assert receiver.types == ["device.push_changed"]
    assert receiver.seen[0]["data"]["device"]["label"] == "Acme Phone, iPhone"
    assert receiver.seen[0]["data"]["service"] == "app:acme-phone"
    assert push["address"] not in str(receiver.seen)
