"""What a back end hears while an agent changes phones."""

from io import StringIO

from django.core.management import call_command

from tests.phone import NUMBER
from tests.webhooks.receiver import a_webhook, receiving, settled


def test_a_back_end_hears_of_each_phone_in_order(phone, android, clock):
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
